"""Tests of `probes_from_logs`: what is drawn, what is masked, and what is said of the rest."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping

from ftguard.probes.logs import probes_from_logs
from ftguard.probes.probe import Message, Probe

SUBJECTS = {
    "song": "play skip repeat like find queue".split(),  # noqa: SIM905
    "flight": "book cancel delay check change reserve".split(),  # noqa: SIM905
    "recipe": "cook bake fry taste season boil".split(),  # noqa: SIM905
}
ENDS = (
    "now",
    "for my brother tonight",
    "before the others come back home from work on friday",
    "in the most careful way that you could think of without asking anyone else first",
)
FORMS = ("{0} the {2} {1} {3}", "could you {0} a {2} {1} {3}", "{2} {1}: {0} it {3}")
KINDS = ("blue", "green", "silent", "famous", "second", "hidden")


def _said(subject: str) -> list[str]:
    """432 queries on a subject, of four lengths."""
    return [
        form.format(verb, subject, kind, end)
        for verb in SUBJECTS[subject]
        for kind in KINDS
        for end in ENDS
        for form in FORMS
    ]


def _drawn(
    rows: Iterable[Mapping[str, object] | str], **options: int | bool | str | None
) -> tuple[tuple[Probe, ...], str]:
    """The probes and the one sentence."""
    read = [row if isinstance(row, Mapping) else {"prompt": row} for row in rows]
    numbered = ((f"log.jsonl:{at}", row) for at, row in enumerate(read, start=1))
    probes, (sentence,) = probes_from_logs(numbered, **options)  # type: ignore[arg-type]
    return probes, sentence


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def test_a_small_log_is_taken_whole() -> None:
    """Probes are open and have their number in the log; few queries have one topic, no slice."""
    probes, sentence = _drawn(["What is the capital of France?", "", "Sing!", "sing"], mask=False)

    assert probes == (
        Probe(
            id="log-1",
            prompt="What is the capital of France?",
            scorer="open",
            slices=("length:long",),
            max_new_tokens=256,
        ),
        Probe(
            id="log-3",
            prompt="Sing!",
            scorer="open",
            slices=("length:medium",),
            max_new_tokens=256,
        ),
    )
    assert sentence == (
        "3 logged queries, 1 rows blank left out, 1 exact and 0 near duplicates removed, all 2 "
        "left taken over 1 topic and 2 lengths (short to 0 words, long above 1; seed 0), "
        "identifiers not masked"
    )


def test_every_topic_and_length_is_drawn_at_its_share() -> None:
    """Of 300 on songs, 280 on flights and 20 on recipes, a fifth... each subject has its share."""
    generator = random.Random(0)  # noqa: S311
    sizes = {"song": 250, "flight": 250, "recipe": 12}
    rows = [text for name, size in sizes.items() for text in generator.sample(_said(name), size)]
    generator.shuffle(rows)

    probes, _ = _drawn(rows, size=40)

    print(Counter(p.slices for p in probes), _)
    raise
