"""What ftguard's words mean: one source for the terminal, the report and the manual."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Term:
    """One word that people meet in what ftguard tells."""

    name: str
    """As it stands in a block or in the report."""
    meaning: str
    """One short sentence, without its full stop."""
    more: str = ""
    """Further sentences: how it is found, or what to do."""
    at_start: bool = False
    """Whether a run explains it before its first step."""


GLOSSARY: tuple[Term, ...] = (
    Term(
        name="probe",
        meaning="a question with a way to score its answer",
        more="The same probes are asked of the base and of every checkpoint.",
    ),
    Term(
        name="base",
        meaning="the model before this training; costs are counted from it",
        more="Of a model that was fine-tuned before, it is the original one, where that is found.",
    ),
    Term(
        name="gate",
        meaning="a limit on one kind of loss; a checkpoint passes when every gate holds",
        more="`limits={'forgetting': 0.2}` moves one.",
    ),
    Term(
        name="target",
        meaning="how much better the checkpoint does what it is trained for",
        more="Measured on the held-out examples that you gave.",
    ),
    Term(
        name="forgetting",
        meaning="the share of its general skill that the base has lost",
        more="10 % means: of what it answered rightly beyond guessing, a tenth is gone.",
    ),
    Term(
        name="tail",
        meaning="the share that is lost on edge cases and rare kinds of query",
        more="It is told of each kind, and of the worst.",
    ),
    Term(
        name="calibration",
        meaning="how far the model's confidence is from how often it is right",
        more="An error of 0.10 means: 80 % sure and 70 % right, or the other way round.",
    ),
    Term(
        name="overconfident",
        meaning="it is surer of its answers than it is right; underconfident is the opposite",
    ),
    Term(
        name="slice",
        meaning="a group of probes that is also measured by itself, such as a category",
    ),
    Term(
        name="95 % interval",
        meaning="the range that holds the true value 95 times of 100",
        more="It narrows with the number of probes: four times as many halve it.",
    ),
    Term(
        name="clear",
        meaning="proven within its limit: even the bad end of the interval is",
        at_start=True,
    ),
    Term(
        name="proven",
        meaning="the bad end of the interval is within the limit, not the middle alone",
        more="With `strict=True` only checkpoints with every gate proven can be the best.",
    ),
    Term(
        name="within",
        meaning="within its limit, but more probes would be needed to prove it",
        more="It passes.",
        at_start=True,
    ),
    Term(
        name="breach",
        meaning="beyond its limit, and chance does not explain it: BLOCKED",
        more="Follow the advice. Over all gates and checkpoints of a run that loses nothing, a "
        "breach comes up at most 5 times of 100.",
        at_start=True,
    ),
    Term(
        name="suspect",
        meaning="beyond its limit, but it could be chance: ask more probes",
        more="The verdict is undecided, and nothing acts on a suspicion.",
        at_start=True,
    ),
    Term(
        name="too wide",
        meaning="too few probes, or an interval twice the limit: undecided",
        more="The verdict is undecided, except of forgetting where own answers stand in for it. "
        "Of few probes none of which lost anything 3/n may be lost all the same: 29 are the fewest "
        "for a limit of 10 %. More probes decide it.",
        at_start=True,
    ),
    Term(
        name="not asked",
        meaning="left out by the budget; checkpoints around it are within",
        more="The verdict is undecided. Where no curve of other checkpoints is within the limit it "
        "is missing instead. A larger `budget` asks more.",
        at_start=True,
    ),
    Term(
        name="nothing to lose",
        meaning="the base only guesses here, so no loss could be seen",
        more="It is no pass: give probes that this base answers, or texts that it writes itself.",
        at_start=True,
    ),
    Term(
        name="missing",
        meaning="too many answers have no score, or none was asked; undecided",
        at_start=True,
    ),
    Term(
        name="likelihood",
        meaning="how probable the model finds a given text, per token",
        more="exp(-nats per token), in [0, 1]. It is never mixed with right and wrong answers.",
        at_start=True,
    ),
    Term(
        name="nats per token",
        meaning="how surprised the model is by a text; 0.69 more is half as likely",
    ),
    Term(
        name="held back",
        meaning="target probes that only confirm the chosen checkpoint's gain",
        more="They choose no checkpoint. The best of several noisy ones looks better than it is on "
        "the probes that it was chosen by. `holdout=` sets their share.",
        at_start=True,
    ),
    Term(
        name="curve",
        meaning="what all checkpoints of the run together say of one",
        more="It is less noisy than that one alone. From the second checkpoint on, what is no "
        "breach is judged by it.",
        at_start=True,
    ),
    Term(
        name="own answers",
        meaning="how much less likely the checkpoint finds what the base itself said",
        more="It stands in for forgetting where the base answers too little rightly.",
    ),
    Term(
        name="drift",
        meaning="how far the answers have moved from the base's, for better or worse",
    ),
    Term(
        name="unscored",
        meaning="an answer that the scorer cannot judge, such as one that was cut off",
        more="It is counted, and is no wrong answer.",
    ),
    Term(
        name="tail/worst",
        meaning="the slice of the tail that lost most beyond chance",
        more="It is the whole tail where none stands out. Its interval is wider for having been "
        "chosen.",
    ),
    Term(
        name="error",
        meaning="of calibration: the mean distance of confidence from how often it is right",
        more="0.10 is ten points. 0 is the best that there is; it is told without the bias that "
        "few questions give it.",
    ),
    Term(
        name="Brier",
        meaning="the mean square of confidence less outcome: how good probabilities are, 0 is best",
        more="A larger calibration error alone blocks nothing unless this is worse too.",
    ),
    Term(
        name="passed",
        meaning="no gate is against the checkpoint, and what was held was decided",
        more="Exit code 0, where it also gained on the target, beyond chance.",
    ),
    Term(
        name="undecided",
        meaning="no breach, but too little is known to let it pass",
        more="A gate is suspect, too wide, not asked or missing, or nothing tells what was "
        "forgotten. Exit code 3. More probes decide it.",
    ),
    Term(
        name="BLOCKED",
        meaning="at least one gate is in breach; the checkpoint is not kept",
        more="Exit code 1, where no other checkpoint will do.",
    ),
    Term(
        name="verdict",
        meaning="passed, BLOCKED (a breach), or undecided (suspect, missing, too wide, not asked)",
    ),
)
"""Every term, in the order in which a reader meets them."""
OF_SEVERAL = ("held back", "curve")
"""Terms that only a run of several checkpoints speaks of."""
