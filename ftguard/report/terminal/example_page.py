"""Draws examples in the terminal: what was asked, and both models' answers with what changed."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from ftguard.ask.answer import Answer, Finish
from ftguard.measures.side_by_side import Change, SideBySide
from ftguard.probes.probe import MULTIPLE_CHOICE, Message, Probe
from ftguard.report.terminal.shortened import shortened, shortened_pieces
from ftguard.scores.record import Score
from ftguard.text.changed_words import Kind, changed_words, is_rewritten
from ftguard.text.formatting import drawn, printable, wrapped
from ftguard.text.visible import visible

LABEL = 11
"""Columns of what a text is."""
MOST_MESSAGES = 5
"""Of a longer chat the first message and the last ones are shown."""
WORDS: Mapping[Change, str] = {
    "lost": "lost",
    "gained": "gained",
    "right": "right before and after",
    "wrong": "wrong before and after",
    "unscored": "not scored on both sides",
}
STYLES: Mapping[Change, str] = {"lost": "bold red", "gained": "bold green"}
MARKS: Mapping[Kind, tuple[str, str, str]] = {
    "old": ("[-", "-]", "red strike"),
    "new": ("{+", "+}", "bold green"),
}


def render_examples(
    step: int,
    pairs: Sequence[SideBySide],
    shown: Sequence[SideBySide],
    *,
    num_not_asked: int = 0,
    colour: bool,
) -> str:
    """How all answers fared in a line, then some of them side by side, 80 columns wide.

    Args:
        step: of the checkpoint.
        pairs: all that was asked.
        shown: which of them are drawn.
        num_not_asked: the run's other probes.
        colour: whether changes are told by colour; else by `[-old-]` and `{+new+}`.
    """
    counts = Counter(pair.change for pair in pairs)
    told = ", ".join(f"{counts[change]} {words}" for change, words in WORDS.items())
    told += f", {num_not_asked} not asked at this checkpoint" * bool(num_not_asked)
    parts: list[Text | Table] = [Text(wrapped(f"step {step}: {told}", then="  "), "dim")]
    for pair in shown:
        parts += [Text(), _title(pair), _page(pair, step, colour=colour)]
    if not shown:
        nothing = bool(num_not_asked) and not pairs
        why = "was asked nothing (budget)" if nothing else "has no such answer"
        parts.append(Text(f"step {step} {why}"))
    return drawn(*parts, colour=colour)


def _title(pair: SideBySide) -> Text:
    probe = pair.probe
    slices = ", ".join(probe.slices)
    of = f"{probe.role}: {slices}" if slices else str(probe.role)
    facts = printable(f" · {of} · {probe.scorer}")
    title = Text.assemble((printable(probe.id), "bold"), " · ")
    title.append(WORDS[pair.change], STYLES.get(pair.change, ""))
    return title.append(facts)


def _page(pair: SideBySide, step: int, *, colour: bool) -> Table:
    page = Table.grid(padding=(0, 1))
    page.add_column(width=LABEL, style="dim")
    page.add_column(overflow="fold")
    for label, text in _rows(pair, f"step {step}", colour=colour):
        page.add_row(Text(printable(label), overflow="ellipsis", no_wrap=True), text)
    return page


def _rows(pair: SideBySide, now: str, *, colour: bool) -> Iterator[tuple[str, Text]]:
    probe = pair.probe
    yield from _asked(probe)
    if probe.scorer == MULTIPLE_CHOICE:
        yield from _options(pair, now)
    elif probe.kind == "likelihood":
        yield "text read", _short(probe.references[0])
        before, after = pair.said
        yield "base", Text(f"{before} (each token at {_likely(pair.before)})")
        yield now, Text(f"{after} (each token at {_likely(pair.after)})")
    else:
        for place, reference in enumerate(probe.references[:2]):
            yield ("reference" if place == 0 else "or"), _short(reference)
        yield from _answers(pair, now, colour=colour)
    yield "score", Text(f"{_score(pair.before)} → {_score(pair.after)}")


def _asked(probe: Probe) -> Iterator[tuple[str, Text]]:
    if isinstance(probe.prompt, str):
        if probe.prompt:
            yield "prompt", _short(probe.prompt)
    else:
        messages = list(probe.prompt)
        hidden = len(messages) - MOST_MESSAGES
        for place, message in enumerate(messages):
            if hidden > 0 and place == 1:
                yield "", Text(f"[…{hidden} messages left out…]", "dim")
            if hidden <= 0 or not 1 <= place <= hidden:
                yield str(message["role"]), _short(_content(message))
    if probe.tools:
        yield "tools", Text(f"{len(probe.tools)} that it may call")


def _content(message: Message) -> str:
    calls = message.get("tool_calls")
    said = message["content"] or ""
    return f"{said}\n{calls}".strip() if calls else said


def _answers(pair: SideBySide, now: str, *, colour: bool) -> Iterator[tuple[str, Text]]:
    before, after = pair.base, pair.now
    if pair.same_words and _ending(before) == _ending(after):
        yield "both", _said(before)
        return
    if not before.text.strip() or not after.text.strip():
        yield "base", _said(before)
        yield now, _said(after)
        return
    pieces = changed_words(before.text, after.text)
    whole = is_rewritten(pieces)
    for label, answer, kind in (("base", before, "old"), (now, after, "new")):
        text = Text()
        own = [piece for piece in pieces if piece.kind in ("same", kind)]
        for piece in shortened_pieces(own):
            if isinstance(piece, str):
                text.append(piece, "dim")
            elif piece.kind == "same":
                text.append(visible(piece.text))
            else:
                _mark(text, visible(piece.text), piece.kind, colour=colour, whole=whole)
        yield label, text.append(_ending(answer), "dim")


def _mark(text: Text, changed: str, kind: Kind, *, colour: bool, whole: bool) -> None:
    opening, closing, style = MARKS[kind]
    if colour:
        # A whole text that is struck out can hardly be read.
        text.append(changed, style.removesuffix(" strike") if whole else style)
    else:
        text.append(f"{opening}{changed}{closing}")


def _said(answer: Answer) -> Text:
    if not answer.text.strip():
        return Text("(nothing)", "dim").append(_ending(answer))
    return _short(answer.text).append(_ending(answer), "dim")


_ENDINGS: Mapping[Finish, str] = {
    "stop": "",
    "length": " (cut off here)",
    "decided": " (writing ended here: its score was decided)",
}


def _ending(answer: Answer) -> str:
    return _ENDINGS[answer.finish]


def _options(pair: SideBySide, now: str) -> Iterator[tuple[str, Text]]:
    probe = pair.probe
    sure = [_shares(answer.option_logprobs) for answer in (pair.base, pair.now)]
    if not all(len(shares) == len(probe.choices) for shares in sure):
        for choice in probe.choices:
            yield "option", _short(choice)
        return
    picked = [max(range(len(shares)), key=shares.__getitem__) for shares in sure]
    yield "options", Text(f"how sure: base → {now}", "dim")
    for place, choice in enumerate(probe.choices):
        notes = ["right"] * (choice == probe.references[0])
        notes += [
            f"{who}'s choice" for who, at in zip(("base", now), picked, strict=True) if at == place
        ]
        line = Text(f"{sure[0][place]:4.0%} → {sure[1][place]:4.0%}  ").append_text(_short(choice))
        yield "", line.append(f" ({', '.join(notes)})" if notes else "", "bold")


def _shares(logprobs: Sequence[float]) -> list[float]:
    if not logprobs:
        return []
    best = max(logprobs)
    odds = [math.exp(value - best) for value in logprobs]
    return [odd / sum(odds) for odd in odds]


def _likely(score: Score) -> str:
    return "?" if score.value is None else f"{score.value:.0%}"


def _score(score: Score) -> str:
    return printable(f"none ({score.unscored})") if score.value is None else f"{score.value:.2f}"


def _short(text: str) -> Text:
    head, middle, tail = shortened(text)
    found = Text(visible(head))
    return found.append(middle, "dim").append(visible(tail)) if middle else found
