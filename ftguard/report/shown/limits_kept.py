"""Says which limits the kept checkpoint keeps, and which of the usual ones nothing was held to."""

from ftguard.report.shown.naming import in_sentence, together
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gates import bearings


def limits_kept(outcome: Conclusion) -> str:
    """In words that go on from what it gained: `keeps every limit`, and what was not held."""
    if not outcome.best_gates:
        return f"had no limit to keep{_open(outcome)}"
    if outcome.not_held or "aside" in bearings(outcome.best_gates):
        return f"keeps every limit that was held{_open(outcome)}"
    return "is proven to keep every limit" if _is_proven(outcome) else "keeps every limit"


def _open(outcome: Conclusion) -> str:
    """What was not held: by why, since a gate that was switched off was a choice."""
    absent: list[str] = []
    chosen: list[str] = []
    weak = ""
    for told_ in outcome.not_held:
        key, _, why = told_.partition(" ")
        if why.startswith("(left out"):
            chosen.append(in_sentence(key))
        elif "stands in" in why:
            weak = f"own answers stand in for {in_sentence(key)}"
        else:
            absent.append(in_sentence(key))
    idle: list[str] = []
    for gate, bearing in zip(outcome.best_gates, bearings(outcome.best_gates), strict=True):
        if bearing == "aside" and gate.state == "too wide":
            weak = f"own answers stand in for {in_sentence(gate.gate.key)}"
        elif bearing == "aside":
            idle.append(in_sentence(gate.gate.key))
    parts = [weak] if weak else []
    parts += [f"nothing could be lost in {together(idle)}"] if idle else []
    for names, how in ((absent, "not measured"), (chosen, "left out by choice")):
        if names:
            were = "was" if len(names) == 1 else "were"
            parts.append(f"{together(names)} {were} {how}")
    return f"; {', and '.join(parts)}" if parts else ""


def _is_proven(outcome: Conclusion) -> bool:
    return all(gate.state == "clear" for gate in outcome.best_gates)
