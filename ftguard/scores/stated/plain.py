"""Takes the markup off an answer and leaves what a reader reads, line by line."""

import re
import unicodedata

_QUOTES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f", '"'),
        **dict.fromkeys("\u2010\u2011\u2212", "-"),
        # NFKC would glue the fraction to the number before it: 22 1/2 would be 221/2.
        **{
            c: f" {unicodedata.normalize('NFKC', c)}"
            for c in "\u00bc\u00bd\u00be\u2153\u2154\u215b"
        },
        "\u200b": "",
        "\ufeff": "",
    }
)
_REWRITES = tuple(
    (re.compile(pattern, re.MULTILINE), by)
    for pattern, by in (
        # A picture ends what stands before it, as a full stop does.
        (r"[\U0001f1e6-\U0001faff\u2600-\u27bf\ufe0f\u200d]+", "\n"),
        (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
        (r"\\(?:text|mathrm|mathbf|textbf|operatorname|mbox|mathit)\s*\{([^{}]*)\}", r" \1 "),
        (r"\\(?:times|cdot)\b", "*"),
        (r"\\(?:approx)\b", "="),
        (r"\^\{?\\circ\}?|\\degree\b", " degrees"),
        (r"\\[()\[\]]|\$", " "),
        (r"\\[,;:! ]|\\(?=[%$#&_{}])", ""),
        (r"^\s*```[^\n]*$|```\w*", ""),
        (r"^\s{0,3}#{1,6}\s+", ""),
        (r"^\s*(?:[-*+\u2022\u2013]\s+|>\s*)", ""),
        (r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|~~", ""),
        (r"</?(?:b|i|em|strong|code|p|br|answer|span|div)\s*/?>", " "),
        (r"\u2044", "/"),
        (r"(?<=\d) ?/ ?(?=\d)", "/"),
        (r"(?<![\w.,])\u2013(?=\d)", "-"),
        # Here and not where words are split, so that a word's place is its place in the text.
        (r"(?i)\b([ap])\.\s?m\b\.?", r"\1m"),
        (r"(?i)(?<=\d)(?:[snr][td]|th)\b", ""),
        (r"(?i)((?:^|[^\d\s])\s*)\b(?:minus|negative)\s+(?=\d)", r"\1-"),
        # One word each, so that neither is taken for `tomorrow` or `yesterday`.
        (r"(?i)\bday after tomorrow\b", "overmorrow"),
        (r"(?i)\bday before yesterday\b", "ereyesterday"),
    )
)
_NUMBERED = re.compile(r"(?m)^\s*(\d{1,2})[.)]\s+(?=\S)")
_WIDE_MARK = re.compile(
    r"(?<!\d)[\uff0c\uff1a](?!\s)|[\uff0c\uff1a](?![\d\s])|[\uff1b\uff01\uff1f\u3002\uff61](?!\s)"
)
"""Marks that are as wide as the blank behind the narrow ones; not those of a number or a time."""
_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{")


MOST_READ = 4_000
"""So many characters of a text are read, half of them at either end."""
MOST_BOXES = 20
"""So many boxes of one text are opened."""


def shortened(text: str) -> str:
    """A text of which no more is left than is read, so that a runaway one takes no time."""
    half = MOST_READ // 2
    return text if len(text) <= MOST_READ else f"{text[:half]}\n{text[-half:]}"


def plain(text: str) -> str:
    """The text without Markdown, LaTeX and HTML marks, in compatibility form, its lines kept."""
    text = re.sub(r"\n\s*\n", "\n\n", text)
    text = "".join(_digit(c) for c in text.translate(_QUOTES))
    text = _WIDE_MARK.sub(lambda mark: f"{mark[0]} ", _unboxed(text))
    text = unicodedata.normalize("NFKC", text)
    for pattern, by in _REWRITES:
        text = pattern.sub(by, text)
    numbered = _NUMBERED.findall(text)
    if len(numbered) > 1 and numbered[:2] == ["1", "2"]:
        text = _NUMBERED.sub("", text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def boxed(text: str) -> str | None:
    r"""What stands in the last `\boxed{...}`, where there is one."""
    starts = [match.end() for match in _BOX.finditer(text)]
    return _until_closed(text, starts[-1])[0] if starts else None


def _unboxed(text: str) -> str:
    for _ in range(MOST_BOXES):
        match = _BOX.search(text)
        if match is None:
            break
        inside, end = _until_closed(text, match.end())
        text = f"{text[: match.start()]} {inside} {text[end:]}"
    return text


def _until_closed(text: str, start: int) -> tuple[str, int]:
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return text[start:at], at + 1
    return text[start:], len(text)


def _digit(character: str) -> str:
    # Digits of other scripts; superscripts and the like are not decimal and stay.
    is_other = character > "\x7f" and unicodedata.category(character) == "Nd"
    return str(unicodedata.decimal(character)) if is_other else character
