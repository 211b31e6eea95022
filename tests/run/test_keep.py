"""Tests of keeping the best: real model files that neither rotation nor a later save can touch."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from ftguard.run.descent.lineage import Examined, write_lineage
from ftguard.run.descent.original import Original
from ftguard.run.keep import keep_checkpoint, loads, put_aside

ONLY_FOR_A_RESUME = (
    "optimizer.pt",
    "optimizer.bin",
    "scheduler.pt",
    "scaler.pt",
    "rng_state.pth",
    "rng_state_0.pth",
    "trainer_state.json",
    "training_args.bin",
    "latest",
    "zero_to_fp32.py",
    "global_step4/mp_rank_00_model_states.pt",
    "optimizer_0/__0_0.distcp",
)


def _checkpoint(folder: Path, value: float = 0.0) -> Path:
    """A checkpoint of one tensor, with a text beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"weight": torch.full((3,), value)}, folder / "model.safetensors")
    (folder / "config.json").write_text(f'{{"value": {value}}}')
    return folder


def _value(folder: Path) -> float:
    return float(load_file(folder / "model.safetensors")["weight"][0])


def _inode(path: Path) -> int:
    return path.stat().st_ino


def test_safetensors_are_linked_and_everything_else_is_copied(tmp_path: Path) -> None:
    """Weights cost no disk while the checkpoint is there; a small file is one of its own."""
    checkpoint, best = _checkpoint(tmp_path / "checkpoint-4"), tmp_path / "best"

    keep_checkpoint(checkpoint, best)

    for name in ("model.safetensors", "config.json"):
        assert (best / name).read_bytes() == (checkpoint / name).read_bytes()
    assert _inode(best / "model.safetensors") == _inode(checkpoint / "model.safetensors")
    assert _inode(best / "config.json") != _inode(checkpoint / "config.json")


def test_what_only_a_resume_needs_is_left_out(tmp_path: Path) -> None:
    """No optimizer, schedule, random state or trainer state, be it file or folder."""
    checkpoint, best = _checkpoint(tmp_path / "checkpoint-4"), tmp_path / "best"
    for name in ONLY_FOR_A_RESUME:
        path = checkpoint / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("state")
    for name in ("tokenizer.json", "ftguard.json", "chat_template.jinja"):
        (checkpoint / name).write_text("kept")

    keep_checkpoint(checkpoint, best)

    assert sorted(str(path.relative_to(best)) for path in best.rglob("*")) == [
        "chat_template.jinja",
        "config.json",
        "ftguard.json",
        "model.safetensors",
        "tokenizer.json",
    ]


def test_rotation_leaves_the_best_loadable(tmp_path: Path, model: LlamaForCausalLM) -> None:
    """With the checkpoint deleted, `from_pretrained` reads the same weights from `best`."""
    checkpoint, best = tmp_path / "checkpoint-4", tmp_path / "best"
    model.save_pretrained(checkpoint)
    keep_checkpoint(checkpoint, best)

    shutil.rmtree(checkpoint)

    loaded = AutoModelForCausalLM.from_pretrained(best).state_dict()
    assert loaded.keys() == model.state_dict().keys()
    assert all(torch.equal(loaded[name], value) for name, value in model.state_dict().items())


def test_shards_are_kept_with_their_index(tmp_path: Path, model: LlamaForCausalLM) -> None:
    """A model saved in shards keeps each of them, and loads."""
    checkpoint, best = tmp_path / "checkpoint-4", tmp_path / "best"
    model.save_pretrained(checkpoint, max_shard_size="40KB")
    shards = {path.name for path in checkpoint.glob("model-*.safetensors")}
    assert len(shards) > 1

    keep_checkpoint(checkpoint, best)
    shutil.rmtree(checkpoint)

    assert (best / "model.safetensors.index.json").is_file()
    assert {path.name for path in best.glob("model-*.safetensors")} == shards
    loaded = AutoModelForCausalLM.from_pretrained(best).state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("name", "loadable"),
    [
        ("model.safetensors", True),
        ("adapter_model.safetensors", True),
        ("model-00001-of-00002.safetensors", True),
        ("pytorch_model.bin", True),
        ("pytorch_model_fsdp_0/__0_0.distcp", False),
        ("config.json", False),
    ],
)
def test_formats_sharded_by_process_are_told_from_those_that_load(
    tmp_path: Path, name: str, *, loadable: bool
) -> None:
    """`from_pretrained` reads whole files and their numbered shards, not what each process left."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("weights")

    assert loads(tmp_path) is loadable


def test_saving_over_the_checkpoint_does_not_change_the_best(tmp_path: Path) -> None:
    """Safetensors replaces its file, so the other link keeps the weights that passed."""
    checkpoint, best = _checkpoint(tmp_path / "checkpoint-4", 1.0), tmp_path / "best"
    keep_checkpoint(checkpoint, best)

    _checkpoint(checkpoint, 2.0)

    assert (_value(checkpoint), _value(best)) == (2.0, 1.0)
    assert (best / "config.json").read_text() == '{"value": 1.0}'


@pytest.mark.parametrize("name", ["pytorch_model.bin", "adapter.pt", "fsdp_0/__0_0.distcp"])
def test_formats_that_are_overwritten_in_place_are_copied(tmp_path: Path, name: str) -> None:
    """`torch.save` writes into the same file: a link to it would change along."""
    checkpoint, best = _checkpoint(tmp_path / "checkpoint-4"), tmp_path / "best"
    (checkpoint / name).parent.mkdir(exist_ok=True)
    torch.save(torch.tensor([1.0]), checkpoint / name)
    keep_checkpoint(checkpoint, best)

    torch.save(torch.tensor([2.0]), checkpoint / name)

    assert torch.load(best / name).tolist() == [1.0]


def test_a_new_best_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """Nothing of the old best remains, nor of a draft that a crash left."""
    old, new = (
        _checkpoint(tmp_path / "checkpoint-4", 1.0),
        _checkpoint(tmp_path / "checkpoint-8", 2.0),
    )
    (old / "only-in-the-old.json").write_text("{}")
    best, draft = tmp_path / "best", tmp_path / "best.part"
    keep_checkpoint(old, best)
    draft.mkdir()
    (draft / "torn.safetensors").write_text("torn")

    keep_checkpoint(new, best)

    assert _value(best) == 2.0
    assert sorted(path.name for path in best.iterdir()) == ["config.json", "model.safetensors"]
    assert not draft.exists()


def test_a_checkpoint_that_is_gone_leaves_the_best_as_it_was(tmp_path: Path) -> None:
    """The old best is given up only once the new one is whole."""
    best = tmp_path / "best"
    keep_checkpoint(_checkpoint(tmp_path / "checkpoint-4", 1.0), best)

    with pytest.raises(FileNotFoundError):
        keep_checkpoint(tmp_path / "checkpoint-8", best)

    assert _value(best) == 1.0


def test_across_file_systems_the_weights_are_copied(tmp_path: Path) -> None:
    """Where a link is not possible, the best is a copy that outlives the checkpoint too."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK) or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    with tempfile.TemporaryDirectory(dir=memory) as other:
        checkpoint, best = _checkpoint(Path(other) / "checkpoint-4", 1.0), tmp_path / "best"

        keep_checkpoint(checkpoint, best)

        assert (best / "model.safetensors").stat().st_nlink == 1
    assert _value(best) == 1.0


def test_a_best_is_put_aside_under_its_own_name(tmp_path: Path) -> None:
    """The name says run, attempt and step; the place is free and the files are all there."""
    best = _checkpoint(tmp_path / "best", 1.0)
    checkpoint = Examined(run="abc", attempt=2, step=40)
    write_lineage(best, Original(digest="b", folder="base"), checkpoint)

    aside = put_aside(best)

    assert aside == tmp_path / "best-abc-attempt-2-step-40"
    assert not best.exists()
    assert _value(aside) == 1.0


def test_a_best_without_a_record_is_put_aside_too(tmp_path: Path) -> None:
    """Never deleted, even where nobody knows what it is; and no best is no work."""
    assert put_aside(tmp_path / "best") is None

    aside = put_aside(_checkpoint(tmp_path / "best", 1.0))

    assert aside == tmp_path / "best-unknown"
    assert _value(aside) == 1.0
