"""Real models and tokenizers made tiny, and the folder of real inputs where it is there."""

import os
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, expect, sync_playwright
from transformers import (
    DataCollatorForSeq2Seq,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from ftguard import GuardCallback, Probe
from ftguard.demo.routing import routing_examples
from ftguard.demo.tune import encode, load, skill_probes, ticket_probes
from ftguard.testing import tiny_model, tiny_tokenizer

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WANDB_MODE", "offline")
# Tiny trainings take no time of which a share would buy anything.
os.environ["FTGUARD_BUDGET"] = "none"

SHARED = Path(__file__).parents[2] / "shared" / "inputs"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: at the end it would leave the other processes idle."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the user's cache of base snapshots."""
    monkeypatch.setenv("FTGUARD_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny models are fastest, and sums the same, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def shared() -> Path:
    """The folder of real inputs beside the project; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real inputs in {SHARED}")
    return SHARED


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    """A character tokenizer with `<s>` in front, `</s>` as EOS and no chat template."""
    return tiny_tokenizer()


@pytest.fixture
def model(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A Llama of 20 thousand random parameters, in training mode as a Trainer has it."""
    return tiny_model(tokenizer)


@pytest.fixture(scope="session")
def own_texts() -> tuple[Probe, ...]:
    """General probes: 40 texts that the tiny model itself is likely to say, read for likelihood.

    A random model knows nothing else that it could forget.
    """
    tokenizer = tiny_tokenizer()
    model = tiny_model(tokenizer).eval()
    starts = string.ascii_letters[:40]
    prompts = torch.tensor([tokenizer(start)["input_ids"] for start in starts])
    said = model.generate(prompts, max_new_tokens=12, do_sample=False, eos_token_id=2)
    texts = tokenizer.batch_decode(said[:, 2:], skip_special_tokens=True)
    return tuple(
        Probe(id=start, prompt=start, reference=text, scorer="likelihood", slices=(group,))
        for start, text, group in zip(starts, texts, ["one", "two"] * 20, strict=True)
        if text
    )


@pytest.fixture(scope="session")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a finished run: the demo's model, trained at too high a rate.

    Three checkpoints that gain the target and lose skills and rare teams. It is shared: copy it
    before you write into it.
    """
    out = tmp_path_factory.mktemp("forgetful") / "run"
    model, demo_tokenizer = load()
    guard = GuardCallback(
        target=ticket_probes("target", 40),
        general=skill_probes(48, seed=1),
        tail=ticket_probes("tail", 40),
        calibration=skill_probes(108, seed=2),
        cache=False,
    )
    torch.set_num_threads(1)
    Trainer(
        model=model,
        args=TrainingArguments(
            str(out),
            max_steps=18,
            save_steps=6,
            per_device_train_batch_size=16,
            learning_rate=2e-3,
            logging_steps=5,
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=[
            encode(ticket.prompt, ticket.answer, demo_tokenizer)
            for ticket in routing_examples("train", 300, seed=0)
        ],
        data_collator=DataCollatorForSeq2Seq(demo_tokenizer, label_pad_token_id=-100),
        processing_class=demo_tokenizer,
        callbacks=[guard],
    ).train()
    return out


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests of a process: Playwright allows no second one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    flags = (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )
    with sync_playwright() as playwright:
        # What is expected comes at once; on a busy machine that may be many seconds.
        expect.set_options(timeout=60_000)
        browser = playwright.chromium.launch(executable_path=path, args=list(flags))
        yield browser
        browser.close()
