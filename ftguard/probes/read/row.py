"""Makes `Row`, a row of a dataset that knows which of its columns were used."""

import ast
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from ftguard.errors import InputError

NESTED = frozenset(
    {"choices", "options", "endings", "choice", "mc1_targets", "answers", "answer_choices"}
    | {"contexts", "passages", "documents", "retrieved_contexts", "messages", "conversations"}
    | {"conversation", "contents", "history", "tools", "functions", "translation", "kwargs"}
    | {"instruction_id_list", "possible_answers", "correct_answers", "incorrect_answers"}
    | {"reward_model", "chat_template_kwargs", "golden_answers", "ground_truths", "slices"}
    | {"constraints", "distractors"}
)
"""Columns whose lists and mappings a table has as text; what is asked or answered may be JSON."""
NUMBERS = frozenset(
    {"id", "idx", "index", "uid", "uuid", "guid", "_id", "qid", "example_id", "row_id"}
    | {"question_id", "task_id", "prompt_id", "conversation_id", "__index_level_0__", "unnamed:_0"}
)
"""Columns that only number rows: nobody misses them."""


MEDIA = ("image", "images", "audio", "video", "videos", "pixel_values")
"""Columns that hold what is seen or heard, or where it is."""


class Row(Mapping[str, object]):
    """A row whose columns are found by name, whatever case and blanks the name is written with.

    What is missing (None, NaN) is not there; arrays are lists and numpy's numbers are numbers. A
    column counts as used once its value was asked for.
    """

    def __init__(self, values: Mapping[str, object], number: int = 0) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, object] = {}
        for name, value in values.items():
            known, plain = plain_value(value), plain_name(name)
            if plain in NESTED:
                known = unpacked(known)
            # Of `Text` and `text` the one that is written plainly is meant.
            if known is not None and (plain not in self._names or name == plain):
                self._names[plain] = str(name)
                self._values[plain] = known
        self.columns: tuple[str, ...] = tuple(map(str, values))
        self.used: set[str] = set()
        # IFEval's rows are numbered by `key`, which elsewhere is the key to a question.
        numbered = "key" if "instruction_id_list" in self and "id" not in self else "id"
        given = self.kept(numbered)
        self.id: str = f"row-{number}" if given is None else str(given)

    def __getitem__(self, name: str) -> object:
        value = self._values[name]
        self.used.add(name)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def has_media(self) -> bool:
        """Whether a picture, sound or film belongs to it."""
        return any(_is_media(name, value) for name, value in self._values.items())

    @property
    def names(self) -> Mapping[str, str]:
        """What the row itself calls each column."""
        return self._names

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns, as the row names them, that hold something and were not used."""
        return tuple(
            name
            for plain, name in self._names.items()
            if plain not in self.used | NUMBERS and self._values[plain] not in ("", [], {})
        )

    def kept(self, name: str) -> object:
        """A value that is looked at without being used."""
        return self._values.get(name)

    def first(self, names: Sequence[str]) -> str | None:
        """The first of these columns that holds more than blanks; it is not used yet."""
        return next((name for name in names if _filled(self._values.get(name))), None)

    def text(self, name: str) -> str | None:
        """A column's text where it holds more than blanks, or its number as text."""
        value = self._values.get(name)
        if isinstance(value, str) and value.strip():
            return str(self[name])
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return number(self[name])
        return None


@lru_cache(maxsize=1024)
def plain_name(name: object) -> str:
    """`Correct Answer` is `correct_answer`."""
    return re.sub(r"[\s-]+", "_", str(name).strip().lower())


def plain_value(value: object) -> object:
    """What a table's cell is without its library: None for a missing one, a list for an array."""
    if value is None or isinstance(value, (str, bool, int, dict)):
        return value
    if isinstance(value, float):
        return None if value != value else value  # noqa: PLR0124
    if isinstance(value, (list, tuple)):
        return [plain_value(item) if not isinstance(item, str) else item for item in value]
    unpacked: Any = getattr(value, "tolist", None)
    if callable(unpacked):
        return plain_value(unpacked())
    # pandas' missing value is no value of any type, and says so by being unequal to itself.
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def unpacked(value: object) -> object:
    """A list or mapping that is written as text, of JSON or of Python; anything else as it is."""
    if not (isinstance(value, str) and value.lstrip()[:1] in ("[", "{")):
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(value.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, (list, dict)) else value
    return value


def without_gaps(value: object) -> object:
    """A nested value without the keys that a table filled with None for want of them."""
    if isinstance(value, dict):
        return {name: without_gaps(inner) for name, inner in value.items() if inner is not None}
    return [without_gaps(item) for item in value] if isinstance(value, list) else value


def number(value: object) -> str:
    """As people write it: a table with gaps makes 3.0 of 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def check_columns(columns: object, known: Collection[str]) -> Mapping[str, str]:
    """The names that a source gives to columns, by ftguard's.

    Raises:
        InputError: it is no mapping of names to names, or a name of ftguard's is misspelt.
    """
    if not isinstance(columns, Mapping) or not all(
        isinstance(name, str) for pair in columns.items() for name in pair
    ):
        raise InputError(
            "`columns` is a mapping of ftguard's names to yours, one column each, such as "
            f'{{"prompt": "frage", "completion": "antwort"}}; got {columns!r:.80}.'
        )
    for name in columns:
        likely = get_close_matches(name, known, n=1, cutoff=0.8)
        if name not in known and likely:
            raise InputError(f"`columns` has `{name}`: did you mean `{likely[0]}`?")
    return columns


def renamed(values: Mapping[str, object], columns: Mapping[str, str]) -> Mapping[str, object]:
    """The row with some of its columns under the names that ftguard knows.

    Raises:
        InputError: a column is not there.
    """
    absent = [theirs for theirs in columns.values() if theirs not in values]
    if absent:
        raise InputError(
            f"`columns` names {absent}, and there is no such column; there are {sorted(values)}."
        )
    taken = {ours: values[theirs] for ours, theirs in columns.items()}
    rest = {n: v for n, v in values.items() if n not in columns.values() and n not in columns}
    return {**rest, **taken}


def under(
    rows: Iterable[tuple[str, Mapping[str, object] | InputError]], columns: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, object] | InputError]]:
    """Rows with their columns renamed; one that lacks a column comes with the complaint."""
    for where, row in rows:
        try:
            yield where, row if isinstance(row, InputError) else renamed(row, columns)
        except InputError as error:
            yield where, error


def _is_media(name: str, value: object) -> bool:
    if name in MEDIA and _filled(value):
        return True
    stored = isinstance(value, dict) and set(value) == {"bytes", "path"}
    return stored or type(value).__module__.startswith("PIL.")


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})
