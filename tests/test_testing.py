"""The tiny model, tokenizer and run that users' own tests are given."""

from pathlib import Path

import pytest
import torch

from ftguard import Gate, GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import Examined, Ledger
from ftguard.testing import tiny_model, tiny_run, tiny_tokenizer

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")


def test_the_same_seed_gives_the_same_weights_and_another_others() -> None:
    """Two calls agree in every weight; seed 1 agrees with neither in the embeddings."""
    tokenizer = tiny_tokenizer()
    one, two = tiny_model(tokenizer).state_dict(), tiny_model(tokenizer).state_dict()
    other = tiny_model(tokenizer, seed=1).state_dict()

    assert list(one) == list(two)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["model.embed_tokens.weight"], other["model.embed_tokens.weight"])


def test_a_text_comes_back_from_its_tokens() -> None:
    """One token a character behind `<s>`, and the text again; what is not ASCII is `<unk>`."""
    tokenizer = tiny_tokenizer()
    text = "1+1 = 2,\n\tso {it} is."
    ids = tokenizer(text)["input_ids"]

    assert ids[0] == tokenizer.bos_token_id
    assert len(ids) == 1 + len(text)
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert tokenizer("é")["input_ids"][1] == tokenizer.unk_token_id


def test_a_run_writes_a_ledger(tmp_path: Path) -> None:
    """A guard in a tiny run examines both checkpoints, on probes that it does not train on."""
    probes = [
        Probe(id=f"sum-{n}", prompt=f"{n}-1=", reference=str(n - 1), scorer="likelihood")
        for n in range(8)
    ]
    guard = GuardCallback(
        general=probes, tail=None, gates=[Gate(measurement="forgetting", limit=1.0)]
    )

    run = tiny_run(tmp_path, guard, max_steps=4)
    assert run.state.global_step == 0
    run.train()

    events = Ledger(RunFolder(tmp_path).ledger).read()
    taken = [event.checkup for event in events if isinstance(event, Examined)]
    assert [checkup.step for checkup in taken] == [2, 4]
    assert taken[0].find("forgetting") is not None
    assert (tmp_path / "checkpoint-4/model.safetensors").exists()


def test_a_run_takes_what_it_is_given(tmp_path: Path) -> None:
    """Another model, other texts, and any of the Trainer's own arguments; no guard is needed."""
    tokenizer = tiny_tokenizer()
    model = tiny_model(tokenizer, seed=1)

    run = tiny_run(tmp_path, model=model, tokenizer=tokenizer, texts=["ab", "cd"], weight_decay=0.1)

    assert run.model is model
    assert len(run.train_dataset) == 2
    assert (run.args.weight_decay, run.args.max_steps, run.args.save_steps) == (0.1, 6, 2)
