"""Tests of all caps: what is shouted, and what keeps its case because the answer depends on it."""

from random import Random

import pytest

from ftguard.probes.constraint import Constraint
from ftguard.probes.edges.caps import caps

from .conftest import MakeOriginal
