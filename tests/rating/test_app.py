"""The page over HTTP: who may ask, what is refused, and what the forms do; the real server."""

import http.client
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from urllib.parse import urlencode, urlsplit

import pytest

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.pages.serve import HOST, listen
from ftguard.rating.session import RatingSession

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
Serve = Callable[..., AbstractContextManager[tuple[str, RatingSession]]]
Reply = tuple[int, Mapping[str, str], str]


def send(
    url: str,
    fields: Mapping[str, str] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    path: str | None = None,
) -> Reply:
    """Send one request as a browser does: a GET, or a POST of a form's fields."""
    parts = urlsplit(url)
    own = {"Host": parts.netloc, "Connection": "close"}
    body = None
    if fields is not None:
        body = urlencode(fields)
        own |= {
            "Origin": f"http://{parts.netloc}",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
    own |= dict(headers or {})
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)
    target = path if path is not None else parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(
        "GET" if fields is None else "POST",
        target,
        body=body,
        headers={name: value for name, value in own.items() if value},
    )
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, dict(reply.getheaders()), text


def form(session: RatingSession, **fields: str) -> dict[str, str]:
    """What the page sends for Anna's next item."""
    item = session.progress("anna").item
    assert item is not None
    return {"rater": "anna", "item": item.pair.probe_id, "pick": "tie"} | fields


def test_without_the_token_nothing_is_shown(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """No path without it leads anywhere, static files included."""
    with serve(make_run(ask(2))) as (url, _):
        for path in ("/", "//", "/wrong/", "/static/page.js", "/wrong/rate", "/%2e%2e/", "/x\xe4/"):
            status, _, text = send(url, path=path.replace("\xe4", "%C3%A4"))
            assert (status, "question" in text) == (403, False), path
        assert send(url)[0] == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"],
)
def test_another_host_is_refused(make_run: MakeRun, ask: Ask, serve: Serve, host: str) -> None:
    """A site whose name was made to point here (DNS rebinding) is not answered."""
    with serve(make_run(ask(2))) as (url, _):
        name = host.format(port=urlsplit(url).port)
        status, _, text = send(url, headers={"Host": name})
        assert status == 403
        assert "under no other name" in text


def test_a_request_without_or_with_two_hosts_is_refused(
    make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """What no browser sends is not guessed at."""
    with serve(make_run(ask(2))) as (url, _):
        parts = urlsplit(url)
        for hosts in ((), (parts.netloc, "evil.example")):
            lines = [f"GET {parts.path} HTTP/1.0", *(f"Host: {host}" for host in hosts), "", ""]
            with socket.create_connection((HOST, int(parts.port or 0))) as raw:
                raw.sendall("\r\n".join(lines).encode())
                answer = raw.makefile("rb").read().decode()
            assert answer.split()[1] in ("400", "403")
            assert "question" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_page_cannot_rate(
    make_run: MakeRun, ask: Ask, serve: Serve, headers: dict[str, str]
) -> None:
    """Not even one that knows the address: nothing is written."""
    with serve(make_run(ask(2))) as (url, session):
        status, _, text = send(url + "rate", form(session), headers=headers)
        assert status == 403
        assert "only the page itself" in text
        assert session.read() == ()


def test_only_this_machine_is_listened_on() -> None:
    """The socket is bound to loopback, on a port that is free; a taken one is named."""
    with listen(0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=2)
        with pytest.raises(ValueError, match=f"cannot listen on port {port} "):
            listen(port)


def test_every_reply_says_what_may_run(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """Pages, files and refusals: nothing but the page's own files, no frames, nothing kept."""
    with serve(make_run(ask(2))) as (url, _):
        for path in (None, "/", "/x/static/page.css"):
            headers = {name.lower(): value for name, value in send(url, path=path)[1].items()}
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self';")
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == "no-store"
            assert "server" not in headers


def test_a_form_rates_and_leads_back(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """Stored before the reply; without a script the redirect shows the next item."""
    with serve(make_run(ask(2))) as (url, session):
        sent = form(session, pick="left", notes=" two\r\nlines ", shown="0")
        status, headers, _ = send(url + "rate", sent)
        assert (status, headers["location"]) == (303, "./?rater=anna")

        (rating,) = session.read()
        assert (rating.probe_id, rating.rater) == (sent["item"], "anna")
        assert rating.choice == rating.left
        # shown in 1970: that the page was open for so long says nothing
        assert (rating.notes, rating.seconds) == ("two\nlines", None)
        assert "1 of 2" in send(url + "?rater=Anna")[2]


def test_undo_over_http(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """The same item again, with what was written of it."""
    with serve(make_run(ask(2))) as (url, session):
        send(url + "rate", form(session, notes="<b>why</b>"))
        assert send(url + "undo", {"rater": "anna"})[0] == 303
        text = send(url + "?rater=anna")[2]
        assert "0 of 2" in text
        assert "&lt;b&gt;why&lt;/b&gt;" in text
        send(url + "undo", {"rater": "anna"})
        assert len(session.read()) == 2


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"pick": "base"}, 400),
        ({"pick": ""}, 400),
        ({"item": "general/99"}, 400),
        ({"rater": " "}, 400),
        ({"rater": "a\u202eb"}, 400),
        ({"shown": "soon"}, 400),
        ({"notes": "x" * 10_001}, 400),
        ({"notes": "x" * 300_000}, 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_broken_form_is_refused(
    make_run: MakeRun, ask: Ask, serve: Serve, fields: dict[str, str], status: int
) -> None:
    """With a reason, and nothing written."""
    with serve(make_run(ask(2))) as (url, session):
        assert send(url + "rate", form(session, **fields))[0] == status
        assert session.read() == ()


@pytest.mark.parametrize("shown", ["nan", "inf", "-inf", "99999999999"])
def test_an_odd_time_is_no_time(make_run: MakeRun, ask: Ask, serve: Serve, shown: str) -> None:
    """The rating counts; how long it took is not known."""
    with serve(make_run(ask(2))) as (url, session):
        assert send(url + "rate", form(session, shown=shown))[0] == 303
        assert session.read()[0].seconds is None


def test_model_output_is_escaped_in_the_source(
    make_run: MakeRun, make_probe: MakeProbe, serve: Serve
) -> None:
    """Tags, quotes and controls of prompt, role and answers come as text."""
    hostile = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'> {{ 7*7 }} \u202eabc\x00"
    with serve(make_run([(make_probe(1, prompt=hostile), hostile, f"{hostile}!")])) as (url, _):
        text = send(url + "?rater=anna")[2]
        assert text.count("<script") == 1
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&gt;&lt;img src=x" in text
        assert "{{ 7*7 }}" in text
        assert not {"\u202e", "\x00"} & set(text)
        assert '<span class="escape" title="RIGHT-TO-LEFT OVERRIDE">\\u202e</span>abc' in text


def test_the_source_does_not_tell_which_is_which(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """No word, class or order in the page names the base or the checkpoint."""
    with serve(make_run(ask(2))) as (url, session):
        text = send(url + "?rater=anna")[2]
        item = session.progress("anna").item
        assert item is not None
        left, right = (answer.text for answer in item.answers)
        assert text.index(left) < text.index(right)
        blind = text.replace(left, "X").replace(right, "X").lower()
        assert not [w for w in ("base", "tuned", "step", "checkpoint", "model") if w in blind]


def test_a_name_is_asked_for_unless_it_was_given(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """Those who rated before are offered, escaped; `--rater` leads straight to the item."""
    folder = make_run(ask(2))
    with serve(folder) as (url, session):
        assert "Who rates?" in send(url)[2]
        send(url + "rate", form(session, rater="A&B <x>"))
        text = send(url)[2]
        assert 'href="./?rater=A%26B%20%3Cx%3E">A&amp;B &lt;x&gt;</a>' in text
        assert send(url + "?rater=%20")[0] == 400
    with serve(folder, rater="anna") as (url, _):
        assert "Which answer is better?" in send(url)[2]
        assert "Who rates?" in send(url + "who")[2]


def test_a_full_disk_is_told(make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """What could not be stored is an error that the page shows, never a silent loss."""
    with serve(make_run(ask(2))) as (url, session):
        session.file.path.mkdir()
        status, _, text = send(url + "rate", form_of_nobody(session))
        assert status == 500
        assert "ratings.jsonl" in text


def form_of_nobody(session: RatingSession) -> dict[str, str]:
    """A form that does not look at what is on disk."""
    return {"rater": "anna", "item": session.sample[0].probe_id, "pick": "tie"}
