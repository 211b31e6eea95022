"""Finds passwords, tokens and keys: by their own form, and by the name that they are given to.

Two tables. `_FORMS` holds what no other text looks like. `_NAMES` holds names, as in `DB_PASSWORD =
x`, `--token x` or `my password is x`; the surer a name is, the less its value has to look like a
secret, so that `password: string`, `key = sorted(x)` and `my password is wrong` stay as they are.
"""

import re
from collections.abc import Iterable, Iterator

from ftguard.probes.logs.borders import JOINED, bordered

# Lengths are bounded, so that no text takes time that grows with its square.
_FORMS = tuple(
    # A group `id` is all of the match that is replaced.
    re.compile(pattern)
    for pattern in (
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\w+/=\\]{0,9000}(?:-----END [A-Z ]+-----)?",
        # JSON web tokens: `eyJ` is `{"` in base64.
        r"\beyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,2000})?",
        # GitHub, GitLab, Docker, npm, PyPI, RubyGems.
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|gl(?:pat|rt|dt|ptt)-[\w-]{20,200})",
        r"\b(?:dckr_pat_[\w-]{20,60}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,400}|rubygems_[0-9a-f]{48})",
        # AWS, Google, Azure, DigitalOcean, HashiCorp.
        r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b",
        r"\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,400}|GOCSPX-[\w-]{20,60})",
        r"\b(?:AccountKey|SharedAccessKey)=(?P<id>[A-Za-z0-9+/]{20,200}={0,2})",
        r"\b(?:do[opr]_v1_[0-9a-f]{64}|hv[sb]\.[\w-]{20,200})",
        # Hugging Face, Groq, Replicate, NVIDIA, xAI, Perplexity.
        r"\b(?:hf_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{37})",
        r"\b(?:nvapi-[\w-]{40,100}|xai-[A-Za-z0-9]{40,100}|pplx-[A-Za-z0-9]{40,60})",
        # Slack, SendGrid, Mailgun, Twilio, Telegram, Shopify, Stripe's webhooks, Atlassian.
        r"\b(?:xox[abeoprs]-[\w-]{10,200}|xapp-\d-[\w-]{10,200})",
        r"\bhooks\.slack\.com/services/(?P<id>T\w{6,12}/B\w{6,12}/\w{20,40})",
        r"\bSG\.[\w-]{16,64}\.[\w-]{16,64}",
        r"\b(?:key-[0-9a-f]{32}|SK[0-9a-f]{32}|\d{8,10}:[A-Za-z0-9_-]{35})\b",
        r"\b(?:shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|whsec_[A-Za-z0-9+/]{20,80}|ATATT3[\w=-]{20,300})",
        r"\bdiscord(?:app)?\.com/api/webhooks/(?P<id>\d{15,22}/[\w-]{20,100})",
        r"\.webhook\.office\.com/webhookb2/(?P<id>[\w@-]{30,200}/\w{3,30}/[\w-]{20,100}(?:/[\w-]{20,60})?)",
        r"(?i)\bbearer\s{1,9}(?P<id>(?=[\w.~+/-]{0,400}\d)[\w.~+/-]{10,4000}={0,2})",
        r"(?i)\bbasic\s{1,9}(?P<id>(?=[\w.~+/-]{0,400}\d)[\w.~+/-]{16,4000}={0,2})",
        # `Authorization: Basic YTpi`, `Authorization: token abc123`.
        (
            r"(?i)\bauthorization\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?(?:[a-z]{3,12}\s{1,3})?"
            r"(?P<id>(?=[\w.~+/-]{0,400}(?:\d|(?-i:[a-z][A-Z])))[\w.~+/-]{4,4000}={0,2})"
        ),
        # `curl -u name:password`.
        (
            r"(?i)\b(?:curl|http|wget)\b[^\n]{0,400}?\s(?:-u|--user|--proxy-user|-a)[ =]{0,2}[\"']?"
            r"(?P<id>[^\s\"':$<{/]{1,100}:[^\s\"'$<{/][^\s\"']{0,200})"
        ),
        # `https://user:password@host` and `?token=...` in an address.
        r"(?i)\b[a-z][a-z0-9+.-]{1,20}://(?P<id>[^\s/:@]{0,200}:[^\s/@]{1,200})@",
        r"(?i)[?&](?:[\w-]{0,20}(?:token|secret|password|passwd|signature|api_?key)|pwd|sig)=(?P<id>[^\s&#\"'<>\[]{3,4000})",
        r"(?i)[?&](?:[\w-]{0,20}key|auth|code|session(?:_?id)?)=(?P<id>[\w.%~+/-]{16,4000})",
    )
)
_PREFIXED = re.compile(r"\b[srp]k[-_][\w-]{20,}")
"""OpenAI, Anthropic, DeepSeek, OpenRouter, Stripe."""
_RANDOM = re.compile(r"(?=[a-z0-9]*[0-9])[a-z0-9]{20}")

_LOGIN_NAMES = (
    r"password|passwd|passphrase|passwort|kennwort|contrase[\u00f1n]a|senha|pwd|mot de passe|mdp"
    r"|wachtwoord|l\u00f6senord|salasana|adgangskode|passord|has\u0142o|heslo|jelsz\u00f3"
    r"|\u015fifre|sifre|kata sandi|m\u1eadt kh\u1ea9u"
    # Russian, Ukrainian, Greek, Hebrew, Arabic, Hindi.
    r"|\u043f\u0430\u0440\u043e\u043b\u044c|\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2"
    r"|\u05e1\u05d9\u05e1\u05de\u05d4"
    r"|\u0643\u0644\u0645\u0629 \u0627\u0644(?:\u0645\u0631\u0648\u0631|\u0633\u0631)"
    r"|\u092a\u093e\u0938\u0935\u0930\u094d\u0921"
    # Chinese, Japanese, Korean.
    r"|\u5bc6\u7801|\u5bc6\u78bc|\u53e3\u4ee4|\u30d1\u30b9\u30ef\u30fc\u30c9|\u6697\u8a3c\u756a\u53f7"
    r"|\ube44\ubc00\ubc88\ud638|\uc554\ud638|\ud328\uc2a4\uc6cc\ub4dc"
)
_NAMES = (
    # The kind; the name's last part; characters of a value that has letters and digits.
    ("PASSWORD", _LOGIN_NAMES, 4),
    (
        "SECRET",
        (
            r"(?:api|access|secret|private|account|auth|encryption|signing|master)[_. -]?key"
            r"|(?:client|app|api|consumer|shared|webhook)[_. -]?secret"
            r"|(?:access|auth|refresh|bearer|api|bot|id|session)[_. -]?token"
        ),
        6,
    ),
    # `JWT_SECRET`, `DB_PASS`, `userPass`.
    ("SECRET", r"(?<=_)secret", 6),
    ("PASSWORD", r"(?<=_)pass|(?-i:(?<=[a-z])Pass)|(?<![a-z])pw", 4),
    ("PASSWORD", r"(?<![a-z])pass(?:code)?", 4),
    ("SECRET", r"secret|token", 6),
    ("SECRET", r"key", 12),
)
_SURE = 4
"""So many of these names are sure: what is given to them as in a program needs no digits."""
_TIE = (
    # `=`, `:`, `=>` with quotes around the name; a sentence; a flag.
    r"(?:\\?[\"'`\]]{0,2}\s{0,3}(?P<sign>=>|:=|->|==?|:)\s{0,3}"
    r"|\s(?P<said>is|was|ist|lautet|es|est|\u044d\u0442\u043e|jest|\u00e9)(?:\s?:)?\s{1,3}"
    # Chinese, Japanese, Korean.
    r"|\s?(?:\u662f|\u4e3a|\u70ba|\u306f|\u304c|\ub294|\uc740)\s{0,3}"
    r"|(?P<flag>[ ]{1,3}))"
)
_VALUE = (
    r"(?P<quote>\\?[\"'`])?"
    rf"(?P<id>(?(quote)[^\n\"'`\\]{{3,100}}(?=\\?[\"'`])"
    rf"|[^\s\"'`,;<>\[\](){{}}\\\u3001\u3002{JOINED}]{{3,400}}))"
)
_GIVEN = tuple(
    (
        kind,
        least,
        place < _SURE,
        re.compile(
            rf"(?i)(?P<dashes>--?)?(?:\b|(?<=_)|(?<=[a-z{JOINED}]))(?:{name}){_TIE}{_VALUE}"
        ),
    )
    for place, (kind, name, least) in enumerate(_NAMES)
)
_END = re.compile(r"[.!?:]+\Z")
_WORDS = re.compile(r"[^\W\d_]+(?:[-_'\u2019 ][^\W\d_]+)*")
_CODE = re.compile(
    # A variable, an attribute, a call, a placeholder.
    r"[$%<{*&@#].*|(?:\w+\.)+[^\W\d]\w*|.*\(.*|x{3,}|\.{3,}|\*{3,}|your[-_].*|\w+://.*",
    re.IGNORECASE | re.DOTALL,
)
_NO_VALUES = frozenset(
    """
    str string int text bytes varchar none null nil undefined true false required optional secret
    password passwd pwd token key value input hidden field example changed reset expired wrong
    incorrect invalid missing forgotten lost here unknown empty and not the that this enter your
    please must should type
    """.split()  # noqa: SIM905
)
"""Words that stand behind a name and are no value."""


def secrets(text: str) -> Iterator[tuple[str, int, int]]:
    """The kind, start and end of each, in order, without overlap."""
    end = 0
    for start, stop, kind in sorted(_all(text)):
        if start >= end:
            yield kind, start, stop
            end = stop


def _all(text: str) -> Iterable[tuple[int, int, str]]:
    seen = bordered(text)
    for pattern in _FORMS:
        for match in pattern.finditer(seen):
            yield *match.span("id" if "id" in pattern.groupindex else 0), "SECRET"
    for match in _PREFIXED.finditer(seen):
        if _is_key(match):
            yield *match.span(), "SECRET"
    for kind, least, is_sure, pattern in _GIVEN:
        for match in pattern.finditer(text):
            value = _END.sub("", match["id"])
            if _is_given(match, value, least=least, is_sure=is_sure):
                yield match.start("id"), match.start("id") + len(value), kind


def _is_key(match: re.Match[str]) -> bool:
    """Words with hyphens, such as `sk-learn-notes-2024`, have no capitals and no long run."""
    capitals = any(map(str.isupper, match[0])) and any(map(str.isdigit, match[0]))
    return capitals or bool(_RANDOM.search(match[0]))


def _is_given(match: re.Match[str], value: str, *, least: int, is_sure: bool) -> bool:
    """Whether what stands behind a name is its value, and no word, type or variable."""
    words = value.lower().split()
    if match["flag"] is not None and not match["dashes"]:
        return False
    if _CODE.fullmatch(value) or not _NO_VALUES.isdisjoint(words):
        return False
    if len(words) == 1 and any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
        return len(value) >= least
    return is_sure and (_is_word_given(match) if _WORDS.fullmatch(value) else len(value) >= least)


def _is_word_given(match: re.Match[str]) -> bool:
    """Whether a word is a value: in a quotation, in a program, or at the end of its line."""
    after = match.string[match.end("id") : match.end("id") + 1]
    sign = match["sign"] or ""
    ends = bool(sign) and (not after or after in "\n,;")
    return bool(match["quote"]) or "=" in sign or ends or match["flag"] is not None
