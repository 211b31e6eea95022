"""The guard in TRL's trainers, whose gradient checkpointing is on unless it is switched off."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast
from trl import (
    DPOConfig,
    DPOTrainer,
    GRPOConfig,
    GRPOTrainer,
    KTOConfig,
    KTOTrainer,
    SFTConfig,
    SFTTrainer,
)

from ftguard import GuardCallback, InputError, Probe, ProbeSet, Reward
from ftguard.ask.answer import Answer
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.ask.rendered import RenderedText, read_rendered
from ftguard.folders import RunFolder
from ftguard.probes import read_probes
from ftguard.scores.snapshot import load_snapshot
from ftguard.testing import tiny_run, unwrapped

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # TRL's and peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`(is_)?gradient_checkpointing\\w*` is dep:FutureWarning"),
]

Copy = Callable[[], LlamaForCausalLM]

TEMPLATE = (
    "{% for message in messages %}{{ message['role'][0] + ':' + message['content'] + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'a:' }}{% endif %}"
)
SUMS = [(f"{n}+1=", f"{n + 1}") for n in range(40)]
TEXTS = Dataset.from_list([{"text": prompt + answer} for prompt, answer in SUMS])
PAIRS = Dataset.from_list([{"prompt": prompt, "completion": answer} for prompt, answer in SUMS])
CHATS = Dataset.from_list(
    [
        {
            "messages": [
                {"role": "user", "content": prompt},
                {"role": "assistant", "content": answer},
            ]
        }
        for prompt, answer in SUMS
    ]
)


@pytest.fixture
def copy(model: LlamaForCausalLM) -> Copy:
    """Makes models equal to the untrained one."""
    state = {name: value.clone() for name, value in model.state_dict().items()}

    def make() -> LlamaForCausalLM:
        twin = LlamaForCausalLM(model.config).train()
        twin.load_state_dict(state)
        return twin

    return make


def arguments(kind: type[Any], folder: Path, **given: Any) -> Any:
    """4 steps of 4 rows, saved at every second, on the CPU; the rest is TRL's default."""
    defaults: dict[str, Any] = {
        "max_steps": 4,
        "save_steps": 2,
        "logging_steps": 1,
        "per_device_train_batch_size": 4,
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": True,
        "bf16": False,
    }
    return kind(str(folder), **(defaults | given))


def adapters() -> LoraConfig:
    """A small LoRA with dropout."""
    return LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj", "v_proj"])


def base_answers(folder: Path) -> tuple[Answer, ...]:
    """What the base said, as the run recorded it."""
    return load_snapshot(RunFolder(folder).base).answers


def asked(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path
) -> tuple[Answer, ...]:
    """What a model says to the questions of a run, outside of any trainer."""
    probes = read_probes(RunFolder(folder).probes)
    return ask(model.eval(), prepare(probes, model, tokenizer, {})).answers


def greedy(model: LlamaForCausalLM, prompt: Sequence[int], count: int) -> list[int]:
    """The likeliest tokens after a prompt, each from a forward pass over all before it."""
    ids = list(prompt)
    for _ in range(count):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits
        ids.append(int(logits[0, -1].argmax()))
    return ids[len(prompt) :]


def nats(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, prompt: str, text: str
) -> float:
    """The log-probability of a text after a prompt, by one forward pass over both."""
    context, whole = tokenizer(prompt)["input_ids"], tokenizer(prompt + text)["input_ids"]
    with torch.no_grad():
        logprobs = model(input_ids=torch.tensor([whole])).logits[0].log_softmax(-1)
    return sum(float(logprobs[at - 1, whole[at]]) for at in range(len(context), len(whole)))


@pytest.mark.parametrize("peft_config", [None, adapters()], ids=["full", "lora"])
def test_two_lines_guard_an_sft_run(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
    peft_config: LoraConfig | None,
) -> None:
    """Both checkpoints are examined; the base's answers are those of a plain model, token by token,
    although gradient checkpointing is on.
    """
    train, held_out = PAIRS.select(range(20)), PAIRS.select(range(20, 40))
    model, args = copy(), arguments(SFTConfig, tmp_path)
    guard = GuardCallback(target=held_out, general=own_texts)
    trainer = SFTTrainer(
        model=model,
        args=args,
        train_dataset=train,
        processing_class=tokenizer,
        peft_config=peft_config,
        callbacks=[guard],
    )
    trainer.train()

    assert trainer.model.is_gradient_checkpointing
    assert [checkup.step for checkup in guard.checkups] == [2, 4]
    assert guard.best is not None
    names = {measurement.key for measurement in guard.checkups[0].measurements}
    assert {"target/all", "target/likelihood", "forgetting/all", "calibration/target"} <= names
    said = base_answers(tmp_path)
    plain = copy().eval()
    for answer, expected in zip(said, asked(plain, tokenizer, tmp_path), strict=True):
        assert answer.token_ids == expected.token_ids
        # peft's wrapped layers differ in the last bits
        assert answer.logprobs == pytest.approx(expected.logprobs, abs=1e-5)
    prompts = dict(zip((f"target/row-{n}" for n in range(20)), held_out["prompt"], strict=True))
    written = [answer for answer in said if answer.probe_id in prompts]
    assert len(written) == 20
    for answer in written[:5]:
        prompt = tokenizer(prompts[answer.probe_id])["input_ids"]
        assert list(answer.token_ids) == greedy(plain, prompt, len(answer.token_ids))
        assert len(answer.token_ids) > 4


@pytest.mark.parametrize(
    "target", [PAIRS, CHATS, TEXTS], ids=["prompt-completion", "messages", "text"]
)
def test_the_target_is_given_as_trl_takes_it(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
    target: Dataset,
) -> None:
    """Pairs and chats are matched and read, texts only read; the like is what SFT trains on."""
    tokenizer.chat_template = TEMPLATE
    matched = target is not TEXTS
    # A text that is trained on is a leak, and would be left out; so short a prompt is none.
    trained = (
        target if matched else Dataset.from_dict({"text": [f"{n}+2={n + 2}" for n in range(40)]})
    )
    guard = GuardCallback(target=target, general=own_texts)
    SFTTrainer(
        model=copy(),
        args=arguments(SFTConfig, tmp_path),
        train_dataset=trained,
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()
    (first, *_) = guard.checkups
    gain = first.find("target")
    assert gain is not None
    assert gain.estimate is not None
    # 30 % of 40 are held back; the tiny model ends few of its answers.
    assert gain.num_scored + gain.num_unscored + gain.num_cut_off == 28
    assert (first.find("target", "likelihood") is not None) == matched
    assert (first.find("calibration", "target") is not None) == matched
    assert first.verdict.outcomes


ENDED = TEMPLATE.replace("+ '\n' }}", "+ eos_token }}")
PROMPT_CHATS = Dataset.from_list(
    [{"prompt": row["messages"][:1], "completion": row["messages"][1:]} for row in CHATS]
)
PACKED = {"packing": True, "max_length": 64}
WRAPPED = PACKED | {"packing_strategy": "wrapped", "max_length": 32}
UNPADDED = {"padding_free": True, "max_length": None}


def guarded_sft(
    folder: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    train: Dataset,
    target: Dataset,
    **given: Any,
) -> None:
    """One step of SFT on the first 20 rows, guarded by the other 20 of a target."""
    general = [Probe(id="g", prompt="Hi", reference="Hi", scorer="likelihood")]
    guard = GuardCallback(target=target.select(range(20, 40)), general=general, tail=None)
    SFTTrainer(
        model=model,
        args=arguments(SFTConfig, folder, **({"max_steps": 1, "save_steps": 1} | given)),
        train_dataset=train.select(range(20)),
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()


@pytest.mark.parametrize(
    "given", [{}, PACKED, WRAPPED, UNPADDED], ids=["", "packed", "cut", "free"]
)
@pytest.mark.parametrize(
    ("rows", "template"),
    [
        (CHATS, ENDED),
        (CHATS, TEMPLATE),
        (PROMPT_CHATS, ENDED),
        (PAIRS, ENDED),
        (PAIRS, None),
        (TEXTS, ENDED),
        (TEXTS, None),
    ],
    ids=["messages", "no-stop", "chat-pairs", "pairs", "pairs-bare", "text", "text-bare"],
)
@pytest.mark.filterwarnings("ignore:.*[Ff]lash.*")
def test_a_target_in_the_shape_of_the_rows_draws_no_warning(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    copy: Copy,
    capsys: pytest.CaptureFixture[str],
    rows: Dataset,
    template: str | None,
    given: dict[str, Any],
) -> None:
    """What TRL makes of messages, pairs and texts is what is asked, packed or not."""
    tokenizer.chat_template = template
    guarded_sft(tmp_path, copy(), tokenizer, rows, rows, **given)

    assert "WARNING" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("trained", "said", "prompt", "num_tokens"),
    [
        (CHATS, "as user messages through the chat template", "u:20+1=</s>a:", 10),
        (PROMPT_CHATS, "as user messages through the chat template", "u:20+1=</s>a:", 10),
        (PAIRS, "as plain text, as the training rows are", "<s>20+1=", 6),
    ],
    ids=["messages", "chat-pairs", "pairs"],
)
def test_a_plain_target_is_asked_as_training_rows_look(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    copy: Copy,
    capsys: pytest.CaptureFixture[str],
    trained: Dataset,
    said: str,
    prompt: str,
    num_tokens: int,
) -> None:
    """Plain pairs are held out: where chats are trained, they become user messages, and a line says
    so. What the model saw is kept.
    """
    tokenizer.chat_template = ENDED
    guarded_sft(tmp_path, copy(), tokenizer, trained, PAIRS)

    out = unwrapped(capsys.readouterr().out)
    assert f"ftguard: plain prompts of target and tail are asked {said}" in out
    assert "WARNING" not in out
    kept = {probe.id: probe for probe in read_rendered(RunFolder(tmp_path))}
    assert kept["target/row-0"].prompt == RenderedText(text=prompt, num_tokens=num_tokens)
    assert [text.text for text in kept["target/row-0#likelihood"].reads] == ["21"]


def test_a_target_without_the_system_text_of_training_is_warned_of(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    copy: Copy,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before the first step, with both renderings; training goes on."""
    tokenizer.chat_template = ENDED
    system = [{"role": "system", "content": "Add."}]
    led = Dataset.from_list([{"messages": system + row["messages"]} for row in CHATS])
    guarded_sft(tmp_path, copy(), tokenizer, led, CHATS)

    lines = unwrapped(capsys.readouterr().out).splitlines()
    (at,) = (number for number, line in enumerate(lines) if "WARNING" in line)
    assert lines[at].endswith("are trained: the text before the user's words is another one")
    assert lines[at + 1] == "ftguard:   asked:   u:20+1=</s>a:|21</s>"
    # Which row stands first is the Trainer's shuffle.
    assert lines[at + 2].startswith("ftguard:   trained: s:Add.</s>u:")
    assert (tmp_path / "checkpoint-1").is_dir()


def test_sft_sees_nothing_of_the_guard(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
) -> None:
    """With LoRA, dropout, packing and checkpointing every logged number, the final adapter and the
    random states are bit-identical with and without the guard.
    """

    def train(name: str, *guards: GuardCallback) -> tuple[Any, dict[str, torch.Tensor], Any]:
        trainer = SFTTrainer(
            model=copy(),
            args=arguments(
                SFTConfig, tmp_path / name, packing=True, packing_strategy="wrapped", max_length=32
            ),
            train_dataset=TEXTS,
            processing_class=tokenizer,
            peft_config=adapters(),
            callbacks=list(guards),
        )
        trainer.train()
        timed = ("runtime", "per_second")
        logs = [
            {key: value for key, value in row.items() if not key.endswith(timed)}
            for row in trainer.state.log_history
        ]
        chance = random.random(), np.random.random(), torch.rand(()).item()
        return logs, {k: v.clone() for k, v in trainer.model.state_dict().items()}, chance

    guard = GuardCallback(target=PAIRS, general=own_texts)
    plain, guarded = train("plain"), train("guarded", guard)
    assert len(guard.checkups) == 2
    assert len([row for row in plain[0] if "mean_token_accuracy" in row]) == 4
    assert plain[0] == guarded[0]
    assert all(torch.equal(value, guarded[1][name]) for name, value in plain[1].items())
    assert plain[2] == guarded[2]


def test_dpo_is_guarded(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Preference rows are trained on and measured: the chosen answer is the reference, and on how
    many pairs it comes before the rejected one is what plain forward passes of both models say.
    """
    rows = [{"prompt": p, "chosen": answer, "rejected": "no"} for p, answer in SUMS]
    trained = [row | {"prompt": row["prompt"].replace("+1", "+2")} for row in rows]
    guard = GuardCallback(target=rows, general=own_texts, limits={"pairs/target": -0.9})
    trainer = DPOTrainer(
        model=copy(),
        ref_model=copy(),
        args=arguments(DPOConfig, tmp_path, learning_rate=1e-3),
        train_dataset=Dataset.from_list(trained),
        processing_class=tokenizer,
        callbacks=[guard],
    )
    trainer.train()
    assert [checkup.step for checkup in guard.checkups] == [2, 4]
    assert guard.checkups[0].find("target", "likelihood") is not None
    assert base_answers(tmp_path) == asked(copy(), tokenizer, tmp_path)
    before, after = (
        [[nats(model, tokenizer, p, text) for text in (answer, "no")] for p, answer in SUMS]
        for model in (copy().eval(), trainer.model.eval())
    )
    last = guard.checkups[-1]
    ranked, rewarded = (last.find(n, "target") for n in ("pairs", "dpo_reward"))
    assert ranked is not None
    assert rewarded is not None
    assert ranked.base == pytest.approx(np.mean([right > wrong for right, wrong in before]))
    assert ranked.now == pytest.approx(np.mean([right > wrong for right, wrong in after]))
    moved = [(a - b) - (c - d) for (b, d), (a, c) in zip(before, after, strict=True)]
    share = float(np.mean([margin > 0 for margin in moved]))
    assert (rewarded.base, rewarded.now) == (0.5, share)
    assert rewarded.estimate is not None
    assert rewarded.estimate.value == pytest.approx(share - 0.5)
    assert "pairs/target" in {outcome.gate.key for outcome in last.verdict.outcomes}
    out = capsys.readouterr().out
    # Pairs of answers are no rows to compare with.
    assert "WARNING" not in out
    assert "dpo_reward/" in out


def test_kto_is_guarded(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
) -> None:
    """Of rows with labels the desired ones alone are probes."""
    rows = [
        {"prompt": p, "completion": answer if n % 2 else "no", "label": bool(n % 2)}
        for n, (p, answer) in enumerate(SUMS)
    ]
    trained = [row | {"prompt": str(row["prompt"]).replace("+1", "+2")} for row in rows]
    guard = GuardCallback(target=rows, general=own_texts)
    KTOTrainer(
        model=copy(),
        ref_model=copy(),
        args=arguments(KTOConfig, tmp_path),
        train_dataset=Dataset.from_list(trained),
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()
    gain = guard.checkups[-1].find("target")
    assert gain is not None
    assert gain.estimate is not None
    # 30 % of 20 are held back; the tiny model ends few of its answers.
    assert gain.num_scored + gain.num_unscored + gain.num_cut_off == 14
    assert base_answers(tmp_path) == asked(copy(), tokenizer, tmp_path)


def test_grpo_sees_nothing_of_the_guard(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
) -> None:
    """Training that samples its own data samples the same, and the base is asked rightly."""

    def train(name: str, *guards: GuardCallback) -> list[tuple[float, float]]:
        trainer = GRPOTrainer(
            model=copy(),
            args=arguments(GRPOConfig, tmp_path / name, num_generations=2, max_completion_length=8),
            reward_funcs=lambda completions, **_: [float(len(set(text))) for text in completions],
            train_dataset=PAIRS.remove_columns("completion"),
            processing_class=tokenizer,
            callbacks=list(guards),
        )
        trainer.train()
        return [(row["loss"], row["reward"]) for row in trainer.state.log_history if "loss" in row]

    guard = GuardCallback(target=PAIRS, general=own_texts)
    plain, guarded = train("plain"), train("guarded", guard)
    assert len(plain) == 4
    assert plain == guarded
    assert [checkup.step for checkup in guard.checkups] == [2, 4]
    assert base_answers(tmp_path / "guarded") == asked(copy(), tokenizer, tmp_path / "guarded")


def closeness(
    prompts: list[str], completions: list[str], answer: list[str], **_: Any
) -> list[float]:
    """From -1 to 1: the share of a completion's characters that the answer has."""
    shares = (
        sum(character in right for character in said) / max(1, len(said))
        for said, right in zip(completions, answer, strict=True)
    )
    assert len(prompts) == len(completions)
    return [2 * share - 1 for share in shares]


def test_a_grpo_run_is_measured_by_its_own_reward(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    copy: Copy,
) -> None:
    """The trainer's reward function scores the guard's target, over its declared range: base and
    checkpoint have the mean that it gives to what they said, all at once.
    """
    rows = [{"prompt": prompt, "answer": answer} for prompt, answer in SUMS]
    held_out = ProbeSet.load(rows[20:], scorer=Reward(closeness, low=-1))
    guard = GuardCallback(target=held_out, general=own_texts, tail=None, holdout=0)
    GRPOTrainer(
        model=copy(),
        args=arguments(GRPOConfig, tmp_path, num_generations=2, max_completion_length=8),
        reward_funcs=closeness,
        train_dataset=Dataset.from_list(rows[:20]),
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()

    last, folder = guard.checkups[-1], RunFolder(tmp_path)
    gain = last.find("target")
    assert gain is not None
    for snapshot, mean in ((folder.base, gain.base), (folder.answers(last.id), gain.now)):
        said = {a.probe_id: a.text for a in load_snapshot(snapshot).answers}
        texts = [said[f"target/row-{n}"] for n in range(20)]
        rewards = closeness(
            [r["prompt"] for r in rows[20:]], texts, [r["answer"] for r in rows[20:]]
        )
        assert mean == pytest.approx((np.mean(rewards) + 1) / 2)
        assert len(set(rewards)) > 2
    assert gain.estimate is not None
    assert gain.estimate.n == 20


def unasked(completions: list[str], solution: list[str], **_: Any) -> list[float]:
    """Wants a column that the rows below lack."""
    return [float(said == right) for said, right in zip(completions, solution, strict=True)]


@pytest.mark.parametrize(
    ("scorer", "reason"),
    [
        (closeness, r"outside of \[0, 1\].*low=..., high=..."),
        (unasked, "rewards none of the base's 14 answers: .*TypeError.*`Probe.columns`"),
    ],
)
def test_a_reward_that_cannot_be_used_ends_before_the_first_step(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
    scorer: Callable[..., list[float]],
    reason: str,
) -> None:
    """Rewards below 0 are not cut to it: the error says the range's arguments; a function that gets
    no answer rewarded is told with its reason.
    """
    rows = [{"prompt": prompt, "answer": answer} for prompt, answer in SUMS[20:34]]
    target = ProbeSet.load(rows, scorer=scorer)
    guard = GuardCallback(target=target, general=own_texts[:2], tail=None, holdout=0)
    trainer = tiny_run(tmp_path, guard)

    with pytest.raises(InputError, match=reason):
        trainer.train()
    assert trainer.state.global_step == 0
