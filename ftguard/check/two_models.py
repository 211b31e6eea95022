"""Makes `TwoModels`: a base that has been asked, against which models are examined in turn."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from transformers import AutoConfig, PreTrainedModel, PreTrainedTokenizerBase, TrainerState
from transformers.utils.hub import cached_file

from ftguard.ask.template import ChatTemplate
from ftguard.ask.unwrap import check_base
from ftguard.ask.weights import read_weights
from ftguard.check.asked import Asked, Loading
from ftguard.check.forms import Forms, decide_on_forms
from ftguard.check.models import attach, free, load_model, load_tokenizer, precision
from ftguard.check.places import CONFIG, Place
from ftguard.errors import InputError
from ftguard.probes import read_probes
from ftguard.run.as_trained import decide_on_template
from ftguard.run.begin import begin
from ftguard.run.examine import EvalConfig, Moment
from ftguard.run.given import Host, Settings
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.late_scores import apply_late_scores
from ftguard.run.preparing import eval_config
from ftguard.run.thinking import settle_thinking
from ftguard.run.training.data import TrainingTexts
from ftguard.tracking import ManyTrackers, say
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.run import Kind


@dataclass(frozen=True, kw_only=True)
class Against:
    """What is examined, and in which run."""

    base: Place
    like: Place
    """The tuned model, or the first of several: the others are of its kind."""
    out: Path
    """The run's output folder."""
    kind: Kind
    state: TrainerState
    """Where the run stands: a step above 0 goes on with an earlier attempt."""
    planned: int
    """Models to examine."""
    rate: float = 0.0
    """The peak learning rate that they were trained with; 0 where it is not known."""


@dataclass(kw_only=True)
class TwoModels:
    """A run that is open, and the base's model as long as adapters are put on it."""

    guarded: GuardedRun
    settings: Settings
    asked: Asked
    loading: Loading
    forms: Forms
    against: Against
    precision: str
    """Of the base."""
    _base: PreTrainedModel | None
    """In memory only where adapters go on it."""

    @classmethod
    def open(
        cls,
        against: Against,
        asked: Asked,
        settings: Settings,
        loading: Loading,
        tracker: ManyTrackers,
    ) -> "TwoModels":
        """Load the base, ask it (or find what it answered before), and open the run.

        Raises:
            InputError: a model cannot be loaded, or the two do not fit each other.
            BaseMismatchError: an earlier attempt's base is another one.
        """
        base = load_model(against.base, loading)
        forms = _forms(against, asked, settings, base)
        for note in forms.notes:
            say(note)
        host = Host(
            output_dir=against.out,
            progress=sys.stderr.isatty(),
            planned_checkpoints=against.planned,
            state=against.state,
            model=base,
            tokenizer=forms.base,
            loader=None,
            rate=against.rate,
            weights=read_weights(base),
            weights_known=True,
            kind=against.kind,
            method="adapters" if against.like.is_adapter else "full",
            chat=asked.chat,
        )
        return cls(
            guarded=begin(settings, host, tracker),
            settings=settings,
            asked=asked,
            loading=loading,
            forms=forms,
            against=against,
            precision=precision(base),
            _base=base if against.like.is_adapter else None,
        )

    def examine(self, place: Place, moment: Moment) -> Checkup:
        """Load a tuned model, ask it what the base was asked, and give its memory back.

        Raises:
            InputError: it cannot be loaded, or does not fit the base.
        """
        model = self._load(place)
        if precision(model) != self.precision:
            say(
                f"precision: the base is {self.precision}, `{place.name}` is "
                f"{precision(model)}: what rounding does counts too (`--dtype` asks both in one)"
            )
        guarded = self._asking(model)
        folder = str(_folder_of(place))
        with guarded.clock:
            found = guarded.examine(model, replace(moment, checkpoint=folder))
            guarded.save(replace(found.checkup, checkpoint=folder))
        if place.is_adapter:
            self._release(model)
        del model
        free()
        if guarded.grading:
            apply_late_scores(guarded, guarded.grading.finish())
        return next(c for c in guarded.state.checkups if c.step == moment.step)

    def conclude(self) -> Conclusion:
        """Write the run's outcome and tell it."""
        self._base = None
        return self.guarded.conclude()

    def _load(self, place: Place) -> torch.nn.Module:
        free()
        if not place.is_adapter:
            model: torch.nn.Module = load_model(place, self.loading)
            return model
        # It was given up where earlier adapters had changed it.
        base = load_model(self.against.base, self.loading) if self._base is None else self._base
        self._base = None
        return attach(base, place, len(self.forms.tuned))

    def _release(self, model: torch.nn.Module) -> None:
        """Take the adapters off the base again, where that leaves the base as it was."""
        try:
            check_base(model)
        except InputError:
            return
        self._base = model.unload()  # type: ignore[operator]

    def _asking(self, model: torch.nn.Module) -> GuardedRun:
        """The run with what this model is asked: what both can be asked, and the base was."""
        config, base = self._config(model), self.guarded.base
        asked = {probe.id for probe in config.prompt_batch.probes}
        left = len(self.guarded.config.prompt_batch.probes) - len(asked)
        if left:
            say(f"{left} probes are left out: too long for the tuned model in its template")
        return replace(
            self.guarded,
            config=config,
            base=replace(
                base,
                answers=tuple(a for a in base.answers if a.probe_id in asked),
                scores=tuple(s for s in base.scores if s.probe_id in asked),
                base_answer_logprobs=tuple(
                    a for a in base.base_answer_logprobs if a.probe_id in asked
                ),
            ),
        )

    def _config(self, model: torch.nn.Module) -> EvalConfig:
        tokenizer, base = self.forms.tuned, self.guarded.config
        thinking = settle_thinking(
            self.settings.chat_template_kwargs, tokenizer, _no_texts, is_main_process=True
        )
        probes = read_probes(self.guarded.folder.probes)
        as_trained = decide_on_template(
            probes,
            None,
            ChatTemplate(tokenizer=tokenizer, kwargs=thinking.chat_template_kwargs),
            is_main_process=True,
            chat=self.asked.chat,
        )
        config = eval_config(
            self.settings,
            model,
            base.fingerprint.weights,
            probes,
            as_trained,
            thinks=thinking.expected,
            progress=base.progress,
        )
        known = {probe.id for probe in base.prompt_batch.probes}
        batch = config.prompt_batch
        return replace(
            config,
            fingerprint=base.fingerprint,
            prompt_batch=batch.only(known),
        )


def _forms(against: Against, asked: Asked, settings: Settings, base: PreTrainedModel) -> Forms:
    own, tuned = load_tokenizer(against.base), load_tokenizer(against.like)
    if own is None and tuned is None:
        raise InputError(
            f"no tokenizer in `{against.base.name}` nor in `{against.like.name}`: save it beside "
            "the model."
        )
    rows = base.get_input_embeddings().weight.shape[0]
    return decide_on_forms(
        tuned if own is None else own,
        own if tuned is None else tuned,
        settings.sets.given,
        form=asked.form,
        base_rows=rows,
        tuned_rows=_rows_of(against.like, tuned, rows),
    )


def _rows_of(place: Place, tokenizer: PreTrainedTokenizerBase | None, base_rows: int) -> int:
    if place.is_adapter:
        return max(base_rows, len(tokenizer) if tokenizer is not None else 0)
    try:
        config = AutoConfig.from_pretrained(place.name).get_text_config()
        return int(config.vocab_size)
    except Exception:  # noqa: BLE001 - loading the model will say what is wrong
        return base_rows


def _folder_of(place: Place) -> Path:
    """Where the files are, of a hub's name in its cache."""
    if place.folder is not None:
        return place.folder.resolve()
    found = cached_file(place.name, CONFIG)
    return Path(found).parent if found else Path(place.name)


def _no_texts() -> TrainingTexts:
    return TrainingTexts(texts=(), note="")
