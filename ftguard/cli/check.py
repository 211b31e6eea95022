"""`ftguard check`: a gate for deployment, on two models or on what a run has stored."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.check.places import find_model
from ftguard.cli import gate_options as options
from ftguard.cli.exits import ends_on_wrong_use, undecided_by_accident
from ftguard.cli.quiet import be_quiet
from ftguard.errors import InputError
from ftguard.folders import find_run, no_run

WITH_RUN = {"base", "tuned", "limit", "strict", "json", "junit", "report", "github"}
"""What a run that is over can be given: nothing is asked of it."""


def check(
    context: typer.Context,
    base: Annotated[
        str, typer.Argument(metavar="BASE|RUN", help="the base model; or a run, to decide again")
    ],
    tuned: Annotated[
        str | None,
        typer.Argument(metavar="TUNED", help="the fine-tune: a model, adapters, or a run"),
    ] = None,
    *,
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
    out: Annotated[
        Path | None,
        typer.Option(
            help="the output folder; by default ftguard-check/NAME-OF-TUNED",
            rich_help_panel=options.TOLD,
        ),
    ] = None,
    json: options.JsonFile = None,
    junit: options.JunitFile = None,
    report: options.ReportFile = None,
    github: options.Github = None,
) -> None:
    """Decide whether a fine-tune may be deployed: what did it cost against its base?

    BASE TUNED asks both models the same and compares. RUN alone decides again on
    what a run has stored, with other limits; no model is loaded.

    Exit codes: 0 passed, 1 breach, 2 wrong use, 3 undecided or nothing measured.
    """
    with ends_on_wrong_use(), undecided_by_accident():
        limits = options.read_limits(limit)
        template = options.read_template_arguments(template_arg)
        if tuned is None:
            _refuse_no_run(base)
            _refuse_with_run(context)
        models = () if tuned is None else (find_model(base), find_model(tuned))
        # What measures and tells takes a while to import, which wrong use does without.
        from ftguard.check.asked import Asked, Loading, read_judge
        from ftguard.check.deciding_again import decide_again
        from ftguard.check.decision import shown
        from ftguard.check.recorded import decision_of
        from ftguard.cli.outputs import Outputs, show
        from ftguard.report.recorded import read_run
        from ftguard.report.writing import write_report

        outputs = Outputs(json=json, junit=junit, report=report, github=github)
        with outputs.fenced():
            if not models:
                again = decide_again(find_run(Path(base)).output_dir, limits, strict=strict or None)
                decision, run = again.decision, again.run
                differences = again.differences or ("as recorded: nothing differs",)
            else:
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
                from ftguard.check.comparing import compare

                be_quiet()
                place, conclusion = compare(*models, asked, loading=loading, out=out)
                run = read_run(place)
                write_report(run)
                decision = decision_of(run, conclusion)
                differences = (f"report: {shown(str(run.folder.report))}",)
            show(decision, differences)
        outputs.hand_out(decision, run)
    raise typer.Exit(decision.exit_code)


def _refuse_no_run(base: str) -> None:
    """Refuse a single argument that is no run.

    Raises:
        InputError: it says how two models are given.
    """
    if not find_run(Path(base)).ledger.exists():
        raise InputError(
            f"{no_run(Path(base))} To compare two models give both: ftguard check BASE TUNED"
        )


def _refuse_with_run(context: typer.Context) -> None:
    """Refuse what only two models can be given.

    Raises:
        InputError: it names the options.
    """
    given = [
        f"--{name.replace('_', '-')}"
        for name in context.params
        if name not in WITH_RUN and str(context.get_parameter_source(name)).endswith("COMMANDLINE")
    ]
    if given:
        raise InputError(
            f"{', '.join(given)}: with one argument nothing is asked, a run is decided on again "
            "from what it has stored. Give two models: ftguard check BASE TUNED"
        )
