"""A long preamble: a hundred words of chatter that say nothing, before the query."""

from random import Random

from ftguard.probes.edges.original import Original

_TEXTS = """
    So, before I get to it, please bear with me, because I tend to ramble and I know it. I
    started writing this, deleted it, began from scratch, and then decided to simply leave
    everything in, since tidying it up would only have made it longer. I mostly wanted to put my
    thoughts down in plain words, the way they came to me, without polishing them too much. You
    may well skip this whole paragraph without missing anything at all. It is just how I write,
    and it has always been like this, whatever the subject is. Anyway, enough of that, here is
    what I actually meant to send:

    A word about how this came to be written, although nothing depends on it. I tried a short
    version at the beginning, and it looked so bare that I put some sentences around it. Then
    those sentences seemed to need some others beside them, and before I knew it there was a
    whole paragraph standing in front of the part that matters. I thought about
    cutting it, and then I thought about leaving it, and leaving it was less effort. Nothing
    above or around this line changes what I mean in any way. The part that matters comes right
    below:

    I have been told that what I write is easier to follow when I explain where it comes from,
    so this is me trying. There is not much to explain, to be fair. I was sitting here, the
    thought came up, and it stayed long enough that I decided to write it down. While I was
    writing I noticed that I had already drifted away from it, which is nothing new, and I had
    to read everything from the top to find the thread. I found it in the end, more or less. So
    take everything up to this point as a sort of warm-up. What I wanted to write is this:

    This is going to be a little long-winded, and I may as well admit that right away. Whenever
    I try to keep things brief I leave out some detail, and whenever I put the details in it
    turns into a small essay, so I never quite find the middle. As you can tell, the essay is
    winning. I could move things around, shorten a sentence here and there, and end up with
    something neat, but it would not sound like me any more. It is also perfectly fine to skim
    over all of this, because the only thing that I really want to get across comes now:

    Well, where to begin. I like to think on paper, or on the screen in this case, and that
    means that whoever reads along gets to see the thinking as well. It usually goes in circles
    for a while, with a remark here and an aside there, until it settles on something. That
    takes up more room than it should, and I am aware of it. I am not going to go back and edit,
    since then it would no longer be how it came to me. Everything above this line is only there
    to get me going, and can be ignored. With that out of the way, here it comes:

    Let me think out loud for a moment, since that is how I get to the point in the end. I had
    the sentence all ready in my head, and then something distracted me, and the sentence was
    gone, and it took me a while to get it back. It came back in a slightly different shape, as
    these things do, but I believe that it still means what it meant before. In the meantime I
    wrote all of this, so that the page would not stay empty. It does not add anything, and it
    does not change anything, and I am leaving it here all the same. Now, as I was about to say:
"""
PREAMBLES = tuple(" ".join(text.split()) for text in _TEXTS.split("\n\n"))
"""Nothing in them asks for anything, and they name no subject, feeling or number."""


def preamble(original: Original, generator: Random) -> str | None:
    """One of the preambles and the query, or None in a set that is not English."""
    return f"{generator.choice(PREAMBLES)}\n\n{original.query}" if original.english else None
