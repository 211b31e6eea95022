"""The only place that runs a model: answers, likelihoods, fingerprints, and no trace left."""

from ftguard.ask.ask import Asked as Asked
from ftguard.ask.ask import ask as ask
from ftguard.ask.batches import BatchPlan as BatchPlan
from ftguard.ask.question import Questionnaire as Questionnaire
from ftguard.ask.question import prepare as prepare
from ftguard.ask.quiet import same_random_state as same_random_state
from ftguard.ask.ranks import from_main as from_main
from ftguard.ask.repeatable import repeatable as repeatable
from ftguard.ask.unwrap import adapted as adapted
from ftguard.ask.unwrap import inner_model as inner_model
from ftguard.ask.weights import weights_fingerprint as weights_fingerprint
