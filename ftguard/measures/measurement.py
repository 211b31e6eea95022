"""Makes `Measurement`, one number about a checkpoint against its base, or why there is none."""

from dataclasses import dataclass, field

from ftguard.stats.estimates import Estimate

NOT_ASKED = "not asked at this checkpoint (budget)"
"""Why there is no estimate where a budget left all probes of a slice out."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One quantity on one slice; it carries its own direction and unit."""

    name: str
    """`target`, `forgetting`, `tail`, `calibration`, `drift`, or one that is shown beside them."""
    slice: str
    """The group of probes: `all`, `worst`, a category, `target` or `general`."""
    estimate: Estimate | None
    """The change against the base; None where it could not be measured."""
    shrunk: Estimate | None = None
    """The estimate of a category, pulled towards that of the whole: shown, never decided on."""
    base: float | None = None
    """The base model's mean on the same probes; where a part of them was asked, on all."""
    now: float | None = None
    """The checkpoint's mean on the same probes; where a part of them was asked, the base's mean on
    all with the change of that part."""
    chance: float = 0.0
    """The mean score of guessing on these probes."""
    higher_is_better: bool = False
    """Which direction of the estimate is good."""
    unit: str = "relative"
    """The estimate's unit: `relative`, `points` or `nats`."""
    num_scored: int = 0
    """Probes scored on both sides, where no estimate says so."""
    num_unscored: int = 0
    """Probes of the slice that could not be scored on one side or the other."""
    num_cut_off: int = 0
    """Probes that are left out because the base's own answer was cut off before it decided: what
    it did not say cannot be lost."""
    telling: float | None = None
    """As how many independent probes it tells a loss: of a drop, those that the base had something
    to lose on, a source counted once; None where that is the estimate's n."""
    num_in_all: int = 0
    """Probes of the slice, asked or not, where a budget had a part of them asked, or none; 0 where
    all were. What was not asked counts in no other number here."""
    discrete: bool = True
    """Whether its scores come in few steps (right or wrong) or on a continuum (likelihoods)."""
    at_floor: bool = False
    """Whether the base is no better than chance here, so that nothing can be lost."""
    nothing_open: bool = False
    """At the floor: whether the base was wrong too wherever the checkpoint has no score."""
    num_comparisons: int = 1
    """The slices that it was chosen from as the worst; its p-value is multiplied by them."""
    noise: float = 0.0
    """By how much the base differs from itself when asked twice, in the estimate's unit."""
    own: Estimate | None = None
    """Of calibration: the checkpoint's own error, which has a limit beside that on its rise."""
    overconfidence: float | None = None
    """Of calibration: mean confidence less accuracy now; below 0 the checkpoint is
    underconfident."""
    influence: tuple[float | None, ...] = field(default=(), repr=False)
    """How far each independent group of probes pulls the estimate from where it would be without
    it, in the estimate's unit: they add up to 0, and their squares to about its variance. Equal
    places are equal groups at every checkpoint of a run, so that products of two checkpoints' give
    their covariance; None of a group that was not asked; empty where it is not known."""
    headline: bool = False
    """Whether the console shows it though no gate looks at it, as what a user's measure yields."""
    worst_slice: str = ""
    """Of a worst slice: which one it is, by name; `all` is the whole tail."""
    note: str = ""
    """Why there is no estimate, or which slice is the worst."""

    @property
    def shown(self) -> Estimate | None:
        """The estimate for curves and tables."""
        return self.shrunk or self.estimate

    @property
    def num_asked(self) -> int:
        """Probes that were asked of both models, scored or not."""
        scored = self.estimate.n if self.estimate else self.num_scored
        return scored + self.num_unscored + self.num_cut_off

    @property
    def part(self) -> str:
        """How many of its probes were asked, `62 of 200`; empty where all were."""
        return f"{self.num_asked} of {self.num_in_all}" if self.num_in_all else ""

    @property
    def not_asked(self) -> bool:
        """Whether a budget left all of its probes out."""
        return self.num_in_all > 0 and not self.num_asked

    @property
    def key(self) -> str:
        """The name under which it is tracked, `forgetting/all`."""
        return f"{self.name}/{self.slice}"
