"""How far apart two spellings are: wrong, missing, additional and swapped characters."""

from __future__ import annotations


def within_edits(one: str, other: str, most: int) -> bool:
    """Whether at most `most` edits lead from `one` to `other`.

    Optimal string alignment (Damerau 1964, Levenshtein 1966): two neighbours swapped are one edit.
    """
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, character in enumerate(one, start=1):
        current = [row]
        for column, compared in enumerate(other, start=1):
            cost = min(
                above[column] + 1,
                current[column - 1] + 1,
                above[column - 1] + (character != compared),
            )
            if _swapped(one, other, row, column):
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return False
        before, above = above, current
    return above[-1] <= most


def _swapped(one: str, other: str, row: int, column: int) -> bool:
    return (
        row > 1
        and column > 1
        and one[row - 1] == other[column - 2]
        and one[row - 2] == other[column - 1]
    )
