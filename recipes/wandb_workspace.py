"""Saves a view of a W&B project in which ftguard's curves stand beside the loss, run by run.

A run needs none of it: what it logs makes a section of charts by itself. These are W&B's own line
plots, which compare many runs, zoom and smooth; each has its interval and its limit as lines.

    pip install wandb-workspaces
    python recipes/wandb_workspace.py ENTITY PROJECT
"""

import argparse

import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws

STEP = "train/global_step"
STORY = {
    "Target: gain": ("ftguard/target/all",),
    "Forgetting: share of general skills lost": ("ftguard/forgetting/all",),
    "Tail: share lost on the worst slice": ("ftguard/tail/worst",),
    "Calibration on target: rise of the error": ("ftguard/calibration/target",),
    "Calibration in general: rise of the error": ("ftguard/calibration/general",),
    "Drift: nats per token": ("ftguard/drift/nats",),
}
"""Panels with an interval and, where there is one, a limit."""
PLAIN = {
    "Gates: 1 passed, 0.5 undecided, 0 blocked": ("ftguard/gates/passed",),
    "Score": ("ftguard/score",),
    "The guard's share of the time": ("ftguard/share",),
    "Learning rate": ("train/learning_rate", "ftguard/learning_rate"),
}


def workspace(entity: str, project: str) -> ws.Workspace:
    """The view, not saved yet."""
    loss = wr.LinePlot(title="Loss", x=STEP, y=["train/loss", "eval/loss"])
    story = [_band(title, key) for title, (key,) in STORY.items()]
    plain = [wr.LinePlot(title=title, x=STEP, y=list(keys)) for title, keys in PLAIN.items()]
    answers = wr.WeavePanelSummaryTable(table_name="ftguard/answers")
    section = ws.Section(
        name="ftguard", panels=[loss, *story, *plain, answers], is_open=True, pinned=True
    )
    return ws.Workspace(entity=entity, project=project, name="ftguard", sections=[section])


def _band(title: str, key: str) -> wr.LinePlot:
    ends = [f"{key}/low", f"{key}/high"]
    return wr.LinePlot(
        title=title,
        x=STEP,
        y=[key, *ends, f"{key}/limit"],
        line_marks={**dict.fromkeys(ends, "dotted"), f"{key}/limit": "dashed"},
    )


def main() -> None:
    """Save the view of the project that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("entity", help="a user or a team of W&B")
    parser.add_argument("project")
    args = parser.parse_args()
    print(workspace(args.entity, args.project).save().url)


if __name__ == "__main__":
    main()
