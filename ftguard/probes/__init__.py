"""What is asked: the record, reading it, what the training data says of it, drawing from it."""

from ftguard.probes.builtin import BUILTIN as BUILTIN
from ftguard.probes.builtin import CANARY as CANARY
from ftguard.probes.builtin import calibration_probes as calibration_probes
from ftguard.probes.builtin import general_probes as general_probes
from ftguard.probes.constraint import Constraint as Constraint
from ftguard.probes.gathering import Gathered as Gathered
from ftguard.probes.gathering import gather as gather
from ftguard.probes.leaks.leak import Leak as Leak
from ftguard.probes.novelty import Encoder as Encoder
from ftguard.probes.novelty import load_encoder as load_encoder
from ftguard.probes.probe import Message as Message
from ftguard.probes.probe import Probe as Probe
from ftguard.probes.probe import Role as Role
from ftguard.probes.probe_set import ProbeSet as ProbeSet
from ftguard.probes.probe_set import ProbeSource as ProbeSource
from ftguard.probes.query import PromptTemplate as PromptTemplate
from ftguard.probes.sampling import draw as draw
from ftguard.probes.sets import AUTO as AUTO
from ftguard.probes.sets import Sets as Sets
from ftguard.probes.sets import read_sets as read_sets
from ftguard.probes.store import read_probes as read_probes
from ftguard.probes.store import write_probes as write_probes
from ftguard.probes.surveying import survey as survey
from ftguard.probes.tail import tail_of as tail_of
from ftguard.probes.training_text import pieces as pieces
