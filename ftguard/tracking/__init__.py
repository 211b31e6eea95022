"""Where results are told: one tracker per file, many of them, none of them needed."""

from ftguard.tracking.console import ConsoleTracker as ConsoleTracker
from ftguard.tracking.console import say as say
from ftguard.tracking.leaving import LogTexts as LogTexts
from ftguard.tracking.leaving import read_log_texts as read_log_texts
from ftguard.tracking.many import ManyTrackers as ManyTrackers
from ftguard.tracking.many import trackers_for as trackers_for
from ftguard.tracking.reporters import Reporter as Reporter
from ftguard.tracking.reporters import TrainerReporters as TrainerReporters
from ftguard.tracking.tracker import Kept as Kept
from ftguard.tracking.tracker import Opening as Opening
from ftguard.tracking.tracker import SoFar as SoFar
from ftguard.tracking.tracker import Tracker as Tracker
