"""Makes probes of lm-eval's tasks: their documents, as they are asked and read there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ftguard.errors import InputError
from ftguard.probes.benchmarks import harness
from ftguard.probes.benchmarks.generated import generated_probes
from ftguard.probes.benchmarks.item import Item, Taken
from ftguard.probes.benchmarks.named import check_places
from ftguard.probes.benchmarks.read import choice_probes, continued_probes
from ftguard.probes.probe import Probe
from ftguard.text.formatting import count

KINDS = {
    "multiple_choice": choice_probes,
    "loglikelihood": continued_probes,
    "generate_until": generated_probes,
}
ROLLING = "loglikelihood_rolling"


@dataclass(frozen=True, kw_only=True)
class FromTasks:
    """The probes that tasks became."""

    probes: tuple[Probe, ...]
    notes: tuple[str, ...]
    """What each task is asked and scored by, and what was left out, a sentence each."""


def probes_of_tasks(
    names: Sequence[str],
    *,
    folder: str | None = None,
    num_fewshot: int | None = None,
    metric: str | None = None,
    chat: bool = False,
) -> FromTasks:
    """Take every document of the tasks' test split, else of their validation split.

    Args:
        names: of tasks, groups or tags, or YAML files.
        folder: whose YAML files are looked through before lm-eval's own.
        num_fewshot: examples before each question; None for as many as the task says.
        metric: of all tasks; None for the first of each that is a share of each answer.
        chat: whether prompts are told to the chat template, as by `--apply_chat_template`.

    Raises:
        InputError: a task is unknown, its data are not here, or it asks what no probe can.
    """
    check_places(tuple(names), folder)
    probes: list[Probe] = []
    notes: list[str] = []
    for loaded in harness.load(names, folder):
        _check(loaded, chat=chat)
        items = tuple(_items(loaded, num_fewshot, chat=chat))
        taken = KINDS[loaded.task.OUTPUT_TYPE](loaded, items, metric)
        probes.extend(taken.probes)
        notes.extend(_notes(loaded, items, taken, chat=chat))
    return FromTasks(probes=tuple(probes), notes=tuple(notes))


def _check(loaded: harness.Loaded, *, chat: bool) -> None:
    """Refuse what no probe can ask."""
    task, config = loaded.task, loaded.task.config
    why = ""
    if task.OUTPUT_TYPE == ROLLING:
        why = (
            "reads whole texts for their perplexity, which is no score of an answer: give such "
            "texts as rows of `text`, which are read for their likelihood"
        )
    elif task.OUTPUT_TYPE not in KINDS or not hasattr(task, "higher_is_better"):
        why = f"asks in a way of its own ({task.OUTPUT_TYPE}): take one of {', '.join(KINDS)}"
    elif getattr(task, "UNSAFE_CODE", False):
        why = "runs the code that a model writes, which ftguard does not"
    elif getattr(task, "MULTIMODAL", False):
        why = "shows pictures or plays sounds, and only text is asked"
    elif (config.repeats or 1) > 1:
        why = f"asks for {config.repeats} sampled answers to each question; one is asked, greedily"
    elif (config.generation_kwargs or {}).get("do_sample"):
        why = "samples its answers; they are asked greedily here"
    elif chat and config.gen_prefix:
        why = "begins the answer itself (`gen_prefix`): give it without `chat`"
    if why:
        raise InputError(f"lm-eval's task `{loaded.name}` {why}. Leave it out.")


def _items(loaded: harness.Loaded, num_fewshot: int | None, *, chat: bool) -> Iterator[Item]:
    try:
        requests = harness.requests_of(loaded.task, num_fewshot, chat=chat)
    except Exception as error:  # noqa: BLE001 - a task may be any code
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(
            f"lm-eval's task `{loaded.name}` makes no prompts of its documents ({reason}): mend "
            "the task, or ask with fewer examples (`num_fewshot`)."
        ) from None
    for number, group in groupby(requests, key=lambda request: request.doc_id):
        mine = sorted(group, key=lambda request: request.idx)
        yield Item.of(loaded, number, mine, chat=chat)


def _notes(
    loaded: harness.Loaded, items: Iterable[Item], taken: Taken, *, chat: bool
) -> Iterator[str]:
    config = loaded.task.config
    split = config.test_split if loaded.task.has_test_docs() else config.validation_split
    told = "through the chat template" if chat else "as plain text"
    asked = len({item.number for item in items}) - sum(taken.left_out.values())
    yield (
        f"lm-eval's `{loaded.name}`: {count(asked)} documents of `{split}`, "
        f"{config.num_fewshot}-shot, asked {told}, scored by {taken.scored_by}."
    )
    for why, number in taken.left_out.items():
        yield f"lm-eval's `{loaded.name}`: left out {count(number)} documents that {why}."
    if not taken.probes:
        raise InputError(f"no document of lm-eval's task `{loaded.name}` can be asked.")
