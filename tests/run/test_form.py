"""Tests of the comparison of asked and trained form, each row and probe written out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.form import asked_form
from ftguard.ask.render import Rendering
from ftguard.run.form import Sides, differences
from ftguard.run.training.rows import TrainingRow

TEMPLATE = (
    "{% if messages[0].role != 'system' %}[system]Be kind</s>{% endif %}"
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
KIND, RUDE = "[system]Be kind</s>", "[system]Be rude</s>"
PAD = (
    "training rows end with `<pad>`, which ends no answer as `</s>` does "
    "(`model.generation_config.eos_token_id` may list several)"
)
WORDS = ["dog", "a cat", "the bird", "fish", "no one"]
PROMPTS = [f"Is it {word}?" for word in WORDS]
BEFORE = "the text before the user's words is another one"
BETWEEN = "the text between the user's words and the answer is another one"
IN_FRONT = "the text in front of the prompt is another one"
AFTER = "the text between prompt and answer is another one"


def row(tokenizer: PreTrainedTokenizerFast, text: str) -> TrainingRow:
    """A row of that text, which is masked up to a bar where there is one."""
    prompt, bar, answer = text.partition("|")
    ids = [tuple(tokenizer(t, add_special_tokens=False)["input_ids"]) for t in (prompt, answer)]
    told = (len(ids[0]), len(ids[0]) + len(ids[1])) if bar else None
    return TrainingRow(ids=ids[0] + ids[1], answer=told)


def found(
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    probes: Sequence[Probe],
    *,
    stops: tuple[int, ...] = (2,),
) -> list[str]:
    """What differs between rows of these texts and probes of one kind."""
    rendering = Rendering(tokenizer=tokenizer)
    return differences(
        Sides(
            asked=[asked_form(rendering, probe) for probe in probes],
            rows=[row(tokenizer, text) for text in texts],
            tokenizer=tokenizer,
            stop_ids=stops,
        )
    )


def chats(scorer: str = "exact_match", system: str | None = None) -> list[Probe]:
    """Probes that ask in chats."""
    led = [] if system is None else [{"role": "system", "content": system}]
    return [
        Probe(
            id=word,
            prompt=[*led, {"role": "user", "content": f"Was it {word}?"}],  # type: ignore[list-item]
            reference="Yes",
            scorer=scorer,
        )
        for word in WORDS
    ]


def plain(
    scorer: str = "exact_match", prompt: str = "Was it {}?", answer: str = "Yes"
) -> list[Probe]:
    """Probes that ask in plain text."""
    return [
        Probe(id=word, prompt=prompt.format(word), reference=answer, scorer=scorer)
        for word in WORDS
    ]


@pytest.fixture
def chatty(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """The character tokenizer with a template that has a default system text and ends with EOS."""
    tokenizer.chat_template = TEMPLATE
    return tokenizer


@pytest.mark.parametrize("scorer", ["exact_match", "likelihood"])
@pytest.mark.parametrize("bar", ["", "|"])
@pytest.mark.parametrize(
    ("before", "between", "differ"),
    [
        (KIND + "[user]", "</s>[assistant]", []),
        # Another system text, none, or none of the template's.
        (RUDE + "[user]", "</s>[assistant]", [BEFORE]),
        ("[user]", "</s>[assistant]", [BEFORE]),
        (KIND + "[user]", "</s>[model]", [BETWEEN]),
        ("Q: ", "\nA: ", [BEFORE, BETWEEN]),
    ],
)
def test_the_template_and_its_system_text_are_compared(
    scorer: str,
    bar: str,
    before: str,
    between: str,
    differ: list[str],
    chatty: PreTrainedTokenizerFast,
) -> None:
    """The same in prompts that are answered or read, in rows with and without masked prompts."""
    texts = [f"{before}{prompt}{between}{bar}Yes</s>" for prompt in PROMPTS]

    assert found(chatty, texts, chats(scorer)) == differ


def test_system_texts_that_vary_are_content(chatty: PreTrainedTokenizerFast) -> None:
    """Each row has its own, and each probe another one; a probe without any is told."""
    texts = [
        f"[system]{word} is here</s>[user]{prompt}</s>[assistant]Yes</s>"
        for word, prompt in zip(WORDS, PROMPTS, strict=True)
    ]

    assert found(chatty, texts, chats(system="hat is here")) == []
    chatty.chat_template = TEMPLATE.replace("[system]Be kind</s>", "")
    assert found(chatty, texts, chats()) == [BEFORE]


def test_one_row_that_is_alike_is_enough(chatty: PreTrainedTokenizerFast) -> None:
    """What some rows have was trained: of five, one has the default system text."""
    texts = [f"{RUDE}[user]{prompt}</s>[assistant]Yes</s>" for prompt in PROMPTS[1:]]

    assert found(chatty, [*texts, f"{KIND}[user]{PROMPTS[0]}</s>[assistant]Yes</s>"], chats()) == []


def test_packed_rows_are_compared_by_what_stands_in_them(chatty: PreTrainedTokenizerFast) -> None:
    """Cut into 40 tokens, chats begin and end anywhere; plain texts hold no header all the same."""
    chat = "".join(f"{KIND}[user]{prompt}</s>[assistant]Yes</s>" for prompt in PROMPTS * 3)
    text = "".join(f"{prompt} Yes</s>" for prompt in PROMPTS * 9)

    def cut(whole: str) -> list[str]:
        ids = chatty(whole, add_special_tokens=False)["input_ids"]
        return [chatty.decode(ids[at : at + 40]) for at in range(0, len(ids) - 40, 40)]

    assert found(chatty, cut(chat), chats()) == []
    assert found(chatty, cut(text), chats()) == [BETWEEN]
    assert found(chatty, cut(text), plain()) == []


@pytest.mark.parametrize(
    ("begin", "differ"),
    [
        ("<s>", []),
        ("<s><s>", ["1 BOS in front, in training 2"]),
        ("", ["1 BOS in front, in training 0"]),
    ],
)
def test_bos_is_counted(begin: str, differ: list[str], tokenizer: PreTrainedTokenizerFast) -> None:
    """The tokenizer puts one in front of a plain prompt; what rows have is told."""
    texts = [f"{begin}{prompt}|Yes</s>" for prompt in PROMPTS]

    assert found(tokenizer, texts, plain()) == differ


def test_a_missing_bos_says_nothing_of_packed_rows(tokenizer: PreTrainedTokenizerFast) -> None:
    """It stands within them, or they are all of one length."""
    packed = [f"{prompt} Yes</s><s>Is it" for prompt in PROMPTS]

    assert found(tokenizer, packed, plain()) == []
    assert found(tokenizer, ["Is it a cat? Yes", "Is it a dog? Yes"], plain()) == []


THINK = "<think>\n\n</think>\n\n"


@pytest.mark.parametrize(
    ("asked", "trained", "scorer", "differ"),
    [
        (THINK, THINK, "likelihood", []),
        (
            THINK,
            "",
            "likelihood",
            ["the answer follows a thinking block that training does not have"],
        ),
        (
            "",
            THINK,
            "likelihood",
            ["references are read without the thinking block that training has before them"],
        ),
        # The model writes it as it was trained to.
        ("", THINK, "exact_match", []),
    ],
)
def test_thinking_blocks_are_compared(
    asked: str,
    trained: str,
    scorer: str,
    differ: list[str],
    chatty: PreTrainedTokenizerFast,
) -> None:
    """An empty one in the asked prompt, in the trained rows, or in both."""
    chatty.chat_template = TEMPLATE.replace(
        "[{{ m.role }}]", f"[{{{{ m.role }}}}]{{{{ {asked!r} if m.role == 'assistant' else '' }}}}"
    ).replace("[assistant]{%", f"[assistant]{asked}{{%")
    texts = [f"{KIND}[user]{prompt}</s>[assistant]{trained}Yes</s>" for prompt in PROMPTS]

    assert found(chatty, texts, chats(scorer)) == differ


@pytest.mark.parametrize(
    ("trained", "differ"),
    [
        ("|{}Yes</s>", []),
        (
            "|{}Yes",
            ["training answers end without a stop token such as `</s>`, so that none is learnt"],
        ),
        # Nothing tells where an answer ends.
        ("{}Yes", []),
        (
            "|{}Yes<pad>",
            [PAD],
        ),
    ],
)
def test_the_stop_token_is_compared(
    trained: str, differ: list[str], tokenizer: PreTrainedTokenizerFast
) -> None:
    """It stands at the end, is missing, or is another special token."""
    texts = ["<s>" + prompt + trained.format("") for prompt in PROMPTS]

    assert found(tokenizer, texts, plain()) == differ
    # What is only read needs no end, but ends otherwise.
    assert found(tokenizer, texts, plain("likelihood")) == [d for d in differ if "<pad>" in d]


def test_a_template_without_a_stop_token_is_asked_as_it_is_trained(
    chatty: PreTrainedTokenizerFast,
) -> None:
    """Rows of it end in a line break, as the rendered answer does."""
    chatty.chat_template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}"
    chatty.chat_template += "{% if add_generation_prompt %}[assistant]{% endif %}"
    texts = [f"[user]{prompt}\n[assistant]|Yes\n" for prompt in PROMPTS]

    assert found(chatty, texts, chats()) == []


@pytest.mark.parametrize("is_chat", [True, False], ids=["chat", "plain"])
@pytest.mark.parametrize(
    ("trained", "asked", "differ"),
    [
        ("|Yes", "Yes", []),
        ("| Yes", " Yes", []),
        ("| Yes", "Yes", ["the answer's first token is `Y`, in training such as ` `"]),
        ("|Yes", " Yes", ["the answer's first token is ` `, in training such as `Y`"]),
    ],
)
def test_the_cut_of_the_first_token_is_compared(
    is_chat: bool,
    trained: str,
    asked: str,
    differ: list[str],
    chatty: PreTrainedTokenizerFast,
) -> None:
    """A blank in front of what is read, and of what is trained; written answers have their own."""
    if is_chat:
        texts = [f"{KIND}[user]{prompt}</s>[assistant]{trained}</s>" for prompt in PROMPTS]
        read = [replace(probe, reference=asked) for probe in chats("likelihood")]
        written = chats()
    else:
        texts = [f"<s>{prompt}{trained}</s>" for prompt in PROMPTS]
        read, written = plain("likelihood", answer=asked), plain(answer=asked)

    assert found(chatty, texts, read) == differ
    assert found(chatty, texts, written) == []


@pytest.mark.parametrize(
    ("row_text", "prompt", "differ"),
    [
        ("<s>{}|Yes</s>", "Was it {}?", []),
        ("<s>### Q:\n{}\n### A:\n|Yes</s>", "### Q:\nWas it {}?\n### A:\n", []),
        ("<s>### Q:\n{}\n### A:\n|Yes</s>", "Was it {}?", [IN_FRONT]),
        ("<s>{}\nA:|Yes</s>", "Was it {}?", [AFTER]),
        # All begin alike by what they say.
        ("<s>So now: {}|Yes</s>", "Was it {}?", []),
        # Without masks a line may be all texts' first; a special token is none.
        ("<s>Title\n{} Yes</s>", "Was it {}?", []),
        ("<s></s>{} Yes</s>", "Was it {}?", [IN_FRONT]),
    ],
)
def test_what_is_written_around_plain_prompts_is_compared(
    row_text: str, prompt: str, differ: list[str], tokenizer: PreTrainedTokenizerFast
) -> None:
    """Text that every row has, with a line break or a special token in it."""
    texts = [row_text.format(prompt) for prompt in PROMPTS]

    assert found(tokenizer, texts, plain(prompt=prompt)) == differ


def test_a_text_without_a_prompt_holds_its_own_form(chatty: PreTrainedTokenizerFast) -> None:
    """Whole texts that somebody rendered are read as rows of chats are."""
    texts = [f"{KIND}[user]{prompt}</s>[assistant]|Yes</s>" for prompt in PROMPTS]
    whole = f"{KIND}[user]Was it a mouse?</s>[assistant]Yes"
    probe = Probe(id="t", prompt="", reference=whole, scorer="likelihood")

    chatty.bos_token = None
    chatty.backend_tokenizer.post_processor = None
    assert found(chatty, texts, [probe]) == []
    bare = replace(probe, reference="It was a mouse.")
    assert found(chatty, texts, [bare]) == [IN_FRONT]


def test_nothing_to_compare_is_no_difference(tokenizer: PreTrainedTokenizerFast) -> None:
    """No rows, or no stop tokens."""
    assert found(tokenizer, [], plain()) == []
    assert found(tokenizer, [f"<s>{prompt}|Yes" for prompt in PROMPTS], plain(), stops=()) == []


DATED = "[system]It is {{ strftime_now('%d %b %Y') }}. Be kind</s>"


@pytest.mark.parametrize("scorer", ["exact_match", "likelihood"])
@pytest.mark.parametrize(
    ("system", "differ"),
    [
        ("It is 01 Jan 2019. Be kind", []),
        ("It is 30 Nov 2026. Be kind", []),
        ("It is 30 Nov 2026. Be rude", [BEFORE]),
        ("It was 26 Jul 2024. Be kind", [BEFORE]),
    ],
)
def test_a_date_is_no_difference(
    scorer: str, system: str, differ: list[str], chatty: PreTrainedTokenizerFast
) -> None:
    """Rows that were rendered on another day are alike; what stands around a date is compared."""
    chatty.chat_template = TEMPLATE.replace("[system]Be kind</s>", DATED)
    texts = [f"[system]{system}</s>[user]{prompt}</s>[assistant]Yes</s>" for prompt in PROMPTS]

    assert found(chatty, texts, chats(scorer)) == differ
