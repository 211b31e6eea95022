"""What a program can check about an answer: a file for each group, and the table of checks."""

from ftguard.scores.constraints.scorer import constraints as constraints
from ftguard.scores.constraints.scorer import loose_constraints as loose_constraints
