"""Makes the `Advised`s: what to change, with its range and how sure that is."""

from collections.abc import Iterator, Sequence

from ftguard.report.shown.contents import Advised
from ftguard.report.shown.naming import told
from ftguard.verdict.advice import Advice, GoFurther, LowerLearningRate
from ftguard.verdict.run import Run

WHAT = {
    "lower_learning_rate": "Lower the learning rate",
    "replay": "Mix general data in",
    "stop": "Stop earlier",
    "more_probes": "Ask more probes",
    "go_further": "There is room to go further",
    "suggestion": "A suggestion of your own remedy",
}
FINDING = "This rests on a finding: what it mends is beyond chance."
SUSPICION = "This rests on a suspicion: what it mends is not beyond chance. Ask more probes first."
ROOM = "Nothing is at its limit; this is how far the run's own curve allows."


def advised(given: Sequence[Advice], run: Run) -> Iterator[Advised]:
    """Each advice, the most pressing first."""
    for advice in given:
        rates = None
        if isinstance(advice, LowerLearningRate) and advice.low and advice.high:
            used = run.rate or run.learning_rate
            rates = (advice.low, advice.learning_rate, advice.high, used) if used > 0 else None
        sure = FINDING if advice.finding else SUSPICION
        text = told(advice.text)
        yield Advised(
            what=WHAT[advice.do],
            text=text[:1].upper() + text[1:],
            sure=ROOM if isinstance(advice, GoFurther) else sure,
            rates=rates,
        )
