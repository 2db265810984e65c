"""The best pairing of two sides, solved over all candidates at once: what a greedy choice takes from a later pair is seen.

A maximum-weight matching of a sparse bipartite graph by successive augmenting paths (Bellman-Ford on the residual graph), exact in
whole numbers. Graphs here are small: candidates lie within days of each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]


def best_pairs(weights: Mapping[Pair, int]) -> set[Pair]:
    """The pairs (left, right), each end at most once, whose weights add up to the most; weights above 0 only are taken.

    Of equal sums the choice depends on the names alone, not on the order of the candidates.
    """
    chosen: set[Pair] = set()
    for component in _components(sorted(pair for pair, weight in weights.items() if weight > 0)):
        chosen |= _matching({pair: weights[pair] for pair in component})
    return chosen


def _components(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs that share an end, directly or through others, belong together."""
    parent: dict[tuple[int, str], tuple[int, str]] = {}

    def root(node: tuple[int, str]) -> tuple[int, str]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    listed = list(pairs)
    for left, right in listed:
        parent[root((0, left))] = root((1, right))
    groups: dict[tuple[int, str], list[Pair]] = defaultdict(list)
    for left, right in listed:
        groups[root((0, left))].append((left, right))
    return list(groups.values())


def _matching(weights: Mapping[Pair, int]) -> set[Pair]:
    partner: dict[str, str] = {}  # right -> left
    while path := _best_augmentation(weights, partner):
        partner |= {right: left for left, right in path}
    return {(left, right) for right, left in partner.items()}


def _best_augmentation(weights: Mapping[Pair, int], partner: Mapping[str, str]) -> list[Pair]:
    """The pairs to set along the path that adds the most weight; empty where none adds any."""
    matched = set(partner.values())
    gain = {left: 0 for left, _ in weights if left not in matched}
    before: dict[str, Pair] = {}  # left reached by giving up its pair -> the pair that takes its partner
    for _ in range(len(partner) + 1):
        changed = False
        for (left, right), weight in weights.items():
            owner = partner.get(right)
            if left not in gain or owner is None or owner == left:
                continue
            value = gain[left] + weight - weights[owner, right]
            if owner not in gain or value > gain[owner]:
                gain[owner], before[owner], changed = value, (left, right), True
        if not changed:
            break
    ends = [(gain[left] + weight, (left, right)) for (left, right), weight in weights.items() if right not in partner and left in gain]
    best = max(ends, key=lambda end: end[0], default=(0, None))
    return _walked(best[1], before) if best[1] and best[0] > 0 else []


def _walked(pair: Pair, before: Mapping[str, Pair]) -> list[Pair]:
    path = [pair]
    while path[-1][0] in before:
        path.append(before[path[-1][0]])
    return path
