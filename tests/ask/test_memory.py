"""Tests of how large batches are for the memory that is free."""

from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import GuardCallback, Probe
from ftguard.ask import memory
from ftguard.ask.batches import BatchPlan, in_batches
from ftguard.ask.memory import batch_limits, free_for_cpu, token_bytes
from ftguard.folders import RunFolder
from ftguard.scores.snapshot import load_snapshot
from ftguard.testing import tiny_run

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")


def meminfo(folder: Path, kilobytes: int) -> Path:
    """What the kernel says, with so much available."""
    path = folder / "meminfo"
    path.write_text(f"MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable: {kilobytes} kB\n")
    return path


def test_a_token_takes_its_states_and_what_is_kept(model: LlamaForCausalLM) -> None:
    """In float32, 32 wide with 64 inside, 2 layers with 2 of 4 heads of keys: 4 bytes each of
    12 * 32 + 4 * 64 + 2 * 2 * 16.
    """
    assert token_bytes(model) == 4 * (384 + 256 + 64)
    assert token_bytes(model.to(torch.bfloat16)) == 2 * (384 + 256 + 64)


def test_batches_shrink_to_the_memory_that_is_free(
    model: LlamaForCausalLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of 22 MiB holds 4,096 of this model's tokens of 2,816 bytes, and not 8,192."""
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr(memory, "_MEMINFO", meminfo(tmp_path, 22 * 1024 + 600))
    assert batch_limits(model) == (64, 4096)

    monkeypatch.setattr(memory, "_MEMINFO", meminfo(tmp_path, 10**8))
    assert batch_limits(model) == (64, 16_384)
    monkeypatch.setattr(memory, "_MEMINFO", meminfo(tmp_path, 0))
    assert batch_limits(model) == (64, 512)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "of another system")
    assert batch_limits(model) == (64, 16_384)


def test_a_container_has_less_than_its_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 5,000 bytes 4,000 are taken, of which 1,500 are files that can be dropped: 2,500."""
    monkeypatch.setattr(memory, "_MEMINFO", meminfo(tmp_path, 10**6))
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    (tmp_path / "memory.current").write_text("4000\n")
    (tmp_path / "memory.stat").write_text("anon 2500\ninactive_file 1500\n")

    (tmp_path / "memory.max").write_text("5000\n")
    assert free_for_cpu() == 2500
    (tmp_path / "memory.max").write_text("max\n")
    assert free_for_cpu() == 1024 * 10**6


def test_this_machine_has_memory() -> None:
    """The real files of this system say something that a machine can have."""
    free = free_for_cpu()

    assert free is None or 2**20 < free < 2**50


def test_rows_that_take_more_than_their_length_make_smaller_batches() -> None:
    """Of 20 tokens a batch: rows of 4 that take 10 each go by twos, though five would fit."""
    sizes: list[int] = []

    def run(batch: list[int]) -> list[int]:
        sizes.append(len(batch))
        return batch

    in_batches(
        [4] * 5,
        lambda row: row,
        run,
        BatchPlan(max_tokens=20),
        lambda _: None,
        cost=lambda row: row + 6,
    )

    assert sizes == [2, 2, 1]


def test_checkpoints_are_asked_in_no_larger_batches_than_their_base(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A base that is taken where little memory is free, and is found in the cache where more is:
    its checkpoints have its batches, since other ones move the last bits.
    """
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    probes = [
        Probe(id=str(n), prompt="abcdef"[: n % 5 + 1], reference=f"{n}", scorer="likelihood")
        for n in range(12)
    ]
    limits = []
    for name, kilobytes in (("first", 22 * 1024 + 600), ("second", 10**8)):
        monkeypatch.setattr(memory, "_MEMINFO", meminfo(tmp_path, kilobytes))
        guard = GuardCallback(general=probes, tail=None)
        tiny_run(tmp_path / name, guard, tokenizer=tokenizer, max_steps=2).train()
        folder = RunFolder(tmp_path / name)
        taken = (folder.base, folder.answers(guard.checkups[-1].id))
        limits += [load_snapshot(answers).batches for answers in taken]

    assert limits == [{"max_rows": 64, "max_tokens": 4096}] * 4
