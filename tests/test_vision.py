"""A real vision model, made tiny, whose Trainer has a processor: it is asked in text."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    DataCollatorForLanguageModeling,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from ftguard import GuardCallback, Probe
from ftguard.ask.processing import tokenizer_of
from ftguard.ask.rendered import read_rendered
from ftguard.folders import RunFolder
from ftguard.testing import unwrapped

TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}]{% for part in m.content %}"
    "{% if part.type == 'image' %}<image>{% elif part.type == 'text' %}{{ part.text }}{% endif %}"
    "{% endfor %}</s>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
"""Of the processor alone; it passes over contents that are texts, as those of vision models do."""


@pytest.fixture
def processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    """A tokenizer without a template, pictures of 16 by 16, and the template."""
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    return LlavaProcessor(
        image_processor=CLIPImageProcessor(
            size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
        ),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
    )


@pytest.fixture
def vision_model(processor: LlavaProcessor) -> LlavaForConditionalGeneration:
    """A Llava of a few thousand random parameters."""
    text = LlamaConfig(
        vocab_size=len(processor.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    vision = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=16,
        patch_size=8,
    )
    image = processor.tokenizer.convert_tokens_to_ids("<image>")
    torch.manual_seed(0)
    return LlavaForConditionalGeneration(
        LlavaConfig(text_config=text, vision_config=vision, image_token_index=image)
    )


def test_a_processors_template_is_put_on_a_copy(processor: LlavaProcessor) -> None:
    """It wins over that of its tokenizer, which stays as it is; the tokens are the same."""
    found = tokenizer_of(processor)

    assert found is not None
    assert found.chat_template == TEMPLATE
    assert processor.tokenizer.chat_template is None
    assert found("Hi")["input_ids"] == processor.tokenizer("Hi")["input_ids"]
    assert tokenizer_of(processor.tokenizer) is processor.tokenizer


def test_a_vision_model_is_asked_with_its_processors_template(
    processor: LlavaProcessor,
    vision_model: LlavaForConditionalGeneration,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Plain prompts and chats, of the target and in general, are asked as the rows are trained,
    and every checkpoint is measured.
    """
    rows = [_row(processor, number) for number in range(16)]
    target = [Probe(id=str(n), prompt=_question(n), reference=_answer(n)) for n in range(50, 60, 2)]
    chats: list[Any] = [
        Probe(
            id=str(n),
            prompt=[{"role": "user", "content": [{"type": "text", "text": _question(n)}]}],  # type: ignore[typeddict-item]
            reference=_answer(n),
        )
        for n in range(51, 60, 2)
    ]
    general = [
        Probe(id=f"g{n}", prompt=f"{n}+1=", reference=str(n + 1), scorer="likelihood")
        for n in range(10)
    ]
    guard = GuardCallback([*target, *chats], general, tail=None, calibration=None, holdout=0)
    trainer = Trainer(
        model=vision_model,
        args=TrainingArguments(
            str(tmp_path), max_steps=2, save_steps=1, report_to=[], disable_tqdm=True, use_cpu=True
        ),
        train_dataset=rows,
        data_collator=DataCollatorForLanguageModeling(processor.tokenizer, mlm=False),
        processing_class=processor,
        callbacks=[guard],
    )

    trainer.train()

    assert [checkup.step for checkup in guard.checkups] == [1, 2]
    assert {m.name for m in guard.checkups[0].measurements} >= {"target", "forgetting"}
    asked = {probe.id: probe.prompt.text for probe in read_rendered(RunFolder(tmp_path))}
    assert asked["target/50"] == "[user]Is 50 even?</s>[assistant]"
    assert asked["target/51"] == "[user]Is 51 even?</s>[assistant]"
    assert asked["general/g1"] == "[user]1+1=</s>[assistant]"
    told = unwrapped(capsys.readouterr().out)
    assert "as user messages through the chat template, as the training rows are" in told
    assert "WARNING: target prompts are not asked" not in told


def _question(number: int) -> str:
    return f"Is {number} even?"


def _answer(number: int) -> str:
    return "no" if number % 2 else "yes"


def _row(processor: LlavaProcessor, number: int) -> dict[str, list[int]]:
    turns = (("user", _question(number)), ("assistant", _answer(number)))
    chat = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns]
    text = processor.apply_chat_template(chat)
    return {"input_ids": processor.tokenizer(text, add_special_tokens=False)["input_ids"]}
