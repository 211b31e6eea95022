"""Tests of secrets: what is given to a name, what has a form of its own, and what only looks so."""

import csv
import json
import re
from pathlib import Path

import pytest

from ftguard.probes.logs.masking import masker

# Written in pieces, so that nobody's secret scanner takes them for real.
GOOGLE = "GOC" + "SPX-" + "abcdefghijklmnopqrstuvwx"
AZURE = "abcdEFGH1234" * 2 + "+/ab=="
STRIPE = "rk_" + "live_" + "51H8x2KJ4hGfDsA0qWeRtYu"
GITLAB = "gl" + "rt-" + "abcdefghij" * 2
SHOPIFY = "shp" + "at_" + "0123456789abcdef" * 2
WEBHOOK = "wh" + "sec_" + "AbCdEfGhIj" * 3
SLACK_HOOK = "T0123ABCD/B0123ABCD/" + "aB3dE" * 5
NPM = "npm" + "_" + "aB3" * 12

GIVEN = [
    # In programs and settings, with every sign and quotation.
    ("password=hunter2", "password=[PASSWORD]"),
    ("password = hunter2", "password = [PASSWORD]"),
    ("Password: S3cret!", "Password: [PASSWORD]!"),
    ("password => 'hunter2'", "password => '[PASSWORD]'"),
    ("PASSWORD='swordfish'", "PASSWORD='[PASSWORD]'"),
    ("password=swordfish", "password=[PASSWORD]"),
    ("password: swordfish", "password: [PASSWORD]"),
    ("Password:\nhunter2", "Password:\n[PASSWORD]"),
    ("pwd: p4ss", "pwd: [PASSWORD]"),
    ("passwd=letmein", "passwd=[PASSWORD]"),
    ("passwort: geheim123", "passwort: [PASSWORD]"),
    ('{"password": "swordfish"}', '{"password": "[PASSWORD]"}'),
    ('{"password": "correct horse"}', '{"password": "[PASSWORD]"}'),
    (r"{\"password\": \"swordfish\"}", r"{\"password\": \"[PASSWORD]\"}"),
    ("{'api_key': 'abcd1234efgh'}", "{'api_key': '[SECRET]'}"),
    ("export MYSQL_ROOT_PASSWORD=swordfish", "export MYSQL_ROOT_PASSWORD=[PASSWORD]"),
    ("DB_PASSWORD=pa$$w0rd", "DB_PASSWORD=[PASSWORD]"),
    ("spring.datasource.password=Tr0ub4dor&3", "spring.datasource.password=[PASSWORD]"),
    ('userPassword: "Abc!defg"', 'userPassword: "[PASSWORD]"'),
    ("Server=db;Uid=sa;Pwd=Str0ng;", "Server=db;Uid=sa;Pwd=[PASSWORD];"),
    ("clientSecret: 'n0tr3al'", "clientSecret: '[SECRET]'"),
    ("apiKey=9f8e7d6c5b", "apiKey=[SECRET]"),
    ('accessToken = "abcdef123456"', 'accessToken = "[SECRET]"'),
    ("secret_key = 'django-insecure-1a2b'", "secret_key = '[SECRET]'"),
    ("os.environ['X_API_KEY'] = 'abc123def'", "os.environ['X_API_KEY'] = '[SECRET]'"),
    ("curl -H 'X-Api-Key: abcdef1234'", "curl -H 'X-Api-Key: [SECRET]'"),
    ("token = abc123def", "token = [SECRET]"),
    ("secret: 9f8e7d6c", "secret: [SECRET]"),
    ("key = 9f8e7d6c5b4a3210", "key = [SECRET]"),
    # Flags.
    ("mysql --password=swordfish -u bob", "mysql --password=[PASSWORD] -u bob"),
    ("--password swordfish", "--password [PASSWORD]"),
    ("--api-key abcd1234", "--api-key [SECRET]"),
    ("--token abc123def", "--token [SECRET]"),
    ('--client-secret "Zx9-8yW"', '--client-secret "[SECRET]"'),
    # Sentences.
    ("my password is hunter2.", "my password is [PASSWORD]."),
    ("the password was Passw0rd, it broke", "the password was [PASSWORD], it broke"),
    ("my password is 'swordfish'", "my password is '[PASSWORD]'"),
    ("password is: hunter2", "password is: [PASSWORD]"),
    ("my wifi password is sunshine99", "my wifi password is [PASSWORD]"),
    ("my api key is abcd1234efgh", "my api key is [SECRET]"),
    # In other languages, beside letters without blanks too.
    ("mot de passe : hunter2", "mot de passe : [PASSWORD]"),
    ("Das Passwort lautet hunter2", "Das Passwort lautet [PASSWORD]"),
    (
        "\u043f\u0430\u0440\u043e\u043b\u044c: qwerty12",
        "\u043f\u0430\u0440\u043e\u043b\u044c: [PASSWORD]",
    ),
    ("\u5bc6\u7801\u662fhunter2\u8c22\u8c22", "\u5bc6\u7801\u662f[PASSWORD]\u8c22\u8c22"),
    ("\u5bc6\u7801\uff1aabc123\u3002", "\u5bc6\u7801\uff1a[PASSWORD]\u3002"),
    ("\ube44\ubc00\ubc88\ud638\ub294 abc123", "\ube44\ubc00\ubc88\ud638\ub294 [PASSWORD]"),
    ("password=hunter2\u8c22\u8c22", "password=[PASSWORD]\u8c22\u8c22"),
    # Short names.
    ("pw: hunter2", "pw: [PASSWORD]"),
    ("pass: hunter2", "pass: [PASSWORD]"),
    ("DB_PASS=swordfish", "DB_PASS=[PASSWORD]"),
    ("userPass=letmein", "userPass=[PASSWORD]"),
    ("JWT_SECRET=swordfish", "JWT_SECRET=[SECRET]"),
    # What goes with a request.
    ("Authorization: Bearer abcdef123456", "Authorization: Bearer [SECRET]"),
    ("-H 'Authorization: Basic YTpiYw=='", "-H 'Authorization: Basic [SECRET]'"),
    ("curl -u a:b https://x.io", "curl -u [SECRET] https://x.io"),
    ("curl --user bob:pw1 x.io", "curl --user [SECRET] x.io"),
    (
        f"https://discord.com/api/webhooks/{'12' * 9}/{'aB3' * 22}",
        "https://discord.com/api/webhooks/[SECRET]",
    ),
    # A form of their own.
    (f"use {GOOGLE} for it", "use [SECRET] for it"),
    (
        f"AccountName=x;AccountKey={AZURE};Endpoint=y",
        "AccountName=x;AccountKey=[SECRET];Endpoint=y",
    ),
    (f"{STRIPE}, {GITLAB}", "[SECRET], [SECRET]"),
    (f"{SHOPIFY}, {WEBHOOK}, {NPM}", "[SECRET], [SECRET], [SECRET]"),
    (f"https://hooks.slack.com/services/{SLACK_HOOK}", "https://hooks.slack.com/services/[SECRET]"),
    ("redis://:s3cret@host:6379/0", "redis://[SECRET]@host:6379/0"),
    ("mongodb+srv://bob:s3cret@host/db", "mongodb+srv://[SECRET]@host/db"),
]

NUMBERS = [
    ("gb82 west 1234 5698 7654 32", "[IBAN]"),
    ("iban: gb82west12345698765432.", "iban: [IBAN]."),
    ("De89 3704 0044 0532 0130 00 is mine", "[IBAN] is mine"),
    ("AB 12 34 56 C", "[ID]"),
    ("AB12 34 56 C", "[ID]"),
    ("AB 123456 C", "[ID]"),
    ("my NI is AB123456C", "my NI is [ID]"),
    ("ni number ab 12 34 56 c", "ni number [ID]"),
    ("National Insurance number: QQ123456C", "National Insurance number: [ID]"),
    ("N.I. number ab123456c", "N.I. number [ID]"),
    ("my national insurance no is ab-12-34-56-c", "my national insurance no is [ID]"),
]

STAYS = [
    # People who speak of passwords.
    "I forgot my password",
    "my password is wrong",
    "my password is not working",
    "password: how do I reset it",
    "password reset: step 1",
    "what is the password policy: 8 characters",
    "password is 8 characters long",
    "Password must be at least 12 characters",
    '{"password": "Enter your password"}',
    "Enter password:",
    "tell me a secret",
    "Secret: I love her",
    "secret santa: how does it work",
    "secret ingredient: cinnamon",
    "access token: what is it?",
    "API key: how to get one",
    # Words that hold or mean something else.
    "pass: yes",
    "first pass: 1234",
    "pass the salt",
    "bypass: north1",
    "compass: n0rth",
    "pw = pd.read_csv(x)",
    "DB_PASS=os.environ['X']",
    "is_secret=true",
    "\u5bc6\u7801\u662f\u591a\u5c11",
    "\u6211\u7684\u5bc6\u7801\u5fd8\u4e86",
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer YOUR_API_TOKEN",
    "authorization: required",
    "curl -u $NAME:$PASSWORD https://x.io",
    # Keys to other things.
    "the key is persistence",
    "the key is 42",
    "key: C major",
    "answer key: 1b 2c 3d",
    "map key: M12",
    "shortcut key: Alt+F4",
    "product key feature: waterproof",
    "keyboard: qwerty",
    "secretary: Bob",
    "token ring network",
    # Programs that hold no secret.
    "sorted(xs, key=lambda x: x[1])",
    "primary key = id",
    "sort key: name1",
    "d[key] = 5",
    "password: str",
    "password = getpass.getpass()",
    "password=os.environ['DB_PASSWORD']",
    "password=$DB_PASSWORD",
    "password={{ password }}",
    "password=<your password>",
    "api_key=None",
    "api_key = config.api_key",
    "self.password = password",
    "token = tokens[i]",
    "--password PASSWORD",
    "--token $TOKEN",
    "max_tokens=256",
    "tokenizer=AutoTokenizer",
    "token_count = 512",
    # Numbers of other things.
    "invoice INV-2024-00123",
    "invoice no. AB 123456",
    "order AB123456C",
    "part number AB123456C",
    "order #A1B2C3D4",
    "ab 12 34 56 dozen",
    "GB 12 34 56 A",
    "de89 is my locker",
    "gb82 west 1234 5698 7654 33",
    "color: #ff00ff",
]


@pytest.mark.parametrize(("text", "masked"), [*GIVEN, *NUMBERS])
def test_what_is_given_or_has_its_form_is_masked(text: str, masked: str) -> None:
    """The value alone is replaced, and masking again changes nothing."""
    mask = masker("US")

    assert mask(text).text == masked
    assert mask(masked).text == masked


@pytest.mark.parametrize("text", STAYS)
def test_what_only_looks_so_stays(text: str) -> None:
    """Sentences about passwords, types, variables, placeholders and other numbers."""
    found = masker("US")(text)

    assert (found.text, found.found) == (text, ())


def test_no_real_query_is_masked_wrongly(shared: Path) -> None:
    """Of CLINC150's, GSM8K's and IFEval's texts one holds a phone number, ten a PIN or account."""
    data = shared / "data"
    clinc = json.loads((data / "clinc150/data_imbalanced.json").read_text("utf-8"))
    texts = [query for rows in clinc.values() for query, _ in rows]
    for path, column in (("gsm8k/test.jsonl", "question"), ("ifeval/input_data.jsonl", "prompt")):
        lines = (data / path).read_text("utf-8").splitlines()
        texts += [json.loads(line)[column] for line in lines]
    for exam in sorted((data / "mmlu/test").glob("*.csv"))[:10]:
        with exam.open(encoding="utf-8", newline="") as file:
            texts += [row["question"] for row in csv.DictReader(file)]
    mask = masker("US")

    changed = [text for text in texts if mask(text).found]

    assert len(texts) > 20_000
    named = [text for text in changed if re.search(r"pin (?:to )?\d{4}|account \d{8}", text)]
    assert len(named) == 10
    assert [text for text in changed if text not in named and "Call me at 631" not in text] == []
