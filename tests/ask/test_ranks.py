"""Tests of `broadcast_from_main`: alone, and between two real processes."""

import inspect
import subprocess
import sys
from pathlib import Path

import torch.distributed

from ftguard.ask.ranks import broadcast_from_main

TWO = """
import os
import runpy
import sys
import torch.distributed as dist
broadcast_from_main = runpy.run_path(sys.argv[3])["broadcast_from_main"]
rank = int(sys.argv[1])
dist.init_process_group("gloo", init_method=f"file://{sys.argv[2]}", rank=rank, world_size=2)
print(broadcast_from_main({"rank": rank, "passed": None if rank else True}))
dist.destroy_process_group()
sys.stdout.flush()
os._exit(0)  # gloo's threads may abort a process while the interpreter ends.
"""


def test_alone_a_value_is_its_own() -> None:
    """Without a process group the very object comes back."""
    value = ["anything"]

    assert not torch.distributed.is_initialized()
    assert broadcast_from_main(value) is value


def test_every_process_gets_the_main_one_s(tmp_path: Path) -> None:
    """Of two gloo processes with unlike values, both go on with that of rank 0."""
    # The file alone, since importing transformers twice takes longest of all.
    module = inspect.getfile(broadcast_from_main)
    commands = [
        [sys.executable, "-c", TWO, str(rank), str(tmp_path / "store"), module] for rank in (0, 1)
    ]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands
    ]

    said = [process.communicate(timeout=600)[0].strip() for process in processes]

    assert said == ["{'rank': 0, 'passed': True}"] * 2
