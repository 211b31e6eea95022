"""Makes `Asked`, what a check asks and what it holds the answers against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ftguard.callback import GuardCallback
from ftguard.judge import Judge
from ftguard.probes import AUTO, ProbeSource
from ftguard.run.given import Settings

FORM = "own"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The same questions and limits as `GuardCallback` has, with its defaults."""

    target: ProbeSource | None = None
    general: ProbeSource | None = None
    tail: ProbeSource | None = AUTO
    calibration: ProbeSource | None = AUTO
    train_dataset: ProbeSource | None = None
    limits: Mapping[str, float | None] = field(default_factory=dict)
    judge: Judge | None = None
    strict: bool = False
    max_probes: int = 200
    seed: int = 0
    cache: bool = True
    chat: bool = False
    """Whether plain prompts of the task are asked as user messages through the chat template."""
    chat_template_kwargs: Mapping[str, object] = field(default_factory=dict)
    form: str = FORM
    """Whose tokenizer and template a model is asked with: its `own`, or both with the `tuned`
    one's."""

    def settings(self, *, holdout: float) -> Settings:
        """Read by the callback itself, so that a check asks what a guarded training asks.

        Args:
            holdout: share of the target probes that choose no checkpoint.

        Raises:
            InputError: something given cannot be used.
        """
        return GuardCallback(
            target=self.target,
            general=self.general,
            tail=self.tail,
            calibration=self.calibration,
            train_dataset=self.train_dataset,
            limits=self.limits,
            judge=self.judge,
            strict=self.strict,
            max_probes=self.max_probes,
            seed=self.seed,
            cache=self.cache,
            holdout=holdout,
            chat_template_kwargs=self.chat_template_kwargs,
            # Whatever the base descends from, it is the base that was named.
            base="self",
        ).settings
