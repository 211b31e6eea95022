"""Tests of `Rendering`: prompts and texts as tokens, written out character by character."""

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from ftguard import InputError, Probe
from ftguard.ask.render import Rendering, lists_letters
from ftguard.probes.probe import Message, Role

TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
    "{% if thinking is defined and not thinking %}(quick){% endif %}"
)
CHAT: list[Message] = [{"role": "system", "content": "Hi"}, {"role": "user", "content": "2+2"}]


def chatty(tokenizer: PreTrainedTokenizerFast, template: str = TEMPLATE) -> Rendering:
    """The rendering with a chat template."""
    tokenizer.chat_template = template
    return Rendering(tokenizer=tokenizer)


def wrapping(tokenizer: PreTrainedTokenizerFast, single: str) -> Rendering:
    """The rendering with another way to put special tokens around a text: `$A` is the text."""
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=single, special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return Rendering(tokenizer=tokenizer)


def said(rendering: Rendering, prompt: str | list[Message], role: Role = "target") -> str:
    """What the model gets to see, special tokens in full."""
    probe = Probe(id="p", prompt=prompt, reference="x", role=role)
    return str(rendering.tokenizer.decode(rendering.prompt(probe)))


def parts(rendering: Rendering, prompt: str | list[Message], text: str) -> tuple[str, str]:
    """Context and text of a reference that is read."""
    probe = Probe(id="p", prompt=prompt, reference=text, scorer="likelihood")
    context, rest = rendering.continued(probe, text)
    decode = rendering.tokenizer.decode
    return decode(context), decode(rest)


def merging(bos: str) -> Rendering:
    """A byte-pair tokenizer of `x`, `a`, `b`, `c` that merges `a` and `b` wherever they meet."""
    vocabulary = {"<s>": 0, "</s>": 1, "x": 2, "a": 3, "b": 4, "c": 5, "ab": 6}
    backend = Tokenizer(models.BPE(vocabulary, merges=[("a", "b")]))
    backend.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A".strip(), special_tokens=[("<s>", 0)]
    )
    backend.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    return Rendering(tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("single", "text", "expected"),
    [
        ("<s> $A", "ab", "<s>ab"),
        ("<s> $A", "<s>ab", "<s>ab"),
        ("$A", "ab", "ab"),
        ("$A", "<s>ab", "<s>ab"),
        ("<s> $A </s>", "ab", "<s>ab"),
        ("<s> $A </s>", "<s>ab", "<s>ab"),
        ("$A </s>", "ab", "ab"),
    ],
)
def test_one_bos_where_there_is_one_and_no_eos(
    single: str, text: str, expected: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """BOS stands once if the tokenizer or the text has it, else not at all; EOS never."""
    assert said(wrapping(tokenizer, single), text) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("target", "<s>2+2"),
        ("tail", "<s>2+2"),
        ("general", "[user]2+2[assistant]"),
        ("calibration", "[user]2+2[assistant]"),
    ],
)
def test_the_role_decides_on_the_template(
    role: Role, expected: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Plain prompts of the task are asked as trained, general ones as a chat."""
    assert said(chatty(tokenizer), "2+2", role) == expected


@pytest.mark.parametrize("role", ["target", "tail", "general", "calibration"])
def test_messages_go_through_the_template(role: Role, tokenizer: PreTrainedTokenizerFast) -> None:
    """A chat is rendered by the template in every role, up to where the answer begins."""
    assert said(chatty(tokenizer), CHAT, role) == "[system]Hi[user]2+2[assistant]"


def test_without_a_template_plain_prompts_stay_plain(tokenizer: PreTrainedTokenizerFast) -> None:
    """A base model's general prompts are asked as they are."""
    assert said(Rendering(tokenizer=tokenizer), "2+2", "general") == "<s>2+2"


def test_a_template_brings_its_own_bos(tokenizer: PreTrainedTokenizerFast) -> None:
    """A template that writes BOS gets no second one from the tokenizer."""
    assert said(chatty(tokenizer, "<s>" + TEMPLATE), CHAT).count("<s>") == 1


def test_chat_template_kwargs_reach_the_template(tokenizer: PreTrainedTokenizerFast) -> None:
    """Thinking is off where the kwargs say so."""
    tokenizer.chat_template = TEMPLATE
    rendering = Rendering(tokenizer=tokenizer, chat_template_kwargs={"thinking": False})

    assert said(rendering, "2+2", "general") == "[user]2+2[assistant](quick)"


def test_a_chat_without_a_template_is_refused(tokenizer: PreTrainedTokenizerFast) -> None:
    """The error names the probe and says what to do."""
    with pytest.raises(InputError, match=r"probe `p` is a chat .* set `tokenizer.chat_template`"):
        said(Rendering(tokenizer=tokenizer), CHAT)


def test_a_text_is_split_from_its_prompt(tokenizer: PreTrainedTokenizerFast) -> None:
    """Without merges, the context is the prompt and the text is the reference."""
    assert parts(Rendering(tokenizer=tokenizer), "Once", " upon") == ("<s>Once", " upon")


def test_an_appended_eos_is_no_part_of_a_text(tokenizer: PreTrainedTokenizerFast) -> None:
    """A tokenizer that ends every text with EOS leaves it out of prompts and references."""
    assert parts(wrapping(tokenizer, "<s> $A </s>"), "Once", " upon") == ("<s>Once", " upon")


SPOKEN = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def spoken(shared: Path, gap: str) -> Rendering:
    """The real tokenizer with a template whose header ends in text, or in a blank after it."""
    template = SPOKEN.replace("}}: {{", "}}:" + gap + "{{").replace(
        "assistant:", f"assistant:{gap}"
    )
    tokenizer = AutoTokenizer.from_pretrained(shared / "models" / "stories260K")
    return chatty(tokenizer, template)


@pytest.mark.parametrize(
    ("gap", "end", "start"),
    [("", ":", ["T", "he"]), (" ", ":", ["▁The"]), ("\n", "<0x0A>", ["T", "he"])],
)
def test_an_answer_in_a_chat_is_cut_as_it_is_trained(
    gap: str, end: str, start: list[str], shared: Path
) -> None:
    """`The cat` right after `assistant:` is `T`, `he`, as in the whole chat's tokens, though alone
    it is `▁The`; after a blank the header's own blank merges with it.
    """
    rendering = spoken(shared, gap)
    probe = Probe(id="p", prompt=CHAT, reference="The cat", scorer="likelihood")
    chat = [*CHAT, {"role": "assistant", "content": "The cat"}]
    trained = rendering.tokenizer.apply_chat_template(chat)["input_ids"]

    context, text = rendering.continued(probe, "The cat")

    tokens = rendering.tokenizer.convert_ids_to_tokens
    assert tokens(context)[-1] == end
    assert tokens(text) == [*start, "▁c", "at"]
    # The line break that ends the turn is left out.
    assert trained[: len(context) + len(text)] == [*context, *text]
    assert tokens(trained[len(context) + len(text) :]) == ["<0x0A>"]


def test_options_in_a_chat_are_cut_as_they_are_trained(shared: Path) -> None:
    """`Tom` and `The` after `assistant: ` take the header's blank with them, all from one token."""
    rendering = spoken(shared, " ")
    probe = Probe(id="p", prompt=CHAT, reference="The", choices=("The", "Tom", "dog"))

    options = rendering.options(probe)

    tokens = rendering.tokenizer.convert_ids_to_tokens
    assert len({context for context, _ in options}) == 1
    assert [tokens(text) for _, text in options] == [["▁The"], ["▁T", "om"], ["▁do", "g"]]


def test_options_begin_at_one_token_where_only_some_merge() -> None:
    """After `xa` the option `b` merges into `ab` and `c` does not: `a` is then read for both."""
    probe = Probe(id="p", prompt="xa\n", reference="b", choices=("b", "c"))
    rendering = merging("<s>")
    rendering.tokenizer.chat_template = (
        "{{ messages[0].content | trim }}{% if messages[1] %}{{ messages[1].content }}{% endif %}"
    )

    options = rendering.options(replace(probe, role="general"))

    assert options == [((2,), (6,)), ((2,), (3, 5))]


def test_an_empty_thinking_block_is_read_as_context(tokenizer: PreTrainedTokenizerFast) -> None:
    """A block that the template writes before the answer is given, not asked for."""
    block = "{% if m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}"
    rendering = chatty(tokenizer, TEMPLATE.replace("]{{ m.content", f"]{block}{{{{ m.content"))

    context, text = parts(rendering, CHAT, "4")

    assert context == "[system]Hi[user]2+2[assistant]<think>\n\n</think>\n\n"
    assert text == "4"


@pytest.mark.parametrize(
    ("prompt", "role", "expected"),
    [
        ("2+2", "target", "[user]2+2[assistant]"),
        ("2+2", "tail", "[user]2+2[assistant]"),
        # Somebody has rendered it already.
        ("<s>[user]2+2[assistant]", "target", "<s>[user]2+2[assistant]"),
        ("", "target", "<s>"),
    ],
)
def test_the_task_is_asked_in_chats_where_it_is_trained_in_chats(
    prompt: str, role: Role, expected: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Plain prompts become user messages, but for those that hold the template's text already."""
    rendering = chatty(tokenizer)
    rendering = replace(rendering, task_turn=rendering.template.user_turn())
    probe = Probe(id="p", prompt=prompt, reference="x", scorer="likelihood", role=role)

    assert rendering.tokenizer.decode(rendering.prompt(probe)) == expected


def test_after_a_chat_the_text_stands_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    """A reference after a chat has no BOS of its own."""
    context, text = parts(chatty(tokenizer), CHAT, "4")

    assert (context, text) == ("[system]Hi[user]2+2[assistant]", "4")


@pytest.mark.parametrize(
    ("bos", "prompt", "text", "context", "rest"),
    [
        # x a | b c  ->  x | ab c: the merged token is the text's.
        ("<s>", "xa", "bc", (0, 2), (6, 5)),
        ("", "xa", "bc", (2,), (6, 5)),
        # a | b c  ->  | ab c: BOS is the context; without one, the merged token must be.
        ("<s>", "a", "bc", (0,), (6, 5)),
        ("", "a", "bc", (6,), (5,)),
        # Nothing merges.
        ("<s>", "x", "c", (0, 2), (5,)),
    ],
)
def test_a_merge_across_the_border_counts_as_text(
    bos: str, prompt: str, text: str, context: tuple[int, ...], rest: tuple[int, ...]
) -> None:
    """Where prompt and text part, tokens are those of the whole, as training saw them."""
    probe = Probe(id="p", prompt=prompt, reference=text, scorer="likelihood")

    assert merging(bos).continued(probe, text) == (context, rest)


def test_a_real_tokenizer_splits_within_a_word(shared: Path) -> None:
    """`Once upon a ti` + `me`: the whole ends in the one token `time`, which is then the text."""
    tokenizer = AutoTokenizer.from_pretrained(shared / "models" / "stories260K")
    probe = Probe(id="p", prompt="Once upon a ti", reference="me", scorer="likelihood")

    context, text = Rendering(tokenizer=tokenizer).continued(probe, "me")

    assert tokenizer.convert_ids_to_tokens(context) == ["<s>", "▁Once", "▁upon", "▁a"]
    assert tokenizer.convert_ids_to_tokens(text) == ["▁time"]


@pytest.mark.parametrize(
    ("single", "context", "rest"), [("<s> $A", "<s>", "Once"), ("$A", "O", "nce")]
)
def test_an_empty_prompt_reads_the_whole_text(
    single: str, context: str, rest: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """After BOS alone; without BOS the first token is the context, as nothing precedes it."""
    assert parts(wrapping(tokenizer, single), "", "Once") == (context, rest)


def test_an_empty_general_prompt_skips_the_template(tokenizer: PreTrainedTokenizerFast) -> None:
    """A text that is read from its start on is no chat."""
    probe = Probe(id="p", prompt="", reference="Once", scorer="likelihood", role="general")

    assert chatty(tokenizer).prompt(probe) == (1,)


LISTED = "Capital of Italy?\nA. Oslo\nB) Rome\n(C) Bonn\nAnswer:"


@pytest.mark.parametrize(
    ("prompt", "role", "expected"),
    [
        (LISTED, "target", [" A", " B", " C"]),
        (LISTED + " ", "target", ["A", "B", "C"]),
        (LISTED, "general", ["A", "B", "C"]),
        ("Capital of Italy?", "target", [" Oslo", " Rome", " Bonn"]),
        ("Capital of Italy?\n", "target", ["Oslo", "Rome", "Bonn"]),
        ("Capital of Italy?", "general", ["Oslo", "Rome", "Bonn"]),
    ],
)
def test_options_are_asked_by_letter_where_letters_are_listed(
    prompt: str, role: Role, expected: list[str], tokenizer: PreTrainedTokenizerFast
) -> None:
    """Lettered options are read as letters, others as texts, each one space after plain text."""
    rendering = chatty(tokenizer)
    choices = ("Oslo", "Rome", "Bonn")
    probe = Probe(id="p", prompt=prompt, reference="Rome", choices=choices, role=role)

    options = rendering.options(probe)

    assert [tokenizer.decode(text) for _, text in options] == expected
    assert {context for context, _ in options} == {rendering.prompt(probe)}


@pytest.mark.parametrize(
    ("prompt", "listed"),
    [
        ("A. Oslo\nB. Rome", True),
        ("A) Oslo B) Rome", True),
        ("(A) Oslo (B) Rome", True),
        ("A: Oslo\nB: Rome", True),
        ([{"role": "user", "content": "A. Oslo\nB. Rome"}], True),
        ("A. Oslo\nRome", False),
        ("A. Rome\nB. Oslo", False),
        ("Oslo or Rome?", False),
        ("USA. Oslo\nB. Rome", False),
    ],
)
def test_letters_are_listed_for_every_option_in_order(
    prompt: str | list[Message],
    listed: bool,
) -> None:
    """Only where each option stands behind its own letter do letters stand for options."""
    probe = Probe(id="p", prompt=prompt, reference="Rome", choices=("Oslo", "Rome"))

    assert lists_letters(probe) is listed


def test_a_text_has_the_tokens_of_its_own(tokenizer: PreTrainedTokenizerFast) -> None:
    """Special tokens around a text are not counted."""
    assert wrapping(tokenizer, "<s> $A </s>").num_tokens("four") == 4


def test_a_word_tokenizer_needs_no_chat_nor_bos() -> None:
    """A tokenizer that has neither BOS nor EOS renders words as they are."""
    backend = Tokenizer(models.WordLevel({"two": 0, "and": 1, "<unk>": 2}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    rendering = Rendering(tokenizer=PreTrainedTokenizerFast(tokenizer_object=backend))
    probe = Probe(id="p", prompt="two and", reference="two", scorer="likelihood")

    assert rendering.prompt(probe) == (0, 1)
    assert rendering.continued(probe, " two") == ((0, 1), (0,))


@pytest.mark.parametrize(
    "prompt",
    [
        "首都\uff1f\nA. 北京\nB. 上海\n答案\uff1a",
        "首都\uff1f\nA\uff0e北京\nB\uff0e上海",
        "首都\uff1fA\u3001北京 B\u3001上海",
        "首都\uff1f\n\uff08A\uff09北京\n\uff08B\uff09上海",
        "选项\uff1a\uff21\uff0e北京 \uff22\uff0e上海",
    ],
)
def test_letters_are_found_in_chinese_lists(prompt: str) -> None:
    """Wide letters, brackets and full stops, and a comma behind the letter."""
    probe = Probe(id="p", prompt=prompt, reference="北京", choices=("北京", "上海"))

    assert lists_letters(probe)
    assert not lists_letters(replace(probe, choices=("北京", "广州")))


@pytest.mark.parametrize(("prompt", "blank"), [("Answer:", " "), ("b", " "), ("首都\uff1a", "")])
def test_an_option_stands_apart_only_where_words_do(
    prompt: str, blank: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Behind a wide character or mark no blank is written, so that none is read."""
    probe = Probe(id="p", prompt=prompt, reference="x", choices=("x", "y"), role="target")

    ((_, text), _) = Rendering(tokenizer=tokenizer).options(probe)

    assert tokenizer.decode(text) == f"{blank}x"
