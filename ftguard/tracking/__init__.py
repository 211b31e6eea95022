"""Where results are told: one tracker per file, many of them, none of them needed."""

from ftguard.tracking.console import ConsoleTracker as ConsoleTracker
from ftguard.tracking.console import say as say
from ftguard.tracking.console import say_words as say_words
from ftguard.tracking.many import ManyTrackers as ManyTrackers
from ftguard.tracking.many import trackers_for as trackers_for
from ftguard.tracking.reporters import TrainerReporters as TrainerReporters
from ftguard.tracking.tracker import Tracker as Tracker
