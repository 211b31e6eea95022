"""What a run is given: by the user at construction, and by the Trainer when training begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase, TrainerState

from ftguard.ask.weights import Weights
from ftguard.judge import Judge
from ftguard.measures import Measure
from ftguard.probes import Encoder, Sets
from ftguard.run.budget.budget import Budget
from ftguard.run.descent.original import Original
from ftguard.run.examine import Advising
from ftguard.verdict.gate import Gate
from ftguard.verdict.run import Kind


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user asked for, read once."""

    sets: Sets
    encoder: Encoder | None
    judge: Judge | None
    gates: tuple[Gate, ...] | None
    """All that are held; None for the default ones with `limits`."""
    limits: Mapping[str, Gate | None]
    """Gates in place of the default ones or beside them, by their key; None switches one off."""
    measures: tuple[Measure, ...]
    act_on_breach: bool
    advising: Advising
    strict: bool
    cache: bool
    base: str | None
    """The model that costs are counted from; None where that is to be found, `self` for the model
    as it is loaded."""
    chat_template_kwargs: Mapping[str, object]
    budget: Budget | None = None
    """What checks may take; None asks everything."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a run left in memory when it ended."""

    weights: str
    """Their fingerprint."""
    original: Original
    """The base that the run counted from."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """What the Trainer hands over when training begins, or who examines models without one."""

    output_dir: Path
    """Where the run writes."""
    progress: bool
    """Whether to show progress bars, in the main process."""
    planned_checkpoints: int | None
    """Checkpoints to come; None where that depends on results."""
    state: TrainerState
    """A global step above 0 is a resume."""
    model: torch.nn.Module
    """Plain or with adapters."""
    tokenizer: PreTrainedTokenizerBase | None
    """Renders the prompts."""
    loader: object
    """The training data loader."""
    rate: float
    """The peak learning rate before any action."""
    weights: Weights
    """As the user loaded them."""
    weights_known: bool
    """Whether they were read before a resume could overwrite them; not so where the callback was
    added after the Trainer was made (the base of a full fine-tune that is resumed is then
    identified by the ledger alone)."""
    left: Left | None = None
    """What this process trained last under the same callback."""
    kind: Kind = "training"
    """What is examined."""
    method: str = "full"
    """`full` or `adapters`."""
    rows_per_step: int | None = None
    """Training rows that this process trains on in a step."""
    chat: bool = False
    """Whether plain prompts of the task are asked as user messages, whatever it is trained on."""

    @property
    def resuming(self) -> bool:
        """Whether a checkpoint was loaded."""
        return int(self.state.global_step) > 0

    @property
    def is_main_process(self) -> bool:
        """Whether this process writes; every process asks."""
        return bool(self.state.is_world_process_zero)
