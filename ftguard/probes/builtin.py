"""Loads the general probes that ship with ftguard."""

from importlib.resources import as_file, files

from ftguard.probes.probe_set import ProbeSet


def general_probes() -> ProbeSet:
    """The built-in general-capability probes, one category as the slice of each."""
    with as_file(files("ftguard.probes") / "general.jsonl") as path:
        return ProbeSet.load(path)
