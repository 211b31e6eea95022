"""Makes `Snapshot`, all that one model answered and how it scored, and keeps it on disk."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from ftguard.ask.answer import Answer
from ftguard.disk import replaced_folder
from ftguard.errors import FtguardError
from ftguard.scores.record import Score

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What decides whether two snapshots may be compared; a hash of each part."""

    weights: str
    """Of the base model, sampled."""
    dtype: str
    tokenizer: str
    template: str
    """Of the chat template and its arguments."""
    probes: str
    """Of every rendered prompt, with its decoding."""
    scorers: str
    """The version of the scorers."""

    @property
    def digest(self) -> str:
        """One name for the whole."""
        text = "|".join(getattr(self, part.name) for part in fields(self))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    def differences(self, other: "Fingerprint") -> list[str]:
        """The parts in which another one differs; differing probes follow from a differing
        tokenizer or template and are then not named.
        """  # noqa: D205
        names = [
            part.name
            for part in fields(self)
            if getattr(self, part.name) != getattr(other, part.name)
        ]
        if {"tokenizer", "template"} & set(names):
            names = [name for name in names if name != "probes"]
        return names


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One model at one step: what it answered and how that scored."""

    run: str
    """The run that took it."""
    step: int
    """Optimizer steps trained; 0 is the base."""
    fingerprint: Fingerprint
    """Of all that could be asked."""
    answers: tuple[Answer, ...]
    """To what was asked, in the order of the probes."""
    scores: tuple[Score, ...]
    base_answer_logprobs: tuple[Answer, ...] = ()
    """The base's generated answers, with this model's log-probabilities of them."""
    noise: Mapping[str, float] = field(default_factory=dict)
    """Of the base, where asking is not repeatable: by how much each measurement of the base
    against itself, asked once more, is off 0."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the libraries that answered; recorded, not required to agree."""
    seconds: float = 0.0
    """How long asking took."""
    writing_seconds: float = 0.0
    """Of these, what writing answers took."""
    notes: tuple[str, ...] = ()
    """What did not go by plan, such as smaller batches."""
    batches: Mapping[str, int] = field(default_factory=dict)
    """The limits of its batches at the end; empty where they were not kept."""


_PARTS = {"answers": Answer, "scores": Score, "base_answer_logprobs": Answer}


def merged(one: Snapshot, other: Snapshot, order: Sequence[str]) -> Snapshot:
    """Two askings of one model about different probes, as one.

    Args:
        one: the first, whose run and step it keeps.
        other: the second.
        order: the ids of all probes, in their order.
    """
    place = {probe_id: index for index, probe_id in enumerate(order)}

    def in_order(records: Iterable[Record]) -> tuple[Record, ...]:
        return tuple(sorted(records, key=lambda r: place.get(r.probe_id, len(place))))  # type: ignore[attr-defined]

    return replace(
        one,
        answers=in_order((*one.answers, *other.answers)),
        scores=in_order((*one.scores, *other.scores)),
        base_answer_logprobs=in_order((*one.base_answer_logprobs, *other.base_answer_logprobs)),
        seconds=one.seconds + other.seconds,
        writing_seconds=one.writing_seconds + other.writing_seconds,
        noise={**one.noise, **other.noise},
        notes=(*one.notes, *other.notes),
    )


def save_snapshot(snapshot: Snapshot, folder: Path) -> None:
    """Write a snapshot as JSON lines, whole or not at all; an older one there is replaced."""
    with replaced_folder(folder) as draft:
        draft.mkdir(parents=True)
        for part in _PARTS:
            lines = [msgspec.json.encode(record) for record in getattr(snapshot, part)]
            (draft / f"{part}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        rest = replace(snapshot, answers=(), scores=(), base_answer_logprobs=())
        (draft / "snapshot.json").write_bytes(msgspec.json.encode(rest))


def load_snapshot(folder: Path) -> Snapshot:
    """Read a snapshot back.

    Raises:
        FileNotFoundError: there is none.
        FtguardError: the files are damaged; the message names the folder.
    """
    try:
        head = msgspec.json.decode((folder / "snapshot.json").read_bytes(), type=Snapshot)
        return replace(
            head,
            answers=_read(folder / "answers.jsonl", Answer),
            scores=_read(folder / "scores.jsonl", Score),
            base_answer_logprobs=_read(folder / "base_answer_logprobs.jsonl", Answer),
        )
    except (msgspec.DecodeError, UnicodeDecodeError, FileNotFoundError) as error:
        if not (folder / "snapshot.json").exists():
            raise
        raise FtguardError(
            f"the snapshot in `{folder}` is damaged ({error}): delete that folder to take it anew."
        ) from None


def load_scores(folder: Path) -> tuple[Score, ...]:
    """The scores of a snapshot alone, which are a small part of its files.

    Raises:
        FileNotFoundError: there is none.
        FtguardError: the file is damaged; the message names the folder.
    """
    try:
        return _read(folder / "scores.jsonl", Score)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FtguardError(
            f"the snapshot in `{folder}` is damaged ({error}): delete that folder to take it anew."
        ) from None


def values(scores: Sequence[Score]) -> dict[str, float]:
    """The scored values by probe id; unscored probes are absent."""
    return {score.probe_id: score.value for score in scores if score.value is not None}


def cut_off(scores: Sequence[Score]) -> set[str]:
    """The ids of the probes whose answer was cut off before it decided."""
    return {score.probe_id for score in scores if score.cut_off}


def _read(path: Path, kind: type[Record]) -> tuple[Record, ...]:
    return tuple(msgspec.json.Decoder(kind).decode_lines(path.read_bytes()))
