"""Chats that people have, in whole runs: templates that refuse them, tools, another day."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

from ftguard import GuardCallback, InputError, Probe
from ftguard.ask.rendered import read_rendered
from ftguard.folders import RunFolder
from ftguard.run.ledger import BaseTaken, Ledger
from ftguard.testing import tiny_run, unwrapped

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")

STRICT = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}[model]{% endif %}"
)
TOOLS = (
    "{% for t in tools or [] %}({{ t.function.name }}){% endfor %}"
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}"
    "{{ c.function | tojson }}{% endfor %}</s>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
GENERAL = [Probe(id=f"g{n}", prompt=f"{n}+2=", reference=f"{n + 2}") for n in range(6)]


def asked(folder: Path) -> dict[str, str]:
    """What the model got to see of each target probe."""
    rendered = read_rendered(RunFolder(folder))
    return {p.id.removeprefix("target/"): p.prompt.text for p in rendered if "target/" in p.id}


def test_chats_that_a_template_refuses_end_no_run(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast, capsys: pytest.CaptureFixture[str]
) -> None:
    """System texts, two users running and parts are asked otherwise, and one line says so."""
    tokenizer.chat_template = STRICT
    system = {"role": "system", "content": "Be brief"}
    target: list[dict[str, Any]] = [
        {"prompt": [system, {"role": "user", "content": f"{n}+1"}], "completion": f"{n + 1}</s>"}
        for n in range(10)
    ]
    guard = GuardCallback(target, GENERAL, tail=None, holdout=0, cache=False)

    tiny_run(tmp_path, guard, tokenizer=tokenizer, max_steps=2).train()

    told = unwrapped(capsys.readouterr().out)
    assert [checkup.step for checkup in guard.checkups] == [2]
    assert "[user]Be brief\n\n3+1</s>[model]" in asked(tmp_path).values()
    assert "the chat template refuses as given with the system text put before" in told
    assert "took what ends a turn, such as `</s>`, off the references" in told


def test_a_template_that_takes_no_chat_is_an_error_in_words(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Before the first step, with what the template said and what to do now."""
    tokenizer.chat_template = "{{ raise_exception('closed') }}"
    chat = {"prompt": [{"role": "user", "content": "Hi"}], "completion": "Hi"}
    guard = GuardCallback([chat] * 3, tail=None, general=None, cache=False)

    with pytest.raises(InputError, match=r"refuses every .* probe \(.*closed\): set a `tokenizer"):
        tiny_run(tmp_path, guard, tokenizer=tokenizer).train()


def test_tools_and_their_calls_are_asked_and_scored(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The tools stand in the prompt, and calls are read for what they call."""
    tokenizer.chat_template = TOOLS
    tool = {"type": "function", "function": {"name": "add", "parameters": {}}}
    target = [
        Probe(
            id=f"t{n}",
            prompt=[{"role": "user", "content": f"{n}+1"}],
            reference=f'{{"name": "add", "arguments": {{"a": {n}}}}}',
            scorer="tool_call",
            tools=[tool],
        )
        for n in range(8)
    ]
    guard = GuardCallback(target, GENERAL, tail=None, holdout=0, cache=False)

    tiny_run(tmp_path, guard, tokenizer=tokenizer, max_steps=2).train()

    gain = guard.checkups[0].find("target")
    assert gain is not None
    assert gain.num_scored + gain.num_unscored + gain.num_cut_off == 8
    assert asked(tmp_path)["t3"] == "(add)[user]3+1</s>[assistant]"


def test_a_run_goes_on_the_next_day_under_a_template_with_a_date(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored base fits a resume, and the cached one a new run, though the date has changed."""
    tokenizer.chat_template = "{{ strftime_now('%d %b %Y') }}{{ messages[0].content }}="
    chat = [{"role": "user", "content": "Hi"}]

    def train(folder: Path, day: int, **resume: str) -> str:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime(2026, 11, day, tzinfo=tz)

        monkeypatch.setattr(chat_template_utils, "datetime", Clock)
        assert tokenizer.apply_chat_template(chat, tokenize=False) == f"{day} Nov 2026Hi="
        guard = GuardCallback(general=GENERAL, tail=None)
        tiny_run(folder, guard, tokenizer=tokenizer, max_steps=4).train(**resume)
        events = Ledger(RunFolder(folder).ledger).read()
        return [event.origin for event in events if isinstance(event, BaseTaken)][-1]

    assert train(tmp_path / "a", 29) == "asked"
    checkpoint = str(tmp_path / "a" / "checkpoint-2")
    assert train(tmp_path / "a", 30, resume_from_checkpoint=checkpoint) == "stored"
    assert train(tmp_path / "b", 30) == "cache"
