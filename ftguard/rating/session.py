"""Makes `RatingSession`, what several people rate together; what each did is on disk, not here."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from ftguard.errors import InputError
from ftguard.rating.items import Item, for_rater
from ftguard.rating.pairs import AnswerPair, Comparison
from ftguard.rating.store import Pick, Rating, RatingsFile, choice_of, standing

LONGEST_NAME = 60
LONGEST_NOTES = 10_000
FEWEST_TIMED = 5
"""Before so many ratings nothing is said of the time that is left."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where one rater is."""

    rater: str
    total: int
    done: int
    """Rated or skipped."""
    skipped: int
    item: Item | None
    """The next one; None where all are done."""
    notes: str
    """What the rater wrote of it before taking the choice back."""
    minutes_left: int | None
    """At the rater's usual pace; None where that is not known yet."""


@dataclass(frozen=True, kw_only=True)
class RatingSession:
    """One checkpoint with a sample of its pairs, and the file that ratings go to."""

    comparison: Comparison
    sample: tuple[AnswerPair, ...]
    file: RatingsFile
    seed: int
    rater: str | None = None
    """Who rates; None where the page asks for a name."""

    def read(self) -> tuple[Rating, ...]:
        """Every rating of this checkpoint, undone ones too."""
        chosen = self.comparison
        place = (chosen.run, chosen.attempt, chosen.step)
        return tuple(r for r in self.file.read() if (r.run, r.attempt, r.step) == place)

    def open_items(self, rater: str) -> tuple[Item, ...]:
        """What a rater has neither rated nor skipped, in the rater's order."""
        done = {rating.probe_id for rating in standing(self.read()) if rating.rater == rater}
        items = for_rater(self.sample, rater, self.seed)
        return tuple(item for item in items if item.pair.probe_id not in done)

    def progress(self, rater: str) -> Progress:
        """Fold what is on disk into where a rater is."""
        left = self.open_items(rater)
        item = left[0] if left else None
        members = {pair.probe_id for pair in self.sample}
        history = [r for r in self.read() if r.rater == rater and r.probe_id in members]
        done = standing(history)
        wrote = [r.notes for r in history if item and r.probe_id == item.pair.probe_id]
        return Progress(
            rater=rater,
            total=len(self.sample),
            done=len(done),
            skipped=sum(rating.choice == "skip" for rating in done),
            item=item,
            notes=wrote[-1] if wrote else "",
            minutes_left=_minutes(done, len(left)),
        )

    def rate(
        self, rater: str, probe_id: str, pick: Pick, *, notes: str = "", seconds: float | None
    ) -> None:
        """Store one choice.

        Raises:
            InputError: the pair is not in the sample, or the notes are too long.
        """
        items = {item.pair.probe_id: item for item in for_rater(self.sample, rater, self.seed)}
        if probe_id not in items:
            raise InputError(f"`{probe_id}` is not among the {len(items)} items of this session.")
        if len(notes) > LONGEST_NOTES:
            raise InputError(f"notes may have {LONGEST_NOTES} characters, these have {len(notes)}.")
        left = items[probe_id].left
        rating = Rating(
            run=self.comparison.run,
            attempt=self.comparison.attempt,
            step=self.comparison.step,
            probe_id=probe_id,
            rater=rater,
            choice=choice_of(pick, left),
            left=left,
            notes=notes,
            seconds=seconds,
            time=datetime.now(UTC),
        )
        self.file.append([rating])

    def undo(self, rater: str) -> None:
        """Take back the rater's last choice within this sample, if there is one."""
        members = {pair.probe_id for pair in self.sample}
        done = standing([r for r in self.read() if r.rater == rater and r.probe_id in members])
        if done:
            self.file.append([replace(done[-1], choice="undone", time=datetime.now(UTC))])

    def names(self) -> tuple[str, ...]:
        """Everyone who has rated this checkpoint, in order of appearance."""
        return tuple(dict.fromkeys(rating.rater for rating in self.read()))

    def name(self, given: str) -> str:
        """A rater's name as it was first written, whatever its case and blanks now.

        Raises:
            InputError: it is empty, too long, or has characters that cannot be seen.
        """
        name = checked_name(given)
        same = (known for known in self.names() if known.casefold() == name.casefold())
        return next(same, name)


def checked_name(given: str) -> str:
    """A name in one form.

    Raises:
        InputError: it is empty, too long, or has characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", given).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"a rater's name has 1 to {LONGEST_NAME} visible characters, got {given[:80]!r}."
        )
    return name


def _minutes(done: Sequence[Rating], left: int) -> int | None:
    times = [rating.seconds for rating in done if rating.seconds is not None]
    if len(times) < FEWEST_TIMED:
        return None
    return max(1, round(median(times) * left / 60))
