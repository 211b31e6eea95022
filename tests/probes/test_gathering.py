"""Tests of `gather`: leaks are taken out, the tail is found, sets are drawn, and it is all said."""

from collections import Counter

import pytest

from ftguard import Probe, ProbeSet
from ftguard.probes.builtin import CANARY
from ftguard.probes.gathering import Gathered, gather
from ftguard.probes.leaks.leak import Kind, Leak
from ftguard.probes.sets import Sets, read_sets
from ftguard.probes.surveying import Survey

ROWS = [
    {"id": f"q{n}", "prompt": f"Query: what is {n} and one\nIntent:", "completion": f"sum {n % 5}"}
    for n in range(50)
]
GENERAL = [Probe(id=f"g{n}", prompt=f"question {n}", reference=f"r{n}") for n in range(40)]


def _sets(**arguments: object) -> Sets:
    given = {
        "target": ROWS,
        "general": GENERAL,
        "tail": None,
        "calibration": None,
        "train_dataset": None,
        "judged": False,
        "max_probes": 200,
        "holdout": 0.3,
        "seed": 0,
    }
    return read_sets(**{**given, **arguments})  # type: ignore[arg-type]  # arguments by name


def _leak(probe_id: str, kind: Kind = "exact") -> Leak:
    return Leak(probe_id=probe_id, kind=kind, where="row 7", similarity=1.0, excerpt="what is")


def _said(gathered: Gathered, beginning: str) -> list[str]:
    return [note for note in gathered.notes if note.startswith(beginning)]


def test_everything_is_asked_where_nothing_was_found() -> None:
    """50 target answers with their likelihoods and 40 general probes; 30 % are held back."""
    gathered = gather(_sets(), Survey())

    assert Counter((p.role, p.kind) for p in gathered.probes) == {
        ("target", "answer"): 50,
        ("target", "likelihood"): 50,
        ("general", "answer"): 40,
    }
    assert Counter(p.holdout for p in gathered.probes if p.role == "target")[True] == 30
    assert gathered.notes == ()


def test_leaked_probes_are_left_out_with_their_companions_and_similar_ones_are_kept() -> None:
    """Two of 50 leaked: 48 are left, and their 48 likelihoods; the notes name both kinds."""
    leaks = (_leak("target/q1"), _leak("target/q2", "near"), _leak("target/q3", "similar"))

    gathered = gather(_sets(), Survey(leaks=leaks))

    asked = {probe.id for probe in gathered.probes if probe.role == "target"}
    assert len(asked) == 96
    assert not {"target/q1", "target/q1#likelihood", "target/q2"} & asked
    assert "target/q3" in asked
    assert gathered.leaks == leaks
    assert _said(gathered, "target:") == [
        (
            "target: 2 of 50 probes stand in the training data (1 exact, 1 near) and are left out, "
            "such as `target/q1` (exact, row 7), `target/q2` (near, row 7)"
        ),
        (
            "target: 1 of 50 probes are close to a training text (kept), such as `target/q3` "
            "(similar, row 7)"
        ),
    ]


@pytest.mark.parametrize(("count", "finding"), [(2, False), (3, True)])
def test_more_than_a_twentieth_leaked_is_a_finding(*, count: int, finding: bool) -> None:
    """Of 40 general probes 2 are 5 %, 3 are 7.5 %."""
    leaks = tuple(_leak(f"general/g{n}") for n in range(count))

    (note,) = _said(gather(_sets(), Survey(leaks=leaks)), "general:")

    assert ("FINDING, 7.5 % of the set (split before training)" in note) == finding


def test_built_in_files_in_the_training_data_are_a_finding() -> None:
    """The canary is nobody's probe: it is said, and takes nothing out."""
    gathered = gather(_sets(), Survey(leaks=(_leak(CANARY, "contained"),)))

    assert len(gathered.probes) == 140
    assert gathered.notes == (
        (
            "FINDING: files of ftguard's built-in probes are in the training data (their canary "
            "stands in row 7): leave them out of it"
        ),
    )


def test_the_tail_holds_far_queries_and_edge_cases_of_the_target() -> None:
    """What was surveyed as far, and edge cases with slices of their own, in the role `tail`."""
    survey = Survey(far=("target/q4", "target/q9"))

    gathered = gather(_sets(tail="auto"), survey)

    tail = [probe for probe in gathered.probes if probe.role == "tail"]
    slices = Counter(name for p in tail if p.companion_of is None for name in p.slices)
    assert {p.id for p in tail if "far" in p.slices} == {
        f"tail/{name}{end}" for name in ("q4", "q9") for end in ("", "#likelihood")
    }
    assert slices["formatting"] == 40
    # Each query is used once, and pairs have different answers.
    assert 20 <= slices["multi-intent"] <= 25
    assert all(probe.id.startswith("tail/") for probe in tail)
    note, *examples = _said(gathered, "tail: ")
    assert f"{slices['multi-intent']} multi-intent" in note
    assert "2 far" in note
    assert [example.partition(", such as: ")[0] for example in examples] == [
        f"tail: {kind}" for kind in ("multi-intent", "formatting")
    ]


def test_leaked_queries_make_no_edge_cases() -> None:
    """What stands in the training data is not asked in another form either."""
    leaks = tuple(_leak(f"target/q{n}") for n in range(10))

    gathered = gather(_sets(tail="auto"), Survey(leaks=leaks))

    sources = {p.source for p in gathered.probes if p.role == "tail"}
    assert sources
    assert not sources & {f"target/q{n}" for n in range(10)}


def test_edge_cases_get_a_fifth_of_the_size_each() -> None:
    """With `max_probes` 50 there are 10 of each kind beside the drawn ones."""
    gathered = gather(_sets(tail="auto", max_probes=50), Survey())

    tail = [p for p in gathered.probes if p.role == "tail" and p.companion_of is None]
    assert Counter(name for p in tail for name in p.slices)["multi-intent"] == 10


def test_logged_queries_wait_for_a_judge() -> None:
    """Open probes of a given tail are asked, those that are far are a slice, and it is said."""
    logged = ProbeSet(
        [Probe(id=f"l{n}", prompt=f"help {n}", scorer="open", slices=("x",)) for n in range(3)]
    )

    gathered = gather(_sets(tail=logged), Survey(far=("tail/l1",)))

    tail = {p.id: p.slices for p in gathered.probes if p.role == "tail"}
    assert tail == {"tail/l0": ("x",), "tail/l1": ("x", "far"), "tail/l2": ("x",)}
    assert _said(gathered, "tail: 3 open") == [
        (
            "tail: 3 open probes have no reference: they count for drift, and wait for a judge or "
            "people"
        )
    ]


def test_with_a_judge_open_probes_are_to_be_judged() -> None:
    """The same queries, in the scorer that waits for the judge, and no word of waiting."""
    logged = ProbeSet([Probe(id="l", prompt="help", scorer="open")])

    gathered = gather(_sets(tail=logged, judged=True), Survey())

    assert [p.scorer for p in gathered.probes if p.role == "tail"] == ["judge"]
    assert gathered.notes == ()


def test_a_draw_is_said_with_its_seed() -> None:
    """Of 50 target rows and their companions 20 and 20 are asked."""
    gathered = gather(_sets(max_probes=20, seed=3, general=GENERAL[:5]), Survey())

    assert _said(gathered, "target: drew") == [
        "target: drew 40 of 100 probes, stratified by slice (seed 3; `max_probes` changes it)"
    ]


def test_probes_of_one_template_are_found_and_said() -> None:
    """Three sums among 43 general probes share a source; the 40 that are one template throughout,
    the set's own, do not, nor do the target's 50.
    """
    sums = [Probe(id=f"s{n}", prompt=f"What is {n} + 9?", reference=str(n + 9)) for n in range(3)]

    gathered = gather(_sets(general=[*GENERAL, *sums]), Survey())

    sources = {probe.id: probe.source for probe in gathered.probes if probe.source}
    assert sources == {f"general/s{n}": "alike: general/s0" for n in range(3)}
    (note,) = gathered.notes
    assert note == (
        "3 of 43 general probes are alike but for numbers or names: 1 group, each one cluster "
        "(`source` on a probe says otherwise)"
    )


def test_edge_cases_are_in_the_group_of_what_they_were_made_from() -> None:
    """Edges of ten parcels are one cluster in the tail, as those are in the target."""
    parcels = [
        {"id": f"p{n}", "prompt": f"Where is my parcel number {n} today?", "completion": "track"}
        for n in range(10)
    ]
    verbs = "open close paint clean move lift sell rent fix burn wash dry fold cut weigh pull"
    wishes = verbs.split()
    others = [
        {"id": f"{wish}{more}", "prompt": f"{wish} the {'old ' * more}door", "completion": wish}
        for wish in wishes
        for more in range(4)
    ]
    gathered = gather(_sets(target=[*parcels, *others], tail="auto"), Survey())

    of = {
        probe.source
        for probe in gathered.probes
        if probe.role == "tail" and probe.id.rpartition("/")[2] in {f"p{n}" for n in range(10)}
    }
    assert of == {"alike: target/p0"}


def test_a_target_that_is_trained_on_is_said_loudly() -> None:
    """Where all of it stands in the training data nothing ranks the checkpoints."""
    leaks = tuple(_leak(f"target/q{n}") for n in range(50))
    gathered = gather(_sets(), Survey(leaks=leaks))

    assert not any(probe.role == "target" for probe in gathered.probes)
    assert any(note.startswith("NO TARGET IS LEFT: all of it") for note in gathered.notes)
