"""Makes the demo's target task: a support ticket goes to one of twelve teams.

What a ticket is about is said by one phrase; an opening and a closing stand around it. Each team
has *known* phrases, which the base model has met, and *new* ones, which it has not: it routes most
of the former and guesses at the latter. Fine-tuning sees all phrases of the eight frequent teams
and no ticket of the four rare ones. So the target (frequent teams) has room to gain, and the tail
(rare teams) something to lose.

A ticket is held out by its text (its CRC-32): of ten texts two are only ever evaluated on. They
are new wordings, since the same phrase, opening and closing never come together in training.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Literal

Split = Literal["pretrain", "train", "rare", "target", "tail"]
"""What the base learns from; what is fine-tuned on, and could be; held-out frequent and rare
tickets."""

PROMPTS = ("ticket: {} team=", "route: {}=", "{} goes to=")
"""The first is the one that all but pretraining uses."""
OPENINGS = (
    "", "hello, ", "hi, ", "dear team, ", "please help: ", "sorry, but ", "good day, ", "urgent: ",
    "as of today, ", "it seems ", "again, ", "i must say ",
)  # fmt: skip
CLOSINGS = (
    "", ", thanks", ", please help", ", best wishes", ", what now?", ", please reply soon",
    ", i am waiting", ", kind regards", ", it is urgent", ", can you look?", ", many thanks", "!",
)  # fmt: skip
MOST_TRIES = 10_000
"""Draws without a new ticket before a split counts as used up."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """Where tickets go, and what the tickets that go there say."""

    label: str
    rare: bool = False
    """Whether fine-tuning leaves this team out."""
    known: tuple[str, ...]
    """Phrases that the base model learns in pretraining."""
    new: tuple[str, ...]
    """Phrases that it meets in fine-tuning, or never where the team is rare."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One ticket with the team that it belongs to."""

    prompt: str
    """At most 100 characters, the last one `=`."""
    label: str
    """The label of a team of `TEAMS`."""
    rare: bool
    """Whether fine-tuning leaves this team out."""

    @property
    def answer(self) -> str:
        """What follows the prompt, without the end token: the label itself."""
        return self.label


TEAMS = (
    Team(
        label="billing",
        known=("i was charged twice", "my invoice is wrong", "the bill is too high",
               "an invoice is missing", "the charge is not mine", "i see a double charge"),
        new=("the amount due looks off", "my statement does not add up", "a fee was added",
             "i paid more than agreed", "vat is not listed", "my account was debited"),
    ),
    Team(
        label="refund",
        known=("i want my money back", "when is my refund paid", "my refund is late",
               "please refund me", "the refund is too small", "no refund has arrived"),
        new=("pay me back what i spent", "i ask to be reimbursed", "i still wait for the credit",
             "give back the full price", "the repayment never came", "i am owed the money"),
    ),
    Team(
        label="login",
        known=("i forgot my password", "i can't log in", "the login page fails",
               "my password is refused", "i am locked out", "the reset link is dead"),
        new=("no code reaches my phone", "my user name is unknown", "sign in does not work",
             "it says wrong pin", "two step check fails", "i can't get into my account"),
    ),
    Team(
        label="shipping",
        known=("my parcel is late", "where is my parcel", "the delivery never came",
               "the parcel went elsewhere", "delivery takes too long", "no delivery date is shown"),
        new=("the courier did not ring", "tracking stands still", "my box is stuck at customs",
             "the driver left it outside", "it has not been sent", "the van never turned up"),
    ),
    Team(
        label="exchange",
        known=("the size is wrong", "i want another colour", "can i swap the shoes",
               "i need a larger size", "swap it for a new one", "the colour is not right"),
        new=("it is too tight for me", "the fit is bad", "i would rather have blue",
             "trade it for the other model", "i picked the wrong one", "a bigger one, please"),
    ),
    Team(
        label="upgrade",
        known=("i want the larger plan", "how do i upgrade", "add more seats to my plan",
               "move me to premium", "the upgrade does not start", "i need the pro plan"),
        new=("we need more storage", "our limit is too low", "unlock the extra features",
             "five more users joined us", "switch us to the top tier", "we outgrew the trial"),
    ),
    Team(
        label="cancel",
        known=("cancel my plan", "i want to end my contract", "stop my subscription",
               "how do i cancel", "end it this month", "do not renew my plan"),
        new=("i am leaving you", "close my membership", "i no longer need the service",
             "terminate the agreement", "i won't stay another year", "take me off the list"),
    ),
    Team(
        label="warranty",
        known=("it broke after a week", "the screen is cracked", "the device is dead",
               "repair my device", "it does not turn on", "is the repair free"),
        new=("the battery won't hold", "a button fell off", "it smells burnt",
             "the hinge came loose", "it makes a grinding noise", "water got into it"),
    ),
    Team(
        label="outage",
        rare=True,
        known=("your site is down", "nothing loads today", "the server does not answer",
               "error 500 on all pages", "the whole service is down", "your api gives no answer"),
        new=("all of us see a blank page", "everything timed out"),
    ),
    Team(
        label="privacy",
        rare=True,
        known=("delete my personal data", "who sees my data", "i object to tracking cookies",
               "my data was leaked", "send me all my data", "do you sell my address"),
        new=("erase what you hold on me", "forget me entirely"),
    ),
    Team(
        label="legal",
        rare=True,
        known=("my lawyer will write", "this breaks the law", "i will take you to court",
               "you breach our contract terms", "here is a court order", "i will sue you"),
        new=("expect a claim from counsel", "this is a notice of suit"),
    ),
    Team(
        label="press",
        rare=True,
        known=("i write for a newspaper", "may i quote your ceo", "i am a journalist",
               "can we film in your office", "a question for our article", "who is your spokesman"),
        new=("our magazine plans a story", "an interview for the radio"),
    ),
)  # fmt: skip
"""The eight frequent teams, then the four rare ones."""


def held_out(text: str) -> bool:
    """Whether a ticket's text is only ever evaluated on: two texts of ten, by CRC-32."""
    return zlib.crc32(text.encode()) % 10 < 2  # noqa: PLR2004


def routing_examples(
    split: Split, n: int, seed: int, *, labels: Collection[str] = ()
) -> list[Ticket]:
    """Draw tickets of a split, its teams taking turns.

    * `pretrain`: all teams, known phrases, every way of asking; a ticket may come again.
    * `train`: frequent teams, all phrases; none comes twice and none is held out.
    * `rare`: the same of the rare teams, which the demo leaves out.
    * `target`: as `train`, but held out, and with words before and after the matter, so that no
      ticket is a part of one that is trained on.
    * `tail`: rare teams, all phrases, held out in the same way.

    Args:
        split: what the tickets are for.
        n: how many.
        seed: same seed, same tickets.
        labels: only of these teams; of all where none is named.

    Raises:
        ValueError: there are not so many different tickets in this split.
    """
    random = Random(seed)
    rare = split in {"rare", "tail"}
    teams = [team for team in TEAMS if split == "pretrain" or team.rare == rare]
    teams = [team for team in teams if not labels or team.label in labels]
    seen: set[str] = set()
    tickets = []
    for index in range(n):
        ticket = _draw(random, teams[index % len(teams)], split, seen)
        if split != "pretrain":
            seen.add(ticket.prompt)
        tickets.append(ticket)
    return tickets


def _draw(random: Random, team: Team, split: Split, seen: set[str]) -> Ticket:
    phrases = team.known if split == "pretrain" else team.known + team.new
    prompts = PROMPTS if split == "pretrain" else PROMPTS[:1]
    for _ in range(MOST_TRIES):
        parts = random.choice(OPENINGS), random.choice(phrases), random.choice(CLOSINGS)
        text = "".join(parts)
        prompt = random.choice(prompts).format(text)
        evaluated = split in {"target", "tail"}
        framed = all(any(map(str.isalpha, part)) for part in parts)
        if held_out(text) == evaluated and prompt not in seen and (framed or not evaluated):
            return Ticket(prompt=prompt, label=team.label, rare=team.rare)
    raise ValueError(f"team `{team.label}` has no further tickets for `{split}`: ask for fewer.")
