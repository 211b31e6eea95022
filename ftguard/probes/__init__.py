"""What is asked: the record, reading it, drawing from it, the tail, leaks, the built-in sets."""

from ftguard.probes.builtin import general_probes as general_probes
from ftguard.probes.draw import draw as draw
from ftguard.probes.probe import Message as Message
from ftguard.probes.probe import Probe as Probe
from ftguard.probes.probe import Role as Role
from ftguard.probes.probe_set import ProbeSet as ProbeSet
from ftguard.probes.probe_set import ProbeSource as ProbeSource
from ftguard.probes.sets import AUTO as AUTO
from ftguard.probes.tail import tail_of as tail_of
