"""Says which split of a dataset is meant to be asked."""

from collections.abc import Collection, Sequence

from ftguard.errors import InputError

HELD_OUT = ("test", "validation", "valid", "val", "dev", "eval", "evaluation")
"""What people call data that is not trained on; the first of these that there is is read."""
TRAINED = ("train", "training")
"""What people call data that is trained on."""
HOLDING = ("data", "rows", "examples", "instances", "items", "records", "questions")
"""What a document calls its list of rows."""


def one_split(
    splits: Collection[str], split: str | None, name: str, first: Sequence[str] = HELD_OUT
) -> str:
    """The split that is named, or the first of those that are looked for, or the only one.

    Raises:
        InputError: the one that is named is not there, or none of several is held out.
    """
    if split is not None:
        if split not in splits:
            raise InputError(f"{name} has no split `{split}`; it has {sorted(splits)}.")
        return split
    found = next((each for each in first if each in splits), None)
    if found is None and len(splits) == 1:
        return next(iter(splits))
    if found is None and first is TRAINED:
        # Such as `train_sft`, beside `train_gen` and tests of both.
        found = next((each for each in splits if each.lower().startswith("train")), None)
        if found is None:
            raise InputError(f"{name} has the splits {sorted(splits)}, none of them to train on.")
    if found is None:
        raise InputError(
            f"{name} has the splits {sorted(splits)}, none of them held out by its name: give one, "
            "as in `ProbeSet.load(name, split=...)` or `dataset[...]`."
        )
    return found
