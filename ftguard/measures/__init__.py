"""What is measured: functions `(probes, base, now) -> Iterable[Measurement]`, one per file."""

from ftguard.measures.measurement import Measurement as Measurement
from ftguard.measures.measuring import MEASURES as MEASURES
from ftguard.measures.measuring import Measure as Measure
from ftguard.measures.measuring import measure as measure
