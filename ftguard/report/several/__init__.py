"""Holds the kept checkpoints of several runs against each other: which to ship, and how sure."""
