"""`ftguard examine RUN`: the checkpoints of a run that was trained without ftguard."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.check.places import checkpoint_folders
from ftguard.cli import gate_options as options
from ftguard.cli.exits import ends_on_wrong_use, undecided_by_accident
from ftguard.cli.quiet import be_quiet
from ftguard.errors import InputError
from ftguard.text.terminal import echo


def examine(
    run: Annotated[Path, typer.Argument(help="the output directory of a Trainer")],
    *,
    base: Annotated[
        str | None,
        typer.Option(
            help="the model that it was trained from; by default the one of an earlier call, else "
            "the one that its checkpoints name",
            rich_help_panel=options.MODELS,
        ),
    ] = None,
    target: options.Target = None,
    general: options.General = None,
    tail: options.Tail = "auto",
    calibration: options.Calibration = "auto",
    train_dataset: options.Train = None,
    limit: options.Limits = None,
    strict: options.Strict = False,
    max_probes: options.MaxProbes = 200,
    seed: options.Seed = 0,
    judge: options.JudgeModel = None,
    judge_url: options.JudgeUrl = None,
    judge_key_env: options.JudgeKey = "OPENAI_API_KEY",
    judge_usd: options.JudgeUsd = 5.0,
    chat: options.Chat = False,
    form: options.Form = "own",
    template_arg: options.TemplateArguments = None,
    dtype: options.Dtype = "auto",
    device: options.Device = "",
    quantized: options.Quantized = "",
    cache: options.Cache = True,
    prune_plan: Annotated[
        bool,
        typer.Option(
            "--prune-plan",
            help="say which folders may be deleted; deletes nothing",
            rich_help_panel=options.TOLD,
        ),
    ] = False,
    json: options.JsonFile = None,
    junit: options.JunitFile = None,
    report: options.ReportFile = None,
    github: options.Github = None,
) -> None:
    """Measure the checkpoints of a run trained without ftguard, and name the one to keep.

    Oldest first, each against the base. Stopped on the way, the same command goes
    on where it was. RUN/_ftguard is written as by a guarded training; no
    checkpoint is changed or deleted.

    Exit codes: 0 passed, 1 breach, 2 wrong use, 3 undecided or nothing measured.
    """
    with ends_on_wrong_use(), undecided_by_accident():
        limits = options.read_limits(limit)
        template = options.read_template_arguments(template_arg)
        if not run.is_dir():
            raise InputError(f"there is no folder `{run}`: give a Trainer's `output_dir`.")
        # What measures and tells takes a while to import, which wrong use does without.
        from ftguard.check.asked import Asked, Loading, read_judge
        from ftguard.check.decision import shown
        from ftguard.check.examining import examine_run
        from ftguard.check.pruning import plan_pruning, tell_plan
        from ftguard.check.recorded import decision_of
        from ftguard.cli.outputs import Outputs, show
        from ftguard.report.recorded import read_run
        from ftguard.report.writing import write_report

        outputs = Outputs(json=json, junit=junit, report=report, github=github)
        with outputs.fenced():
            be_quiet()
            asked = Asked(
                target=target,
                general=general,
                tail=options.source_or_none(tail),
                calibration=options.source_or_none(calibration),
                train_dataset=train_dataset,
                limits=limits,
                judge=read_judge(judge, judge_url, judge_key_env, judge_usd),
                strict=strict,
                max_probes=max_probes,
                seed=seed,
                cache=cache,
                chat=chat,
                form=form,
                chat_template_kwargs=template,
            )
            loading = Loading(dtype=dtype, device=device, quantized=quantized)
            examined = examine_run(run, base, asked, loading=loading)
            recorded = read_run(run)
            write_report(recorded)
            decision = decision_of(recorded, examined.conclusion)
            show(decision, [f"report: {shown(str(recorded.folder.report))}"])
            if prune_plan:
                unread = [Path(name) for name in examined.unreadable]
                plan = plan_pruning(checkpoint_folders(run), examined.conclusion, unread)
                for line in tell_plan(plan):
                    echo(line)
        outputs.hand_out(decision, recorded)
    raise typer.Exit(decision.exit_code)
