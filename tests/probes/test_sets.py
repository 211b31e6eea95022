"""Tests of `read_sets`: roles and ids, what `auto` means, and what is refused."""

from collections import Counter
from collections.abc import Mapping

import pytest

from ftguard import InputError, Probe, ProbeSet
from ftguard.probes.builtin import CATEGORIES
from ftguard.probes.sets import Sets, read_sets

ROWS = [{"prompt": f"{n} + 1 =", "completion": str(n + 1)} for n in range(30)]
ASKED = Probe(id="a", prompt="Capital of Peru?", reference="Lima")
CHOSEN = Probe(id="c", prompt="2 + 2?", reference="4", choices=("3", "4"))


def _sets(**arguments: object) -> Sets:
    given: Mapping[str, object] = {
        "target": None,
        "general": [ASKED],
        "tail": "auto",
        "calibration": "auto",
        "train_dataset": None,
        "judged": False,
        "max_probes": 200,
        "holdout": 0.3,
        "seed": 0,
    }
    return read_sets(**{**given, **arguments})  # type: ignore[arg-type]  # arguments by name


def test_each_set_has_its_role_in_front_of_its_ids() -> None:
    """The same probe may stand in two sets: its role tells them apart."""
    sets = _sets(target=[ASKED], tail=[ASKED])

    assert [(probe.id, probe.role) for probe in sets.given] == [
        ("target/a", "target"),
        ("general/a", "general"),
        ("tail/a", "tail"),
    ]


def test_without_general_probes_those_that_ship_with_ftguard_are_asked() -> None:
    """252 general probes, and 308 questions for calibration with them."""
    sets = _sets(general=None)

    assert Counter(probe.role for probe in sets.given) == {"general": 252, "calibration": 308}


@pytest.mark.parametrize("general", [[ASKED], [CHOSEN]])
def test_own_general_probes_bring_their_own_calibration(general: list[Probe]) -> None:
    """`auto` adds nothing to a set of the user's: its multiple-choice questions are taken."""
    assert _sets(general=general).calibration == ()


def test_the_quick_set_brings_questions_enough() -> None:
    """112, 8 of each category, where it has 16 of its own; also beside the user's probes. Where
    the whole general set is given by name, one a probe.
    """
    quick = _sets(general=ProbeSet.builtin("quick")).calibration

    assert Counter(probe.slices[0] for probe in quick) == dict.fromkeys(CATEGORIES, 8)
    assert _sets(general=[ASKED, *ProbeSet.builtin("quick")]).calibration == quick
    assert len(_sets(general=ProbeSet.builtin("general")).calibration) == 252
    assert _sets(general=ProbeSet.builtin("quick"), calibration=None).calibration == ()


def test_the_built_in_questions_may_be_asked_beside_own_probes() -> None:
    """By name; and none where None is given."""
    assert len(_sets(calibration=ProbeSet.builtin("calibration")).calibration) == 308
    assert _sets(general=None, calibration=None).calibration == ()


def test_the_tail_is_to_be_found_or_given_or_none() -> None:
    """`auto` leaves it open; None asks nothing."""
    assert _sets().tail is None
    assert _sets(tail=None).tail == ()
    assert [probe.id for probe in _sets(tail=[ASKED]).tail or ()] == ["tail/a"]


def test_a_large_set_is_cut_to_ten_times_what_is_asked_of_it() -> None:
    """30 rows at 2 probes: 20 answers with their 20 likelihoods."""
    sets = _sets(target=ROWS, max_probes=2)

    assert Counter(probe.kind for probe in sets.target) == {"answer": 20, "likelihood": 20}


def test_what_was_done_to_read_a_set_is_said_with_its_role() -> None:
    """A set's notes are handed on."""
    noted = ProbeSet([ASKED], notes=["3 duplicates removed"])

    assert _sets(tail=noted).notes == ("tail: 3 duplicates removed",)


def test_the_digest_changes_with_what_is_asked_and_how() -> None:
    """Other probes, another seed or size are other sets; the same ones are the same."""
    digests = {
        _sets().digest,
        _sets(target=ROWS).digest,
        _sets(tail=None).digest,
        _sets(seed=1).digest,
        _sets(max_probes=100).digest,
        _sets(train_dataset=ROWS).digest,
        _sets(judged=True).digest,
    }

    assert len(digests) == 7
    assert _sets().digest == _sets().digest


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"holdout": 1}, "`holdout` is a share in"),
        ({"holdout": -0.1}, "`holdout` is a share in"),
        ({"max_probes": 0}, "`max_probes` must be at least 1, got 0"),
        ({"target": "missing.jsonl"}, "cannot read `missing.jsonl`"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments: Mapping[str, object], complaint: str) -> None:
    """Sizes, shares and files, with what is allowed."""
    with pytest.raises(InputError, match=complaint):
        _sets(**arguments)
