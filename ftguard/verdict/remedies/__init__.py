"""What to do about an alarm: one remedy per file, and `advise`, which asks them all."""

from ftguard.verdict.remedies.advising import Remedy as Remedy
from ftguard.verdict.remedies.advising import advise as advise
