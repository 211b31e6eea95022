"""Has a model write all answers, but for those that it is seen to write as it did before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from transformers import PreTrainedModel

from ftguard.ask.answer import Answer
from ftguard.ask.batches import BatchPlan, in_batches
from ftguard.ask.early import Decided, early_end
from ftguard.ask.generate import Begun, generate
from ftguard.ask.head import Head
from ftguard.ask.loop import as_generate
from ftguard.ask.prompts import PromptBatch, Question
from ftguard.ask.reading import cost_of
from ftguard.ask.render import Ids
from ftguard.ask.said import said
from ftguard.ask.trees import trees_of
from ftguard.ask.verify import Verified, verify
from ftguard.ask.weights import EXACT, is_sharded
from ftguard.ask.writing import Generated

PILOT = 20
"""One in so many answers tells whether the others are worth verifying: at most a twentieth more."""
WORTH = 0.98
"""The share of tokens that must be the same on a CPU, where to read a token takes 0.7 to 0.9 of the
time to write it in a full batch, and the few that differ are written in a small one."""
WORTH_ON_DEVICE = 0.4
"""The same on any other device, where many tokens are read as quickly as one is written."""

_NOTHING: Begun = ((), ())


@dataclass(frozen=True, kw_only=True)
class Written:
    """What came of having answers written."""

    answers: Mapping[str, Answer]
    """By the fingerprint of the question."""
    of_base: Mapping[str, tuple[float, ...]]
    """The model's log-probabilities of the base's answers, by the probe."""
    num_unchanged: int
    """So many answers were the same as an earlier one, and not written again."""


@dataclass(kw_only=True)
class _Known:
    """What is known of the answers before any is written."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """Those that are the same as an earlier one."""
    begun: dict[str, Begun] = field(default_factory=dict)
    """What each of the others begins with."""

    def learn(self, question: Question, draft: Answer, found: Verified) -> None:
        """Take over from an earlier answer what the model says again."""
        if question.fingerprint in self.answers or not found.is_sure:
            return
        if found.agreed == len(draft.token_ids):
            self.answers[question.fingerprint] = replace(draft, logprobs=found.logprobs)
        elif found.agreed > len(self.begun.get(question.fingerprint, _NOTHING)[0]):
            same = slice(found.agreed)
            self.begun[question.fingerprint] = draft.token_ids[same], found.logprobs[same]


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """What all steps of having answers written share."""

    model: PreTrainedModel
    prompt_batch: PromptBatch
    plan: BatchPlan
    done: Callable[[int], object]

    def verified(
        self, rows: Iterable[tuple[Ids, Ids]], done: Callable[[int], object] = lambda _: None
    ) -> dict[tuple[Ids, Ids], Verified]:
        """What the model thinks of some texts after their contexts; of each one once."""
        texts = list(dict.fromkeys(rows))
        if not texts:
            return {}
        head = Head.of(self.model, texts[0][0])
        found = in_batches(
            [tree for text in texts for tree in trees_of([text])],
            lambda tree: tree.width,
            lambda batch: verify(head, batch, self.prompt_batch.pad_id),
            self.plan,
            done,
            cost=cost_of(head, self.plan),
        )
        return dict(zip(texts, found, strict=True))


def write(
    model: PreTrainedModel,
    questions: Sequence[Question],
    prompt_batch: PromptBatch,
    plan: BatchPlan,
    done: Callable[[int], object],
    *,
    base_answers: Sequence[Answer] | None = (),
    previous: Mapping[str, Answer] | None = None,
    decided: Decided | None = None,
) -> Written:
    """Have a model answer questions.

    The base's answers are read in any case, so that those which are the same cost nothing more.
    An earlier checkpoint's are read where enough of a sample of them are the same. Nothing here
    hangs on a clock, so that all processes of a run do alike.

    Args:
        model: in evaluation mode.
        questions: each with a prompt of its own.
        prompt_batch: that they are of.
        plan: batch limits; changed where memory runs out.
        done: told the number of answers after each batch, those of the base that are read too.
        base_answers: of the base, to be read, each to one of the questions of the batch; None
            where this is the base.
        previous: earlier answers to the same questions, by probe.
        decided: whether the score of an answer is decided, whatever would follow.
    """
    asking = _Asking(model=model, prompt_batch=prompt_batch, plan=plan, done=done)
    prompts = {q.probe_id: q.prompt for q in prompt_batch.questions}
    given = base_answers or ()
    rows = {answer.probe_id: (prompts[answer.probe_id], answer.token_ids) for answer in given}
    found = asking.verified(rows.values(), done)
    done(len(rows) - len(found))
    of_base = {probe_id: found[row].logprobs for probe_id, row in rows.items()}
    known = _Known()
    # Processes that share weights must take the same steps, and so each writes every answer.
    if not is_sharded(model):
        drafts = _drafts(questions, {answer.probe_id: answer for answer in given}, decided)
        for question, draft in drafts:
            known.learn(question, draft, found[rows[draft.probe_id]])
        _learn_from(known, _drafts(questions, previous or {}, decided), asking)
    done(len(known.answers))
    rest = [question for question in questions if question.fingerprint not in known.answers]
    answers = known.answers | {
        question.fingerprint: said(generated, question, prompt_batch)
        for question, generated in zip(
            rest, _write(asking, rest, known.begun, decided), strict=True
        )
    }
    if base_answers is None:
        own = {q.probe_id: answers[q.fingerprint] for q in prompt_batch.questions if q.prompt}
        of_base = _as_read(own, prompts, asking)
    return Written(
        answers=answers,
        of_base=of_base,
        num_unchanged=len(known.answers),
    )


def _as_read(
    own: Mapping[str, Answer], prompts: Mapping[str, Ids], asking: _Asking
) -> dict[str, tuple[float, ...]]:
    """The log-probabilities of a model's own answers, as one pass reads them.

    Writing them told the same to some 1e-6 nats a token in full precision. In 16 bits the two
    differ by hundredths of a nat, to one side, and checkpoints read: then the base reads too.
    """
    if asking.model.dtype in EXACT:
        return {probe_id: answer.logprobs for probe_id, answer in own.items()}
    rows = {probe_id: (prompts[probe_id], answer.token_ids) for probe_id, answer in own.items()}
    found = asking.verified(rows.values())
    return {probe_id: found[row].logprobs for probe_id, row in rows.items()}


def _drafts(
    questions: Sequence[Question], earlier: Mapping[str, Answer], decided: Decided | None
) -> list[tuple[Question, Answer]]:
    """The questions that were asked before, with their answers then."""
    found = []
    for question in questions:
        draft = earlier.get(question.probe_id)
        if draft is None or draft.fingerprint != question.fingerprint or not draft.token_ids:
            continue
        # What was not written to its end is an answer only where it would not be now either.
        if draft.finish != "decided" or decided is not None:
            found.append((question, draft))
    return found


def _learn_from(known: _Known, drafts: Sequence[tuple[Question, Answer]], asking: _Asking) -> None:
    """Verify earlier answers, where a few of them say that it pays."""
    open_ = []
    for question, draft in drafts:
        begun, _ = known.begun.get(question.fingerprint, _NOTHING)
        # The token after what was verified is another one, as the base's answer told.
        goes_on = draft.token_ids[: len(begun)] == begun and len(draft.token_ids) > len(begun)
        if question.fingerprint not in known.answers and goes_on:
            open_.append((question, draft))
    pilot = open_[PILOT - 1 :: PILOT]
    same = total = 0
    for question, draft, found in _verify_drafts(pilot, asking):
        known.learn(question, draft, found)
        same, total = same + found.agreed, total + len(draft.token_ids)
    weight = asking.model.get_input_embeddings().weight
    if total and same >= (WORTH if weight.device.type == "cpu" else WORTH_ON_DEVICE) * total:
        rest = [pair for place, pair in enumerate(open_) if (place + 1) % PILOT]
        for question, draft, found in _verify_drafts(rest, asking):
            known.learn(question, draft, found)


def _verify_drafts(
    drafts: Sequence[tuple[Question, Answer]], asking: _Asking
) -> list[tuple[Question, Answer, Verified]]:
    found = asking.verified((q.prompt, draft.token_ids) for q, draft in drafts)
    return [(q, draft, found[q.prompt, draft.token_ids]) for q, draft in drafts]


def _write(
    asking: _Asking,
    questions: Sequence[Question],
    begun: Mapping[str, Begun],
    decided: Decided | None,
) -> list[Generated]:
    model, batch, plan = asking.model, asking.prompt_batch, asking.plan
    if plan.own_loop is None and questions:
        plan.own_loop = as_generate(model, questions, batch.pad_id)
    ends = early_end(batch, decided) if decided else None
    found: dict[str, Generated] = {}
    for way in sorted({question.decoding for question in questions}):
        group = [question for question in questions if question.decoding == way]
        answers = in_batches(
            group,
            lambda question: question.length,
            lambda rows: generate(
                model,
                rows,
                batch.stop_ids,
                batch.pad_id,
                batch.lines,
                tokenizer=batch.rendering.tokenizer,
                own_loop=bool(plan.own_loop),
                decided=ends,
                begun=[begun.get(question.fingerprint, _NOTHING) for question in rows],
            ),
            plan,
            asking.done,
        )
        found.update(zip((question.fingerprint for question in group), answers, strict=True))
    return [found[question.fingerprint] for question in questions]
