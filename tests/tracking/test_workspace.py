"""The recipe that saves a view of W&B's own plots, built offline."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from ftguard.tracking import SoFar
from ftguard.tracking.tracker import scalars

RECIPE = Path(__file__).parents[2] / "recipes/wandb_workspace.py"


@pytest.fixture
def recipe() -> ModuleType:
    """The recipe as a module; the test is skipped where its library is missing."""
    pytest.importorskip("wandb_workspaces")
    spec = importlib.util.spec_from_file_location("wandb_workspace", RECIPE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_view_plots_curves_that_a_run_logs(recipe: ModuleType, told: tuple[SoFar, ...]) -> None:
    """Every key of the section `ftguard` is one that a checkup logs, and what is gated has its
    limit in the plot; W&B's library can write the view as it would be saved.
    """
    logged = scalars(told[-1].checkup, 0.25).keys()
    view = recipe.workspace("me", "mine")
    (section,) = view.sections
    ours = [
        key
        for panel in section.panels
        for key in getattr(panel, "y", [])
        if key.startswith("ftguard/") and not key.startswith("ftguard/calibration/target")
    ]
    without_limit = {f"ftguard/{key}/limit" for key in ("target/all", "drift/nats")}
    assert set(ours) - logged == without_limit
    assert {"ftguard/forgetting/all/limit", "ftguard/tail/worst/limit"} <= set(ours)
    spec = view._to_model().spec.model_dump_json(by_alias=True)  # noqa: SLF001
    assert "ftguard/tail/worst/limit" in spec
    assert "ftguard/answers" in spec
