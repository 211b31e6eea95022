"""Makes `Prepared`: the questions of a run, how they are asked, and what its base answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from transformers import PreTrainedTokenizerBase

from ftguard.ask.padding import plan_batches
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.ranks import made_by_main
from ftguard.ask.render import Ids
from ftguard.ask.template import ChatTemplate
from ftguard.ask.unwrap import adapted, inner_model
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes import Gathered, Probe, Sets
from ftguard.run.as_trained import AsTrained, decide_on_template
from ftguard.run.baseline import Baseline, Known, get_baseline
from ftguard.run.budget.spending import Spending
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.clock import Clock
from ftguard.run.descent.finding import find_descent, itself
from ftguard.run.descent.lineage import (
    Descent,
    cache_tensors,
)
from ftguard.run.descent.stage import take_start
from ftguard.run.examine import EvalConfig, fingerprint
from ftguard.run.given import Host, Settings
from ftguard.run.rewards import check_rewards
from ftguard.run.thinking import ROWS, Thinking, settle_thinking
from ftguard.run.training.data import TrainingTexts, given_texts, trainer_texts
from ftguard.scores.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a run asks, and what its base answered."""

    gathered: Gathered
    thinking: Thinking
    config: EvalConfig
    baseline: Baseline
    as_trained: AsTrained
    descent: Descent | None
    """The original base, where the model is a fine-tune of it."""
    start: Snapshot | None
    """Of the model as the run takes it up, where that is no longer its base."""
    spending: Spending | None
    """What the run's budget lets it ask; None where everything is asked."""


def prepare_run(
    settings: Settings,
    host: Host,
    folder: RunFolder,
    run: str,
    mark: Descent | None,
    *,
    clock: Clock,
) -> Prepared:
    """Choose the questions, settle how they are asked, and get the base snapshot.

    Args:
        settings: what the user asked for.
        host: what the Trainer hands over.
        folder: of the run.
        run: its id.
        mark: what the Trainer's state says of the run that is resumed.
        clock: tells what the guard takes of the run's time.
    """
    gathered = probes_to_ask(
        settings.sets,
        folder,
        run,
        training=partial(_training, settings.sets, host.loader, host.tokenizer),
        encoder=settings.encoder,
        progress=host.progress,
        cache=settings.cache,
        is_main_process=host.is_main_process,
    )
    tokenizer = _tokenizer(host)
    thinking = settle_thinking(
        settings.chat_template_kwargs,
        tokenizer,
        partial(_training, settings.sets, host.loader, tokenizer, ROWS),
        is_main_process=host.is_main_process,
    )
    as_trained = decide_on_template(
        gathered.probes,
        host.loader,
        ChatTemplate(tokenizer=tokenizer, kwargs=thinking.chat_template_kwargs),
        is_main_process=host.is_main_process,
        chat=host.chat,
    )
    config = eval_config(
        settings,
        host.model,
        host.weights.fingerprint,
        gathered.probes,
        as_trained,
        thinks=thinking.expected,
        progress=host.progress,
    )
    descent = made_by_main(
        partial(find_descent, settings, host), is_main_process=host.is_main_process
    )
    spending = None
    if settings.budget is not None and host.kind == "training":
        spending = Spending(
            budget=settings.budget,
            clock=clock,
            batch=config.prompt_batch,
            seed=settings.sets.seed,
            tokens=_training_tokens(host, as_trained),
            checks=host.planned_checkpoints,
        )
    known = Known(
        resuming=host.resuming,
        weights_known=host.weights_known or adapted(host.model) is not None,
        descent=descent,
        mark=mark,
        itself=itself(host),
        spending=spending,
        cache=settings.cache,
        is_main_process=host.is_main_process,
    )
    baseline = get_baseline(host.model, config, folder, run=run, known=known)
    config.plan.follow(baseline.snapshot.batches)
    if spending is not None and not spending.prices.known:
        spending.learn(baseline.snapshot, baseline.snapshot)
    check_rewards(config.prompt_batch.probes, baseline.snapshot)
    if descent is not None and baseline.original.weights == host.weights.fingerprint:
        descent = None  # Its base is gone, which was said: costs are counted from here.
    if host.is_main_process and settings.cache and descent is None and not host.resuming:
        cache_tensors(baseline.original, host.weights.tensors)
    start = take_start(
        host.model,
        replace(config, fingerprint=baseline.snapshot.fingerprint),
        baseline.snapshot,
        folder,
        run=run,
        resuming=host.resuming,
        descends=descent is not None,
        spending=spending,
        is_main_process=host.is_main_process,
    )
    return Prepared(
        descent=descent,
        start=start,
        spending=spending,
        gathered=gathered,
        thinking=thinking,
        config=config,
        baseline=baseline,
        as_trained=as_trained,
    )


def _training(
    sets: Sets,
    loader: object,
    tokenizer: PreTrainedTokenizerBase | None,
    most: int | None = None,
) -> TrainingTexts:
    """The training data's texts, or those of so many rows from all over them."""
    if sets.train_dataset.rows or tokenizer is None:
        return given_texts(sets.train_dataset, tokenizer, most)
    return trainer_texts(loader, tokenizer, sets.seed, most)


def _training_tokens(host: Host, as_trained: AsTrained) -> float | None:
    """The tokens that this process will train on, by the rows that were looked at."""
    if not as_trained.rows or host.rows_per_step is None:
        return None
    length = sum(len(row.ids) for row in as_trained.rows) / len(as_trained.rows)
    steps = int(host.state.max_steps) - int(host.state.global_step)
    return length * host.rows_per_step * max(0, steps)


def _tokenizer(host: Host) -> PreTrainedTokenizerBase:
    if host.tokenizer is None:
        raise InputError(
            "the Trainer has no tokenizer to ask with: pass `processing_class=tokenizer` to it."
        )
    return host.tokenizer


def _shown(prompt_batch: PromptBatch) -> Ids:
    """A prompt to try the model with."""
    return next(
        (question.prompt[-16:] for question in prompt_batch.questions if question.prompt), ()
    )


def eval_config(
    settings: Settings,
    model: torch.nn.Module,
    weights: str,
    probes: Sequence[Probe],
    as_trained: AsTrained,
    *,
    thinks: bool,
    progress: bool,
) -> EvalConfig:
    """What a model is asked, and how.

    Args:
        settings: what the user asked for.
        model: that is asked.
        weights: the fingerprint of its base's weights.
        probes: what is asked.
        as_trained: with which template.
        thinks: whether answers begin with a thought, though the prompt opens none.
        progress: whether to show a progress bar.
    """
    inner, template = inner_model(model), as_trained.template
    prompt_batch = prepare(
        probes,
        inner,
        template.tokenizer,
        template.kwargs,
        task_turn=as_trained.turn,
        thinks=thinks,
    )
    return EvalConfig(
        prompt_batch=prompt_batch,
        fingerprint=fingerprint(
            prompt_batch,
            weights,
            str(inner.dtype),
            settings.judge.digest if settings.judge else "",
        ),
        plan=plan_batches(model, _shown(prompt_batch), prompt_batch.pad_id),
        progress=progress,
        measures=settings.measures,
    )
