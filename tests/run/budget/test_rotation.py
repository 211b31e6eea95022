"""Tests of the order in which probes take turns."""

from collections import Counter

from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.prompts import prepare
from ftguard.probes.sampling import hold_back
from ftguard.run.budget.rotation import Turn, parts_of, turn


def _probes() -> list[Probe]:
    probes = [
        Probe(
            id=f"general/{slice_name}-{i}",
            prompt=f"{i}+{i}=",
            reference=str(2 * i),
            scorer="exact_match",
            slices=(slice_name,),
            role="general",
        )
        for slice_name, size in (("large", 30), ("small", 10))
        for i in range(size)
    ]
    of = [p.id for p in probes[:4]]
    return probes + [
        Probe(
            id=f"{name}/read",
            prompt="1+1=",
            reference="2",
            scorer="likelihood",
            role="general",
            companion_of=name,
        )
        for name in of
    ]


def test_every_stretch_has_each_slice_in_its_share(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """30 and 10 probes of two slices: any 8 neighbours have 6 and 2 of them, one more or less."""
    units = parts_of(prepare(_probes(), model, tokenizer, {}), seed=0)["general"]
    assert len(units) == 40
    for start in range(33):
        found = Counter("large" in unit[0] for unit in units[start : start + 8])
        assert abs(found[True] - 6) <= 2


def test_what_is_held_back_has_its_share_of_every_stretch(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """30 % of 100 are held back by the seed that orders them too: of any 20 neighbours 6 are, two
    more or less.
    """
    probes = [
        Probe(id=f"target/{i}", prompt=f"{i}", reference="1", scorer="exact_match", role="target")
        for i in range(100)
    ]
    marked = hold_back(probes, 0.3, 0)
    held = {probe.id for probe in marked if probe.holdout}
    units = parts_of(prepare(marked, model, tokenizer, {}), seed=0)["target"]
    assert len(held) == 30
    for start in range(81):
        assert abs(sum(unit[0] in held for unit in units[start : start + 20]) - 6) <= 2


def test_companions_stay_together(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A probe that reads another's reference is asked with it: 4 units have two ids."""
    units = parts_of(prepare(_probes(), model, tokenizer, {}), seed=0)["general"]
    pairs = [unit for unit in units if len(unit) > 1]
    assert len(pairs) == 4
    assert all(unit[1] == f"{unit[0]}/read" for unit in pairs)


def test_turns_go_round() -> None:
    """Three of five, then the other two and the first, and never more than there are."""
    units = [(letter,) for letter in "abcde"]
    assert turn(units, 3, 0) == Turn(units=(("a",), ("b",), ("c",)), next=3)
    assert turn(units, 3, 3) == Turn(units=(("d",), ("e",), ("a",)), next=1)
    assert len(turn(units, 9, 2).units) == 5
    assert turn([], 3, 0) == Turn(units=(), next=0)


def test_what_is_asked_already_is_passed_over() -> None:
    """Two more after `a`, where `b` was asked: `a` and `c`, and `d` is next."""
    units = [(letter,) for letter in "abcd"]
    assert turn(units, 2, 0, frozenset("b")) == Turn(units=(("a",), ("c",)), next=3)
