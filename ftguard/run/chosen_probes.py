"""Chooses the probes that a run asks, before its first step, and reads them back on a resume."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ftguard.ask.quiet import same_random_state
from ftguard.ask.ranks import made_by_main
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes import Encoder, Gathered, Probe, Sets, gather, read_probes, survey
from ftguard.probes.own_scorer import functions_of, is_own, without_function
from ftguard.run.chosen_before import chosen_before, keep_chosen, name_of
from ftguard.run.ledger import Chosen, Ledger
from ftguard.run.training.data import TrainingTexts
from ftguard.text.terminal import bar


def probes_to_ask(
    sets: Sets,
    folder: RunFolder,
    run: str,
    *,
    training: Callable[[], TrainingTexts],
    encoder: Encoder | None,
    progress: bool,
    cache: bool,
    is_main_process: bool,
) -> Gathered:
    """What an earlier attempt of the run asked, else what is chosen now.

    Every process must call it, and gets the main one's.

    Args:
        sets: what may be asked.
        folder: the run's files.
        run: the run's id.
        training: gives the training data's texts, to look for leaks and for what is far from them.
        encoder: for the distances of queries.
        progress: whether to show a progress bar.
        cache: whether what a run of the same data chose may be taken over.
        is_main_process: whether this process reads.

    Raises:
        FtguardError: the main process's, on every process.
    """
    found = made_by_main(
        lambda: (
            _stored(sets, folder, run)
            or _choose(sets, training, encoder, progress=progress, cache=cache)
        ),
        is_main_process=is_main_process,
    )
    return replace(found, probes=_with_functions(found.probes, sets))


def _with_functions(probes: Sequence[Probe], sets: Sets) -> tuple[Probe, ...]:
    """The probes with the user's scorers, which neither files nor other processes hold."""
    functions = functions_of(probe.scorer for probe in sets.given)
    missing = [p for p in probes if is_own(str(p.scorer)) and str(p.scorer) not in functions]
    if missing:
        raise InputError(
            f"probe `{missing[0].id}` is scored by a function that is not at hand: "
            f"{without_function(str(missing[0].scorer))}."
        )
    counts = Counter(probe.id for probe in probes)
    twice = [probe_id for probe_id, times in counts.items() if times > 1]
    if twice:
        raise InputError(f"two probes come to the id `{twice[0]}`: rename one of them.")
    return tuple(replace(p, scorer=functions.get(str(p.scorer), p.scorer)) for p in probes)


def _stored(sets: Sets, folder: RunFolder, run: str) -> Gathered | None:
    """The probes that an earlier attempt asked, where it was given the same sets."""
    events = Ledger(folder.ledger).read()
    chosen = [event for event in events if isinstance(event, Chosen) and event.run == run]
    if not chosen or chosen[-1].sets != sets.digest or not folder.probes.exists():
        return None
    probes = read_probes(folder.probes)
    return Gathered(probes=probes, leaks=chosen[-1].leaks, notes=chosen[-1].notes)


def _choose(
    sets: Sets,
    training: Callable[[], TrainingTexts],
    encoder: Encoder | None,
    *,
    progress: bool,
    cache: bool,
) -> Gathered:
    with same_random_state():
        read = training()
        # Which encoder it is cannot be told.
        name = name_of(sets, read.fingerprint()) if cache and encoder is None else ""
        if name and (known := chosen_before(name)) is not None:
            return known
        gone_through = bar(read.texts, label="ftguard: training data" if progress else None)
        found = survey(sets, gone_through, encoder, what=read.note)
        chosen = gather(sets, replace(found, notes=(*found.notes, *read.unread.notes)))
    if name:
        keep_chosen(name, chosen)
    return chosen
