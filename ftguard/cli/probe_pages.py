"""Shows probes in the terminal: a table of many, a page of one."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftguard.ask.rendered import RenderedText, read_rendered
from ftguard.errors import InputError
from ftguard.folders import find_run, no_run
from ftguard.probes import Probe, PromptTemplate, read_probes
from ftguard.run.ledger import Chosen, Ledger
from ftguard.text.formatting import drawn, printable

INDENT = 2
BY_DESIGN = "tiers are difficulty by design, 1 (a 0.5B model) to 4 (strains 70B): not measured"


def find_probe(probe_id: str, probes: Sequence[Probe]) -> Probe:
    """The probe of that id.

    Raises:
        InputError: there is none; the message names the nearest ids.
    """
    found = next((probe for probe in probes if probe.id == probe_id), None)
    if found is None:
        stem = probe_id.rpartition("-")[0] or probe_id
        like = [probe.id for probe in probes if stem in probe.id] or [p.id for p in probes]
        raise InputError(f"no probe `{probe_id}` among {len(probes)}; there are {like[:5]}.")
    return found


def render_table(probes: Sequence[Probe], *, colour: bool) -> str:
    """Probes as rows of id, tier, scorer and the beginning of the query, 80 columns wide."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    longest = max((len(probe.id) for probe in probes), default=2)
    table.add_column("id", no_wrap=True, style="bold", width=min(longest, 32))
    table.add_column("tier", justify="right", width=4)
    table.add_column("scorer", no_wrap=True, width=16)
    table.add_column("asks", no_wrap=True, ratio=1)
    for probe in probes:
        query = " ".join(printable(PromptTemplate().query(probe)).replace("\\n", " ").split())
        cells = (printable(probe.id), str(probe.tier or ""), str(probe.scorer), query)
        table.add_row(*(Text(cell, overflow="ellipsis") for cell in cells))
    return drawn(table, Text(_summary(probes), "dim"), colour=colour)


def render_page(probe: Probe, *, colour: bool) -> str:
    """Everything about one probe."""
    lines: list[RenderableType] = [Text(printable(probe.id), "bold")]
    for name, value in _facts(probe):
        lines.append(Text(name, "dim"))
        lines.append(Padding(Text(value), (0, 0, 0, INDENT)))
    return drawn(*lines, colour=colour)


def render_as_seen(probe_id: str, run: str | None, *, colour: bool) -> str:
    """What the model got to see of a probe in a run, special tokens and token counts included.

    Raises:
        InputError: there is no such run, it kept no renderings, or the probe was not asked.
    """
    if run is None:
        raise InputError("`--rendered` shows what a run asked: give its `output_dir` after the ID.")
    folder = find_run(Path(run))
    if not folder.rendered.exists():
        raise InputError(
            f"no `{folder.rendered}`: give the `output_dir` of a run that ftguard guarded."
        )
    asked = {probe.id: probe for probe in read_rendered(folder)}
    probe = find_probe(probe_id, read_probes(folder.probes))
    if probe.id not in asked:
        raise InputError(
            f"probe `{probe.id}` was not asked: it is longer than the model's context."
        )
    found = asked[probe.id]
    lines: list[RenderableType] = [Text(printable(probe.id), "bold")]
    kind = "prompt" if not found.reads else "context"
    for name, rendered in (
        (kind, found.prompt),
        *(("read after it", text) for text in found.reads),
    ):
        lines.append(Text(f"{name} ({_num_tokens(rendered)})", "dim"))
        lines.append(Padding(Text(_lines(rendered.text)), (0, 0, 0, INDENT)))
    return drawn(*lines, colour=colour)


def render_leaks(run: Path, *, colour: bool) -> str:
    """Which probes of a run stand in its training data, where, and the text there.

    Raises:
        InputError: the directory holds no run.
    """
    chosen = [e for e in Ledger(find_run(run).ledger).read() if isinstance(e, Chosen)]
    if not chosen:
        raise InputError(no_run(run))
    leaks = chosen[-1].leaks
    parts: list[Text | Padding] = []
    for leak in leaks:
        rows = f" and {leak.rows - 1} more" * (leak.rows > 1)
        parts.append(
            Text.assemble(
                (printable(leak.probe_id), "bold"),
                f" · {leak.kind} {leak.similarity:.2f} · {printable(leak.where)}{rows}",
            )
        )
        parts.append(Padding(Text(printable(leak.excerpt), "dim"), (0, 0, 0, INDENT)))
    left_out = sum(leak.is_leak for leak in leaks)
    total = f"{left_out} left out of every measurement, {len(leaks) - left_out} similar ones kept"
    return drawn(*parts, Text(total), colour=colour)


def _facts(probe: Probe) -> Iterator[tuple[str, str]]:
    yield from _asked(probe)
    if probe.references:
        yield (
            "accepted" if len(probe.references) > 1 else "reference",
            "\n".join(_lines(reference) for reference in probe.references),
        )
    yield from _read_and_ended(probe)
    if probe.distractors:
        yield "wrong", "\n".join(_lines(distractor) for distractor in probe.distractors)
    if probe.constraints:
        yield (
            "demanded",
            "\n".join(
                " ".join([c.id, *(f"{name}={value!r}" for name, value in c.arguments.items())])
                for c in probe.constraints
            ),
        )
    tolerance = "" if probe.tolerance is None else f" (to {probe.tolerance})"
    yield "scored by", f"{probe.scorer}{tolerance}"
    if probe.slices:
        yield "slices", printable(", ".join(probe.slices))
    if probe.tier:
        yield "tier", f"{probe.tier} of 4, by design"
    if probe.source:
        yield "made from", printable(probe.source)
    if probe.notes:
        yield "a good answer", _lines(probe.notes)


def _read_and_ended(probe: Probe) -> Iterator[tuple[str, str]]:
    """Of a benchmark's question the options, which its prompt need not list, and what ends it."""
    if probe.verbatim is not None and probe.choices:
        yield "options", "\n".join(_lines(choice) for choice in probe.choices)
    if probe.verbatim is not None and probe.verbatim.until:
        yield "ends at", ", ".join(ascii(text) for text in probe.verbatim.until)


def _asked(probe: Probe) -> Iterator[tuple[str, str]]:
    if isinstance(probe.prompt, str):
        yield "prompt", _lines(probe.prompt)
    else:
        for message in probe.prompt:
            calls = message.get("tool_calls")
            said = [message["content"], *map(json.dumps, calls or ())]
            yield f"prompt ({printable(message['role'])})", _lines("\n".join(filter(None, said)))
    if probe.tools:
        yield "tools", "\n".join(_lines(json.dumps(tool)) for tool in probe.tools)


def _num_tokens(rendered: RenderedText) -> str:
    return f"{rendered.num_tokens} token{'s' * (rendered.num_tokens != 1)}"


def _summary(probes: Sequence[Probe]) -> str:
    slices = Counter(name for probe in probes for name in probe.slices)
    tiers = f"; {BY_DESIGN}" if any(probe.tier for probe in probes) else ""
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(slices.items()))
    return f"{len(probes)} probes" + f": {kinds}" * bool(kinds) + tiers


def _lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))
