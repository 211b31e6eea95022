"""Tests of `tail_of`: rare classes counted by hand, out-of-scope labels, explicit slices."""

import pytest

from ftguard.probes import Probe, tail_of


def _labelled(**sizes: int) -> list[Probe]:
    """So many target probes of each class: `billing-0`, `billing-1`, ..."""
    return [
        Probe(id=f"{label}-{index}", prompt="q", reference=label)
        for label, size in sizes.items()
        for index in range(size)
    ]


def _rare(tail: tuple[Probe, ...]) -> set[str]:
    return {probe.references[0] for probe in tail if "rare" in probe.slices}


@pytest.mark.parametrize(("num_fraud", "rare"), [(2, {"fraud"}), (4, {"fraud"}), (5, set())])
def test_rare_is_half_the_median_class_or_less(num_fraud: int, rare: set[str]) -> None:
    """Beside 8, 8 and 9 rows the median is 8, so a class is rare up to 4 rows."""
    assert _rare(tail_of(_labelled(billing=8, refund=8, login=9, fraud=num_fraud))) == rare


def test_every_probe_of_a_rare_class_is_in_the_tail() -> None:
    """The tail holds the rare class's probes and no others, each saying why."""
    tail = tail_of(_labelled(billing=8, fraud=2, refund=8))

    assert [(probe.id, probe.slices) for probe in tail] == [
        ("fraud-0", ("rare",)),
        ("fraud-1", ("rare",)),
    ]


def test_training_labels_say_what_is_rare() -> None:
    """With a balanced target set, what is rare is what training saw 5 of 10 times, or never."""
    target = _labelled(billing=4, refund=4, login=4, fraud=4, fees=4)
    train = ["billing"] * 12 + ["refund "] * 10 + ["login"] * 10 + ["fraud"] * 5

    # Sizes 0, 5, 10, 10, 12: the median is 10, so up to 5 is rare.
    assert _rare(tail_of(target, train)) == {"fraud", "fees"}
    assert _rare(tail_of(target)) == set()


def test_training_labels_of_another_kind_are_not_counted() -> None:
    """Training completions that are none of the classes leave the counting to the target set."""
    target = _labelled(billing=8, refund=8, fraud=2)

    assert _rare(tail_of(target, ["a long story"] * 50)) == {"fraud"}


def test_labels_of_fewer_than_four_rows_on_average_are_no_classes() -> None:
    """11 rows of 3 labels are answers in free text, 12 are classes."""
    assert _rare(tail_of(_labelled(billing=5, refund=5, fraud=1))) == set()
    assert _rare(tail_of(_labelled(billing=5, refund=6, fraud=1))) == {"fraud"}


@pytest.mark.parametrize("label", ["oos", "OOD", "out_of_scope", "out of scope", " oos\n"])
def test_out_of_scope_labels_are_in_the_tail(label: str) -> None:
    """A label that means none of the classes is in the tail, however it is written."""
    probe = Probe(id="x", prompt="q", reference=label)

    assert [(p.id, p.slices) for p in tail_of([probe])] == [("x", ("out-of-scope",))]


def test_out_of_scope_rows_do_not_make_a_class_rare() -> None:
    """Beside 40 out-of-scope rows, classes of 4, 5 and 6 rows are not rare: their median is 5."""
    tail = tail_of(_labelled(oos=40, billing=4, refund=5, login=6))

    assert {probe.slices for probe in tail} == {("out-of-scope",)}
    assert len(tail) == 40


def test_explicit_slices_are_kept_first_and_once() -> None:
    """A probe's own slices put it in the tail; a reason that it already gives is not repeated."""
    target = [
        Probe(id="a", prompt="q", reference="fine", slices=("two intents",)),
        Probe(id="b", prompt="q", reference="oos", slices=("odd format",)),
        Probe(id="c", prompt="q", reference="oos", slices=("out-of-scope", "slang")),
        Probe(id="d", prompt="q", reference="fine"),
    ]

    assert [(probe.id, probe.slices) for probe in tail_of(target)] == [
        ("a", ("two intents",)),
        ("b", ("odd format", "out-of-scope")),
        ("c", ("out-of-scope", "slang")),
    ]


def test_options_are_not_classes() -> None:
    """The right options of multiple-choice questions are not counted as class labels."""
    target = [
        Probe(id=str(index), prompt="q", reference="ab"[index < 1], choices=("a", "b"))
        for index in range(12)
    ]

    assert tail_of(target) == ()


def test_plain_answers_have_no_tail() -> None:
    """Free-text answers without slices have no tail that their probes could tell."""
    target = [Probe(id=str(i), prompt="q", reference=f"answer {i}") for i in range(20)]

    assert tail_of(target) == ()
    assert tail_of(()) == ()
