"""The options that `check` and `examine` share, and what they come to."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ftguard.errors import InputError

OFF = ("off", "none")
"""What switches a limit, the tail or the calibration questions off."""

ASKED, MODELS, TOLD = "What is asked", "How models are loaded and asked", "What is told"

Target = Annotated[
    str | None,
    typer.Option(help="held-out rows of the task: a file, a dataset's name", rich_help_panel=ASKED),
]
General = Annotated[
    str | None,
    typer.Option(help="general probes; by default those that ship", rich_help_panel=ASKED),
]
Tail = Annotated[str, typer.Option(help="rare cases: auto, off, or a file", rich_help_panel=ASKED)]
Calibration = Annotated[
    str,
    typer.Option(help="multiple-choice questions: auto, off, or a file", rich_help_panel=ASKED),
]
Train = Annotated[
    str | None,
    typer.Option(help="the training rows, to look for leaks", rich_help_panel=ASKED),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="forgetting=0.2, tail=0.3, calibration=off, forgetting/math=0.3; repeat it",
        rich_help_panel=ASKED,
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="only what is proven passes", rich_help_panel=ASKED)
]
MaxProbes = Annotated[
    int, typer.Option(min=1, help="probes asked of each set", rich_help_panel=ASKED)
]
Seed = Annotated[int, typer.Option(help="of the draws", rich_help_panel=ASKED)]
JudgeModel = Annotated[
    str | None,
    typer.Option("--judge", help="an LLM that scores open answers", rich_help_panel=ASKED),
]
JudgeUrl = Annotated[
    str | None,
    typer.Option(help="the judge's server; OpenAI's if not given", rich_help_panel=ASKED),
]
JudgeKey = Annotated[
    str, typer.Option("--judge-key-env", help="where its key is", rich_help_panel=ASKED)
]
JudgeUsd = Annotated[
    float, typer.Option(min=0, help="US dollars for it at most", rich_help_panel=ASKED)
]
Chat = Annotated[
    bool,
    typer.Option(
        "--chat", help="ask plain target prompts as user messages", rich_help_panel=MODELS
    ),
]
Form = Annotated[
    str,
    typer.Option(
        help="each with its own tokenizer and template, or both with the tuned one's",
        metavar="own|tuned",
        rich_help_panel=MODELS,
    ),
]
TemplateArguments = Annotated[
    list[str] | None,
    typer.Option(
        "--template-arg",
        metavar="NAME=JSON",
        help="for the chat template: enable_thinking=true",
        rich_help_panel=MODELS,
    ),
]
Dtype = Annotated[
    str,
    typer.Option(
        help="auto (as saved), float32, bfloat16 or float16",
        metavar="DTYPE",
        rich_help_panel=MODELS,
    ),
]
Device = Annotated[
    str,
    typer.Option(help="cpu, cuda:1; auto spreads over all", rich_help_panel=MODELS),
]
Quantized = Annotated[
    str,
    typer.Option(help="load with bitsandbytes", metavar="4bit|8bit", rich_help_panel=MODELS),
]
Cache = Annotated[
    bool,
    typer.Option(
        "--cache/--no-cache", help="use what the base answered before", rich_help_panel=MODELS
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="write the decision here", rich_help_panel=TOLD)
]
JunitFile = Annotated[
    Path | None,
    typer.Option("--junit", help="write it as JUnit XML, a case a gate", rich_help_panel=TOLD),
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="copy the HTML report here", rich_help_panel=TOLD)
]
Github = Annotated[
    bool | None,
    typer.Option(
        "--github/--no-github",
        help="annotations and a job summary; by default where GITHUB_ACTIONS is set",
        rich_help_panel=TOLD,
    ),
]


def read_limits(given: Sequence[str] | None) -> dict[str, float | None]:
    """The limits by name; None where one is switched off.

    Raises:
        InputError: one is no NAME=NUMBER, or given twice.
    """
    found: dict[str, float | None] = {}
    for text in given or ():
        name, separator, number = text.rpartition("=")
        if not separator or not name:
            raise InputError(f"`--limit` is NAME=NUMBER, such as forgetting=0.2; got `{text}`.")
        if name in found:
            raise InputError(f"`--limit {name}` is given twice.")
        if number.lower() in OFF:
            found[name] = None
            continue
        try:
            found[name] = float(number)
        except ValueError:
            raise InputError(
                f"the limit in `--limit {text}` is a number, such as 0.2, or off."
            ) from None
    return found


def read_template_arguments(given: Sequence[str] | None) -> Mapping[str, object]:
    """The chat template's arguments: values are JSON where they can be, else text.

    Raises:
        InputError: one is no NAME=VALUE.
    """
    found: dict[str, object] = {}
    for text in given or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise InputError(f"`--template-arg` is NAME=JSON; got `{text}`.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def source_or_none(given: str) -> str | None:
    """A set's source; None where it is switched off."""
    return None if given.lower() in OFF else given
