"""Turns generated tokens into an `Answer`: where its thinking ends, and where it ends itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from ftguard.ask.answer import Answer
from ftguard.ask.lines import first_line
from ftguard.ask.prompts import PromptBatch, Question
from ftguard.ask.reasoning import answer_span
from ftguard.ask.until import cut_at
from ftguard.ask.writing import Generated


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One special token, or the tokens up to the next one."""

    text: str
    tokens: tuple[int, ...]
    start: int
    """Where its text begins in the whole, special tokens included."""
    special: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def said(generated: Generated, question: Question, prompt_batch: PromptBatch) -> Answer:
    """The answer in what was generated.

    Its text is without thinking, and ends at the first special token after something was said:
    what comes after such a token, as after a stop token, is no part of it, and so its tokens end
    there too. Calls of tools may be marked by special tokens, so that only the end of a turn, or
    the beginning of another one, ends them.
    """
    tokenizer = prompt_batch.rendering.tokenizer
    tokens, stopped = generated.token_ids, generated.stopped
    spoken = tokens[:-1] if stopped and tokens[-1] in prompt_batch.stop_ids else tokens
    apart = prompt_batch.end_ids if question.calls_tools else prompt_batch.special_ids
    pieces = _pieces(spoken, apart, tokenizer)
    whole = "".join(piece.text for piece in pieces)
    specials = {piece.text for piece in pieces if piece.special}
    span = answer_span(whole, opened=question.opened, specials=specials, ended=stopped)
    num_reasoning = _tokens_before(span.start, pieces, tokenizer)
    # What closes an answer, as its own tag does, ends it like a stop token; so does whatever made
    # an end of it in the midst of a thought.
    silent = span.start == len(whole) and span.start > 0 and not span.is_open
    stopped = stopped or silent or span.end < len(whole)
    text, length = "", 0
    for piece in pieces:
        length += len(piece.tokens)
        if not piece.special:
            text += whole[max(piece.start, span.start) : min(piece.end, span.end)]
        elif text.strip() and piece.start <= span.end:
            tokens, stopped = tokens[:length], True
            break
    if question.keeps_thoughts:
        text = "".join(piece.text for piece in pieces if not piece.special)
    text = first_line(text) if question.ends_at_newline else cut_at(text, question.until)
    return Answer(
        probe_id=question.probe_id,
        text=text,
        token_ids=tokens,
        logprobs=generated.logprobs[: len(tokens)],
        # What ended it is never a part of its thinking.
        num_reasoning_tokens=min(num_reasoning, len(tokens) - stopped),
        finish="stop" if stopped else generated.finish,
        fingerprint=question.fingerprint,
    )


def _pieces(
    tokens: Sequence[int], special_ids: frozenset[int], tokenizer: PreTrainedTokenizerBase
) -> list[_Piece]:
    runs: list[list[int]] = []
    for token in tokens:
        if not runs or token in special_ids or runs[-1][-1] in special_ids:
            runs.append([])
        runs[-1].append(token)
    pieces: list[_Piece] = []
    for run in runs:
        start = pieces[-1].end if pieces else 0
        text = str(tokenizer.decode(run))
        special = run[0] in special_ids
        pieces.append(_Piece(text=text, tokens=tuple(run), start=start, special=special))
    return pieces


def _tokens_before(place: int, pieces: Sequence[_Piece], tokenizer: PreTrainedTokenizerBase) -> int:
    """How many tokens stand wholly before a place in the text."""
    count = 0
    for piece in pieces:
        if piece.end <= place:
            count += len(piece.tokens)
            continue
        # Texts of longer beginnings are longer, so that halving finds the last that fits.
        low, high = 0, len(piece.tokens)
        while low < high:
            middle = (low + high + 1) // 2
            text = str(tokenizer.decode(list(piece.tokens[:middle])))
            low, high = (middle, high) if piece.start + len(text) <= place else (low, middle - 1)
        return count + low
    return count
