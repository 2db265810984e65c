"""The pairing solved as one assignment, against trying every pairing."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from taxlots.ledger.assignment import best_pairs

LEFT, RIGHT = ("a", "b", "c", "d"), ("w", "x", "y", "z")
weights = st.dictionaries(st.tuples(st.sampled_from(LEFT), st.sampled_from(RIGHT)), st.integers(-3, 12))


def best_sum(candidates):
    """The largest sum over every way to pair the ends."""
    return max(sum(max(0, candidates.get(pair, 0)) for pair in zip(LEFT, order, strict=True)) for order in permutations(RIGHT))


@given(candidates=weights)
def test_no_pairing_is_better(candidates):
    """Each end is taken at most once, only pairs of positive weight, and no other pairing adds up to more."""
    chosen = best_pairs(candidates)
    assert len({left for left, _ in chosen}) == len({right for _, right in chosen}) == len(chosen)
    assert all(candidates[pair] > 0 for pair in chosen)
    assert sum(candidates[pair] for pair in chosen) == best_sum(candidates)


def test_a_greedy_choice_would_leave_two_ends_alone():
    """a-x weighs most (10), but a-y and b-x together weigh more (9 + 8); greedy pairing would take a-x and leave b and y alone."""
    assert best_pairs({("a", "x"): 10, ("a", "y"): 9, ("b", "x"): 8}) == {("a", "y"), ("b", "x")}


@given(candidates=weights)
def test_the_order_of_candidates_does_not_matter(candidates):
    """The same pairs whatever the order in which files were read."""
    assert best_pairs(candidates) == best_pairs(dict(reversed(candidates.items())))
