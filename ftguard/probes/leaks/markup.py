r"""Takes off what a text is wrapped in: `\u00e4`, `&amp;`, `<b>`, and the address of a link.

A probe that stands in a page or in a dump of JSON is the same text as on its own. Only what has
the form of an escape or a tag is taken: `a < b`, `AT&T` and `f[i](x)` stay.
"""

import html
import json
import re

_LITERAL = re.compile(r'(?<!\\)"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
_CODES = re.compile(r"(?:\\{1,4}u[0-9a-fA-F]{4})+")
_CODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTES = (
    r"(?:\s{1,20}[\w:-]{1,40}\s?=\s?"
    r"(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s<>\"']{1,200})){0,20}"
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|cite|code|em|font|i|ins|kbd|label|mark|q|samp|small|span|strike|strong|sub"
    rf"|sup|tt|u|var){_ATTRIBUTES}\s{{0,3}}/?>",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:article|aside|blockquote|body|br|caption|center|dd|del|div|dl|dt|figcaption|figure|footer"
    r"|form|h[1-6]|head|header|hr|html|img|li|main|nav|ol|option|p|pre|section|select|table|tbody|td"
    rf"|tfoot|th|thead|title|tr|ul){_ATTRIBUTES}\s{{0,3}}/?>|<!--[^<>]{{0,2000}}-->",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"!?\[([^\[\]\n]{1,400})\]\("
    r"(?=[^)\s]{0,400}[/.#:])<?[^\s()<>]{1,1000}(?:\([^\s()]{0,200}\)[^\s()<>]{0,1000})?>?"
    r"(?:\s{1,3}(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'))?\)"
)
_DEEPEST = 2
"""Times that a text may have been escaped: `&amp;#39;`, JSON within JSON."""


def plain(text: str) -> str:
    """The text without escapes, tags and the addresses of links; most have none."""
    for _ in range(_DEEPEST):
        before = text
        if "\\" in text:
            text = _CODES.sub(_decoded, _LITERAL.sub(_literal, text))
        if "&" in text:
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if text == before:
            break
    if "<" in text:
        text = _BLOCK.sub("\n", _INLINE.sub("", text))
    return _LINK.sub(r"\1", text) if "](" in text else text


def _literal(match: re.Match[str]) -> str:
    """What a string of JSON says, in its quotation marks, where it has escapes and is valid."""
    if "\\" not in match[0]:
        return match[0]
    try:
        said = json.loads(match[0])
    except ValueError:
        return match[0]
    # Half of a pair of surrogates is no character.
    return f'"{_paired(said)}"'


def _decoded(match: re.Match[str]) -> str:
    return _paired("".join(chr(int(code, 16)) for code in _CODE.findall(match[0])))


def _paired(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
