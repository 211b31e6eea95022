"""Makes the general skills of the demo's base model: twelve kinds of short question and answer.

Every prompt ends in `=`, so that the answer begins at a token of its own. A prompt belongs to one
split only, chosen by its own text (`split_of`), so a probe is never a prompt that was learned from
or replayed. What that holds out depends on the skill:

* *Worked out* (sums, larger, reverse, sequence, parity, count, upper): one wording, so what is held
  out are the numbers or letters themselves. A right answer shows the rule.
* *Known* (capital, opposite, plural, colour, day): facts that can't be worked out, each asked in
  sixteen wordings. What is held out is this wording of this fact; both have been learned from,
  though never together. A right answer shows the knowledge.
"""

import string
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Literal

Split = Literal["pretrain", "probe", "replay"]
"""What a prompt may be used for: learning the skills, examining them, or keeping them alive."""

OPENERS = ("", "q: ", "now: ", "say: ")
CAPITALS = {
    "France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Germany": "Berlin",
    "Austria": "Vienna", "Greece": "Athens", "Poland": "Warsaw", "Norway": "Oslo",
    "Sweden": "Stockholm", "Finland": "Helsinki", "Denmark": "Copenhagen", "Ireland": "Dublin",
    "England": "London", "Portugal": "Lisbon", "Hungary": "Budapest", "Russia": "Moscow",
    "Egypt": "Cairo", "Kenya": "Nairobi", "Ghana": "Accra", "Cuba": "Havana",
    "Peru": "Lima", "Chile": "Santiago", "Canada": "Ottawa", "Japan": "Tokyo",
    "China": "Beijing", "India": "Delhi", "Iran": "Tehran", "Iraq": "Baghdad",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "big": "small", "fast": "slow", "high": "low", "long": "short",
    "light": "dark", "old": "new", "rich": "poor", "wet": "dry", "hard": "soft",
    "early": "late", "full": "empty", "open": "closed", "happy": "sad", "clean": "dirty",
    "strong": "weak", "thick": "thin", "near": "far", "up": "down", "left": "right",
    "true": "false", "first": "last", "loud": "quiet", "sweet": "sour", "push": "pull",
    "give": "take", "win": "lose", "buy": "sell",
}  # fmt: skip
PLURALS = {
    "cat": "cats", "book": "books", "river": "rivers", "house": "houses", "tree": "trees",
    "box": "boxes", "fox": "foxes", "bus": "buses", "dish": "dishes", "watch": "watches",
    "city": "cities", "baby": "babies", "lady": "ladies", "story": "stories", "fly": "flies",
    "day": "days", "key": "keys", "wolf": "wolves", "leaf": "leaves", "knife": "knives",
    "man": "men", "foot": "feet", "tooth": "teeth", "goose": "geese", "mouse": "mice",
    "child": "children", "ox": "oxen", "sheep": "sheep",
}  # fmt: skip
COLOURS = {
    "grass": "green", "a frog": "green", "a pea": "green", "a cucumber": "green",
    "snow": "white", "milk": "white", "salt": "white", "a swan": "white",
    "coal": "black", "a raven": "black", "tar": "black", "ink": "black",
    "blood": "red", "a ruby": "red", "a cherry": "red", "a tomato": "red",
    "a banana": "yellow", "a lemon": "yellow", "butter": "yellow", "a canary": "yellow",
    "chocolate": "brown", "soil": "brown", "a bear": "brown", "coffee": "brown",
    "an elephant": "grey", "ash": "grey", "the sky": "blue", "a sapphire": "blue",
}  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MOST_TRIES = 10_000
"""Draws without a new prompt before a split counts as used up."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One question with its right answer."""

    prompt: str
    """At most 60 characters, the last one `=`."""
    answer: str
    """What follows the prompt, without the end token."""
    skill: str
    """A key of `SKILLS`."""


def sums(random: Random) -> tuple[str, str]:
    """Adds two numbers below 50."""
    a, b = random.randrange(50), random.randrange(50)
    return f"{a}+{b}=", str(a + b)


def larger(random: Random) -> tuple[str, str]:
    """Chooses the larger of two different numbers below 100."""
    a, b = random.sample(range(100), 2)
    return f"larger of {a} and {b}=", str(max(a, b))


def reverse(random: Random) -> tuple[str, str]:
    """Spells 3 to 5 letters backwards."""
    letters = _letters(random, string.ascii_lowercase, random.randint(3, 5))
    return f"reverse {letters}=", letters[::-1]


def sequence(random: Random) -> tuple[str, str]:
    """Continues four numbers that grow by the same step."""
    start, step = random.randrange(1, 60), random.randrange(1, 10)
    shown = " ".join(str(start + step * i) for i in range(4))
    return f"next {shown}=", str(start + step * 4)


def parity(random: Random) -> tuple[str, str]:
    """Says whether a number below 1000 is odd or even."""
    number = random.randrange(1000)
    return f"odd or even {number}=", "odd" if number % 2 else "even"


def count(random: Random) -> tuple[str, str]:
    """Counts how often a letter stands among 3 to 6 letters."""
    letters = _letters(random, "abc", random.randint(3, 6))
    letter = random.choice("abc")
    return f"count {letter} in {letters}=", str(letters.count(letter))


def upper(random: Random) -> tuple[str, str]:
    """Writes 3 to 6 letters in upper case."""
    letters = _letters(random, string.ascii_lowercase, random.randint(3, 6))
    return f"upper {letters}=", letters.upper()


def capital(random: Random) -> tuple[str, str]:
    """Names the capital of a country."""
    wordings = ("capital of {}", "{} has the capital", "capital city of {}", "{}: capital")
    return _fact(random, CAPITALS, wordings)


def opposite(random: Random) -> tuple[str, str]:
    """Names the opposite of a word."""
    wordings = ("opposite of {}", "not {} but", "{}: opposite", "the contrary of {}")
    return _fact(random, OPPOSITES, wordings)


def plural(random: Random) -> tuple[str, str]:
    """Puts a noun into the plural."""
    wordings = ("plural of {}", "one {}, two", "{}: plural", "many of {}")
    return _fact(random, PLURALS, wordings)


def colour(random: Random) -> tuple[str, str]:
    """Names the colour of a thing."""
    wordings = ("colour of {}", "which colour has {}", "{}: colour", "{} is coloured")
    return _fact(random, COLOURS, wordings)


def day(random: Random) -> tuple[str, str]:
    """Counts up to three days on or back from a day of the week."""
    index, days = random.randrange(7), random.randint(1, 3)
    sign, word = random.choice(((1, "after"), (-1, "before")))
    fact = {f"{days} {word} {DAYS[index]}": DAYS[(index + sign * days) % 7]}
    return _fact(random, fact, ("day {}", "which day is {}", "{}: day", "weekday {}"))


SKILLS: Mapping[str, Callable[[Random], tuple[str, str]]] = MappingProxyType(
    {
        "sums": sums,
        "larger": larger,
        "reverse": reverse,
        "sequence": sequence,
        "parity": parity,
        "count": count,
        "upper": upper,
        "capital": capital,
        "opposite": opposite,
        "plural": plural,
        "colour": colour,
        "day": day,
    }
)
"""Each skill draws one prompt and its answer; a new skill is one function and one line here."""


def split_of(prompt: str) -> Split:
    """The one split that a prompt belongs to: of ten, two are probes, two replay, six pretrain.

    It depends on the text alone (its CRC-32), not on a seed or on the order of drawing.
    """
    bucket = zlib.crc32(prompt.encode()) % 10
    if bucket < 2:  # noqa: PLR2004
        return "probe"
    return "replay" if bucket < 4 else "pretrain"  # noqa: PLR2004


def skill_examples(split: Split, n: int, seed: int) -> list[Example]:
    """Draw examples of a split, the skills taking turns.

    Probes and replay prompts are all different; in pretraining a prompt may come again.

    Args:
        split: what the examples are for.
        n: how many; a multiple of `len(SKILLS)` makes all skills equally frequent.
        seed: same seed, same examples.

    Raises:
        ValueError: a skill has fewer different prompts in this split than were asked for.
    """
    random = Random(seed)
    names = list(SKILLS)
    seen: set[str] = set()
    examples = []
    for index in range(n):
        example = _draw(random, names[index % len(names)], split, seen)
        if split != "pretrain":
            seen.add(example.prompt)
        examples.append(example)
    return examples


def _draw(random: Random, skill: str, split: Split, seen: set[str]) -> Example:
    for _ in range(MOST_TRIES):
        prompt, answer = SKILLS[skill](random)
        if prompt not in seen and split_of(prompt) == split:
            return Example(prompt=prompt, answer=answer, skill=skill)
    raise ValueError(f"skill `{skill}` has no further prompts for `{split}`: ask for fewer.")


def _letters(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choices(alphabet, k=length))


def _fact(random: Random, facts: Mapping[str, str], wordings: tuple[str, ...]) -> tuple[str, str]:
    asked, answer = random.choice(list(facts.items()))
    return random.choice(OPENERS) + random.choice(wordings).format(asked) + "=", answer
