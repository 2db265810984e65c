"""Whether two exports name the same transaction of a chain: they write one hash in several ways, and ids of their own in its place.

A hash in hexadecimal has no case, and stands with or without `0x`, behind the address of an explorer, before the number of an output.
What is no hash, such as an exchange's own id of a move or the words `Internal transfer`, tells nothing of what another export names.
"""

import re

WRITTEN = r"^(.*/)?(0x)?|[:_-][0-9]{1,6}$"
"""What may stand around a hash in lower case."""
_HEXADECIMAL = re.compile(r"0x[0-9a-f]+|[0-9a-f]{64}", re.IGNORECASE)
_OTHER = re.compile(r"[0-9A-Za-z]{40,}")  # base 58 (Solana, Near) and base 32 (Algorand): the case counts
_OUTPUT = re.compile(r"[:_-][0-9]{1,6}$")


def same(mine: str | None, theirs: str | None) -> bool | None:
    """True for one transaction, False for two, None where that can't be told.

    Two hashes of a chain that differ are two transactions, and so are two ids of one numbering: letters and digits at the same places.
    """
    if not mine or not theirs:
        return None
    if mine == theirs:
        return True
    hashes = _hash(mine), _hash(theirs)
    if all(hashes):
        return hashes[0] == hashes[1]
    return False if _shape(mine) == _shape(theirs) else None


def _shape(text: str) -> str:
    return re.sub(r"[0-9]", "0", re.sub(r"[^\W\d_]", "a", text.strip()))


def _hash(text: str) -> str | None:
    bare = _OUTPUT.sub("", text.strip().rpartition("/")[2])
    if _HEXADECIMAL.fullmatch(bare):
        return bare.lower().removeprefix("0x")
    return bare if _OTHER.fullmatch(bare) else None
