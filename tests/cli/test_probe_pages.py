"""Tests of probes in the terminal: every probe of every set fits 80 columns and shows its parts."""

from dataclasses import replace
from pathlib import Path

import pytest

from ftguard import InputError, Probe, ProbeSet
from ftguard.ask.rendered import RenderedProbe, RenderedText, write_rendered
from ftguard.cli.probe_pages import (
    find_probe,
    render_as_seen,
    render_leaks,
    render_page,
    render_table,
)
from ftguard.folders import RunFolder
from ftguard.probes import Leak, write_probes
from ftguard.run.ledger import Chosen, Ledger

CHAT = Probe(
    id="chat",
    prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi\n\x1b[2J"}],
    reference=("Hello", "Hi"),
    slices=("greetings",),
    notes="a greeting",
    source="log-7",
    tier=2,
)


@pytest.mark.parametrize("name", ["general", "quick", "calibration"])
def test_every_built_in_probe_fits_80_columns(name: str) -> None:
    """One line a probe, none wider, and a summary that says what tiers are."""
    probes = ProbeSet.load(name).probes

    lines = render_table(probes, colour=False).splitlines()

    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[1 : len(probes) + 1]] == [p.id for p in probes]
    assert "not measured" in " ".join(" ".join(lines).split())


def test_a_page_shows_everything_about_a_probe() -> None:
    """Prompt by message, accepted answers, scorer, slices, tier, origin and notes; a control
    character is written out.
    """
    assert render_page(CHAT, colour=False) == (
        "chat\n"
        "prompt (system)\n"
        "  Be brief.\n"
        "prompt (user)\n"
        "  Hi\n"
        "  \\x1b[2J\n"
        "accepted\n"
        "  Hello\n"
        "  Hi\n"
        "scored by\n"
        "  normalized_match\n"
        "slices\n"
        "  greetings\n"
        "tier\n"
        "  2 of 4, by design\n"
        "made from\n"
        "  log-7\n"
        "a good answer\n"
        "  a greeting\n"
    )


def test_a_page_shows_what_is_demanded() -> None:
    """Each constraint with its arguments, wrong answers, and a tolerance beside its scorer."""
    probes = {probe.id: probe for probe in ProbeSet.builtin()}
    demanded = next(probe for probe in probes.values() if probe.constraints)
    exact = Probe(
        id="n",
        prompt="Pi?",
        reference="3.14",
        distractors=("3", "22/7"),
        scorer="numeric",
        tolerance=0.005,
    )

    assert f"  {demanded.constraints[0].id}" in render_page(demanded, colour=False)
    assert "numeric (to 0.005)" in render_page(exact, colour=False)
    assert "wrong\n  3\n  22/7\n" in render_page(exact, colour=False)


def test_probes_are_found_in_a_run_in_a_file_and_by_name(tmp_path: Path) -> None:
    """A run's directory shows what it asked; a path is read as a probe set."""
    (tmp_path / "_ftguard").mkdir()
    write_probes([CHAT], tmp_path / "_ftguard/probes.jsonl")
    (tmp_path / "own.jsonl").write_text('{"prompt": "q", "reference": "r"}\n', "utf-8")

    assert ProbeSet.load(str(tmp_path)).probes == (CHAT,)
    assert [probe.id for probe in ProbeSet.load(str(tmp_path / "own.jsonl"))] == ["row-0"]
    assert len(ProbeSet.load("general")) == 252


def test_leaks_are_listed_with_the_text_in_the_training_data(tmp_path: Path) -> None:
    """Each with its kind, likeness and place; of two one is left out, the other kept."""
    leaks = (
        Leak(
            probe_id="target/a",
            kind="exact",
            where="training row 7",
            similarity=1.0,
            excerpt="play\njazz",
            rows=3,
        ),
        Leak(
            probe_id="target/b",
            kind="similar",
            where="training row 9",
            similarity=0.84,
            excerpt="play jass",
        ),
    )
    event = Chosen(run="r", attempt=1, step=0, sets="s", leaks=leaks, notes=())
    Ledger(RunFolder(tmp_path).ledger).append(event)

    assert render_leaks(tmp_path, colour=False) == (
        "target/a · exact 1.00 · training row 7 and 2 more\n"
        "  play\\njazz\n"
        "target/b · similar 0.84 · training row 9\n"
        "  play jass\n"
        "1 left out of every measurement, 1 similar ones kept\n"
    )
    with pytest.raises(InputError, match="no run in"):
        render_leaks(tmp_path / "elsewhere", colour=False)


def test_a_probe_is_shown_as_the_model_saw_it(tmp_path: Path) -> None:
    """Special tokens in full, control characters written out, tokens counted; of what is read both
    the context and the texts.
    """
    folder = RunFolder(tmp_path)
    folder.check_writable()
    read = replace(CHAT, id="read", scorer="likelihood")
    write_probes([CHAT, read, replace(CHAT, id="long")], folder.probes)
    prompt = RenderedText(text="<s>[user]Hi\n\x1b[2J[assistant]", num_tokens=7)
    rendered = [
        RenderedProbe(id="chat", prompt=prompt),
        RenderedProbe(id="read", prompt=prompt, reads=(RenderedText(text="Hello", num_tokens=1),)),
    ]
    write_rendered(rendered, folder)

    assert render_as_seen("chat", str(tmp_path), colour=False) == (
        "chat\nprompt (7 tokens)\n  <s>[user]Hi\n  \\x1b[2J[assistant]\n"
    )
    assert render_as_seen("read", str(tmp_path), colour=False) == (
        "read\n"
        "context (7 tokens)\n"
        "  <s>[user]Hi\n"
        "  \\x1b[2J[assistant]\n"
        "read after it (1 token)\n"
        "  Hello\n"
    )
    with pytest.raises(InputError, match="`long` was not asked: it is longer than the model's"):
        render_as_seen("long", str(tmp_path), colour=False)
    with pytest.raises(InputError, match="no probe `other`"):
        render_as_seen("other", str(tmp_path), colour=False)


def test_renderings_need_a_run(tmp_path: Path) -> None:
    """Without one, or where it kept none, the error says what to give."""
    with pytest.raises(InputError, match=r"give its `output_dir` after the ID"):
        render_as_seen("chat", None, colour=False)
    with pytest.raises(InputError, match=r"rendered.jsonl`: give the `output_dir` of a run"):
        render_as_seen("chat", str(tmp_path), colour=False)


def test_an_unknown_id_names_the_nearest() -> None:
    """`logic-99` is none of the 18 logic probes."""
    with pytest.raises(InputError, match=r"no probe `logic-99` among 252; there are \['logic-01'"):
        find_probe("logic-99", ProbeSet.load("general").probes)
