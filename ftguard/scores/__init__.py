"""How good an answer is: one scorer per file, and the table that lists them."""

from ftguard.scores.deciding import decided as decided
from ftguard.scores.record import Score as Score
from ftguard.scores.table import SCORER_VERSION as SCORER_VERSION
from ftguard.scores.table import known_scores as known_scores
from ftguard.scores.table import score as score
