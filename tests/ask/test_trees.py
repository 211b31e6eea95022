"""Tests of how texts that share a beginning are laid out in one row, worked out by hand."""

import torch

from ftguard.ask.trees import Branch, Tree, lay_out, trees_of

LEAST = torch.finfo(torch.float32).min


def test_options_are_branches_of_their_context() -> None:
    """Three options of 2, 1 and 2 tokens behind 4: 4 + 1 + 0 + 1 tokens are run, in place of 14."""
    context = (5, 6, 7, 8)

    (tree,) = trees_of([(context, (1, 2)), (context, (3,)), (context, (4, 9))])

    assert tree == Tree(
        trunk=context,
        branches=(Branch(ids=(1, 2), told=2), Branch(ids=(3,), told=1), Branch(ids=(4, 9), told=2)),
    )
    assert (tree.width, tree.told, tree.is_packed) == (6, 5, True)


def test_contexts_that_part_late_share_what_is_before() -> None:
    """Contexts that differ in their last token of six: the trunk is five tokens, and of each branch
    the text alone is told.
    """
    one, other = (5, 6, 7, 8, 9, 10), (5, 6, 7, 8, 9, 11)

    (tree,) = trees_of([(one, (1, 2)), (other, (1, 2))])

    assert tree.trunk == (5, 6, 7, 8, 9)
    assert tree.branches == (Branch(ids=(10, 1, 2), told=2), Branch(ids=(11, 1, 2), told=2))


def test_what_saves_little_is_read_apart() -> None:
    """Two long texts behind two tokens: 2 of 22 tokens would be saved, for a row twice as wide."""
    context, texts = (5, 6), (tuple(range(10)), tuple(range(20, 30)))

    assert trees_of([(context, text) for text in texts]) == tuple(
        Tree(trunk=context, branches=(Branch(ids=text, told=10),)) for text in texts
    )
    assert len(trees_of([((1, 2), (3,)), ((4, 5), (6,))])) == 2


def test_a_batch_is_laid_out_by_hand() -> None:
    """A trunk of 3 with branches of 3 and 2 tokens, and a text of 2 behind one token.

    The last tokens of branches are not run; the first token of each is told of by the trunk's end.
    """
    packed = Tree(
        trunk=(5, 6, 7), branches=(Branch(ids=(1, 2, 3), told=3), Branch(ids=(8, 9), told=1))
    )
    single = Tree(trunk=(5,), branches=(Branch(ids=(4, 2), told=2),))

    layout = lay_out([packed, single], pad_id=0)

    assert layout.ids.tolist() == [[5, 6, 7, 1, 2, 8], [5, 4, 0, 0, 0, 0]]
    assert layout.positions[0].tolist() == [0, 1, 2, 3, 4, 3]
    assert layout.positions[1].tolist()[:2] == [0, 1]
    assert layout.segments.tolist() == [[0, 0, 0, 1, 1, 2], [0, 1, -1, -1, -1, -1]]
    assert layout.rows.tolist() == [0, 0, 0, 0, 1, 1]
    assert layout.places.tolist() == [2, 3, 4, 5, 0, 1]
    assert layout.targets.tolist() == [1, 2, 3, 9, 4, 2]


def test_a_branch_sees_its_trunk_and_itself() -> None:
    """The second branch's token sees the trunk and not the first branch; two tokens are before."""
    tree = Tree(trunk=(5, 6, 7), branches=(Branch(ids=(1, 2), told=2), Branch(ids=(8, 9), told=2)))

    layout = lay_out([tree], pad_id=0, shared=2)
    mask = layout.mask(2, torch.float32, torch.device("cpu"))

    assert layout.ids.tolist() == [[7, 1, 8]]
    assert layout.positions.tolist() == [[2, 3, 3]]
    assert (mask[0, 0] == 0).tolist() == [
        [True, True, True, False, False],
        [True, True, True, True, False],
        [True, True, True, False, True],
    ]
    assert set(mask.flatten().tolist()) == {0.0, LEAST}
