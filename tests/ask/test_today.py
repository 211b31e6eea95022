"""Tests of the stopped clock: a prompt with a date is the same on every day."""

from datetime import datetime, tzinfo

import pytest
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

from ftguard import Probe
from ftguard.ask.render import Rendering
from ftguard.ask.today import stopped_clock

DATED = (
    "{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}"
    "{% endif %}Today: {{ date_string }};{% for m in messages %}[{{ m.role }}]{{ m.content }};"
    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)


def _set_clock(day: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transformers' own clock shows that day."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            del tz
            return day

    monkeypatch.setattr(chat_template_utils, "datetime", Clock)


def test_a_prompt_is_the_same_on_two_days(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template's own rendering changes from day to day, the guard's does not."""
    tokenizer.chat_template = DATED
    chat = [{"role": "user", "content": "Hi"}]
    probe = Probe(id="a", prompt=chat, reference="r", role="target")  # type: ignore[arg-type]
    own, asked = [], []
    for day in (datetime(2026, 1, 2), datetime(2027, 3, 4)):  # noqa: DTZ001 - as theirs
        _set_clock(day, monkeypatch)
        own.append(tokenizer.apply_chat_template(chat, tokenize=False))
        asked.append(Rendering(tokenizer=tokenizer).prompt(probe))

    assert own == ["Today: 02 Jan 2026;[user]Hi;", "Today: 04 Mar 2027;[user]Hi;"]
    assert asked[0] == asked[1]
    assert tokenizer.decode(asked[0]) == "Today: 26 Jul 2024;[user]Hi;[assistant]"


def test_a_date_of_ones_own_is_kept(tokenizer: PreTrainedTokenizerFast) -> None:
    """What the template is told of the day wins, for a run and for one probe."""
    tokenizer.chat_template = DATED
    rendering = Rendering(tokenizer=tokenizer, chat_template_kwargs={"date_string": "1 May"})
    plain = Probe(id="a", prompt="Hi", reference="r", role="general")
    told = Probe(
        id="b",
        prompt="Hi",
        reference="r",
        role="general",
        chat_template_kwargs={"date_string": "2 May"},
    )

    assert str(tokenizer.decode(rendering.prompt(plain))).startswith("Today: 1 May;")
    assert str(tokenizer.decode(rendering.prompt(told))).startswith("Today: 2 May;")


def test_the_clock_goes_on_afterwards() -> None:
    """Also where rendering fails; a block within a block changes nothing."""
    clock = chat_template_utils.datetime

    with stopped_clock("mark"), stopped_clock():
        shown = chat_template_utils.datetime.now().strftime("%d %b")
    with pytest.raises(RuntimeError), stopped_clock():
        raise RuntimeError

    assert shown == "qtzd"
    assert chat_template_utils.datetime is clock
