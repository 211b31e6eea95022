"""Chooses the probes that a run asks, before its first step, and reads them back on a resume."""

from collections.abc import Sequence

from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerBase

from ftguard.ask import same_random_state
from ftguard.folders import RunFolder
from ftguard.ledger import AnyEvent, Chosen
from ftguard.probes import Encoder, Gathered, Sets, gather, read_probes, survey
from ftguard.training_data import given_texts, trainer_texts


def choose(
    sets: Sets,
    loader: object,
    tokenizer: PreTrainedTokenizerBase | None,
    *,
    encoder: Encoder | None,
    progress: bool,
) -> Gathered:
    """Read the training data for leaks and for what is far from it, and draw the probes.

    Args:
        sets: what may be asked, with the training rows where the user gave them.
        loader: the trainer's training data, read where the user gave none.
        tokenizer: decodes it.
        encoder: for the distances of queries.
        progress: whether to show a progress bar.
    """
    with same_random_state():
        training = (
            given_texts(sets.train)
            if sets.train or tokenizer is None
            else trainer_texts(loader, tokenizer, sets.seed)
        )
        texts = tqdm(
            training.texts, desc="ftguard: training data", disable=not progress, leave=False
        )
        return gather(sets, survey(sets, texts, encoder, what=training.note))


def stored(events: Sequence[AnyEvent], run: str, sets: Sets, folder: RunFolder) -> Gathered | None:
    """The probes that an earlier attempt of the run asked, where it was given the same sets."""
    chosen = [event for event in events if isinstance(event, Chosen) and event.run == run]
    if not chosen or chosen[-1].sets != sets.digest or not folder.probes.exists():
        return None
    probes = read_probes(folder.probes)
    return Gathered(probes=probes, leaks=chosen[-1].leaks, notes=chosen[-1].notes)
