"""Loads tasks of lm-evaluation-harness, and has them score: nothing else imports `lm_eval`."""

import contextlib
import difflib
import importlib.metadata
import io
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.benchmarks.named import YAML

SEED = 1234
"""What lm-eval draws few-shot examples by, unless told otherwise."""
SHOWN = 5
PACKAGED = ("json", "csv", "parquet", "text", "arrow")
"""What `datasets` calls files that are given to it."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """One task, its requests not yet made."""

    task: Any
    """lm-eval's own object."""
    groups: tuple[str, ...]
    """The groups and tags that it was asked for by, the widest first."""

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task.task_name)


def load(names: Sequence[str], folder: str | None) -> tuple[Loaded, ...]:
    """Load tasks with their data, each once, groups and tags expanded.

    Args:
        names: of tasks, groups or tags, or YAML files.
        folder: whose YAML files are looked through before lm-eval's own tasks.

    Raises:
        InputError: lm-eval is missing, a name is unknown, or data cannot be loaded.
    """
    _require()
    from lm_eval.tasks import TaskManager

    found: dict[str, Loaded] = {}
    with quietly():
        # Reading lm-eval's own 14,000 tasks takes ten seconds, which one's own need not.
        own = TaskManager(include_path=folder, include_defaults=False)
        known = all(name.endswith(YAML) or name in own.task_index for name in names)
        manager = own if known else TaskManager(include_path=folder)
        for name in names:
            for one in _load(name, manager, tuple(own.all_tasks)):
                found.setdefault(one.name, one)
    return tuple(found.values())


def requests_of(task: Any, num_fewshot: int | None, *, chat: bool) -> tuple[Any, ...]:
    """All requests of a task, in its documents' order, with examples drawn as lm-eval draws them.

    Args:
        task: lm-eval's own object.
        num_fewshot: examples in each prompt, where the task does not forbid them; None for its own.
        chat: whether contexts are messages, as JSON, for a chat template.
    """
    own = task.get_config("num_fewshot")
    shots = own if num_fewshot is None or own == 0 else num_fewshot
    task.set_config(key="num_fewshot", value=shots or 0)
    task.set_fewshot_seed(seed=SEED)
    with quietly(), contextlib.redirect_stderr(io.StringIO()):
        task.build_all_requests(apply_chat_template=chat, chat_template=_as_json if chat else None)
    return tuple(task.instances)


def metrics(task: Any, doc: Any, responses: Sequence[object], filter_name: str) -> dict[str, Any]:
    """What the task's own filter and `process_results` make of what a model gave for a document."""
    from lm_eval.api.instance import Instance

    instances = [
        Instance(
            request_type=task.OUTPUT_TYPE,
            doc=doc,
            arguments=("", {}),
            idx=place,
            metadata=(task.task_name, 0, 1),
            resps=[response],
        )
        for place, response in enumerate(responses)
    ]
    for ensemble in task._filters:  # noqa: SLF001 - lm-eval names them nowhere else
        if ensemble.name == filter_name:
            ensemble.apply(instances)
    given = [each.filtered_resps[filter_name] for each in instances]
    found: dict[str, Any] = task.process_results(doc, given)
    return found


def filters_of(task: Any) -> tuple[str, ...]:
    """The names of the task's filters; `none` is that of a task without any."""
    return tuple(ensemble.name for ensemble in task._filters)  # noqa: SLF001


def version() -> str:
    """That of lm-eval, by which its metrics may differ."""
    return importlib.metadata.version("lm_eval")


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without what lm-eval says of each task that it loads."""
    logger = logging.getLogger("lm_eval")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _require() -> None:
    try:
        from lm_eval.tasks import TaskManager
    except ImportError as error:
        raise InputError(
            f"`lm_eval:` takes the tasks of lm-evaluation-harness, which is missing ({error}): pip "
            "install 'ftguard[lm_eval]'."
        ) from None
    if not hasattr(TaskManager, "load"):
        raise InputError(
            f"lm-evaluation-harness {version()} is too old: pip install -U 'lm-eval>=0.4.12'."
        )


def _load(name: str, manager: Any, own: Sequence[str]) -> Iterator[Loaded]:
    is_file = name.endswith(YAML)
    if not is_file and name not in manager.task_index:
        near = difflib.get_close_matches(name, manager.all_tasks, n=SHOWN)
        raise InputError(
            f"lm-eval has no task, group or tag `{name}`"
            + (f"; it has {', '.join(near)}" if near else "")
            + (f"; in your folder there are {', '.join(own[:SHOWN])}" if own else "")
            + ". Tasks of your own: `lm_eval:NAME@FOLDER`, or a YAML file."
        )
    try:
        loaded = manager.load(str(Path(name).resolve()) if is_file else name)
    except Exception as error:  # noqa: BLE001 - a task may be any code
        raise InputError(_not_loaded(name, error)) from None
    groups = loaded.get("group_map", {})
    for task_name, task in loaded["tasks"].items():
        above = _above(task_name, groups)
        tag = () if is_file or name in (task_name, *above) else (name,)
        yield Loaded(task=task, groups=(*tag, *above))


def _above(name: str, groups: dict[str, list[str]]) -> tuple[str, ...]:
    """The groups that hold a task, the widest first."""
    parent = next((group for group, children in groups.items() if name in children), None)
    return () if parent is None else (*_above(parent, groups), parent)


def _not_loaded(name: str, error: Exception) -> str:
    reason = _reason(error)
    config = _config_at(error.__traceback__)
    place = getattr(config, "dataset_path", None)
    if not place:
        return (
            f"lm-eval cannot load `{name}` ({reason}): mend the task, or install what it needs "
            "(some tasks need an extra of lm-eval: pip install 'lm-eval[ifeval]')."
        )
    if place in PACKAGED:
        files = (config.dataset_kwargs or {}).get("data_files")
        return (
            f"lm-eval's task `{config.task}` asks of files ({files}), which cannot be read here "
            f"({reason}): check that they are there, and that each holds rows of the same columns."
        )
    subset = getattr(config, "dataset_name", None)
    call = f"load_dataset({place!r}{f', {subset!r}' if subset else ''})"
    return (
        f"lm-eval's task `{config.task}` asks of the data set `{place}`"
        f"{f' ({subset})' if subset else ''}, which cannot be loaded here ({reason}): load it once "
        f"where there is a connection (`from datasets import load_dataset; {call}`) and take its "
        "cache along, or write a task on files of your own (`dataset_path: json`) and give it as "
        "`lm_eval:NAME@FOLDER`."
    )


def _config_at(trace: TracebackType | None) -> Any:
    """The configuration of the task whose data were being loaded when that failed; else None."""
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "download":
            config = getattr(trace.tb_frame.f_locals.get("self"), "config", None)
            if getattr(config, "dataset_path", None):
                return config
        trace = trace.tb_next
    return None


def _reason(error: BaseException) -> str:
    """The first line of an error, and of what caused it."""
    first = error
    while first.__cause__ is not None:
        first = first.__cause__
    lines = dict.fromkeys(f"{type(e).__name__}: {e}".partition("\n")[0] for e in (error, first))
    return "; ".join(lines)


def _as_json(messages: list[dict[str, str]], *, add_generation_prompt: bool = True) -> str:
    del add_generation_prompt
    return json.dumps(messages)
