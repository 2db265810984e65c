"""Wallet exports whose rows name no coin: the file's name does (`export-btc-2024.csv`)."""

import re
from pathlib import PurePosixPath

from taxlots.importers.records import Row, RowError

_COINS = frozenset(
    [
        "BTC",
        "LTC",
        "BCH",
        "BSV",
        "BTG",
        "DASH",
        "DGB",
        "DOGE",
        "NMC",
        "VTC",
        "ZEC",
        "ETH",
        "ETC",
        "XRP",
        "XLM",
        "ADA",
        "SOL",
        "XTZ",
        "XMR",
        "EOS",
        "NEM",
        "XEM",
        "GRS",
    ]
)
_NAMES = {"BITCOIN": "BTC", "LITECOIN": "LTC", "ETHEREUM": "ETH", "DOGECOIN": "DOGE", "ZCASH": "ZEC", "CARDANO": "ADA", "SOLANA": "SOL"}


def coin_of(row: Row, default: str | None = None) -> str:
    """The one coin that the name of the row's file holds. Raises RowError where it holds none (and no default) or several."""
    name = PurePosixPath(row.file.replace("\\", "/").rpartition("!")[2] or row.file).name.partition("#")[0]
    words = [word.upper() for word in re.split(r"[^A-Za-z]+", name)]
    found = sorted({_NAMES.get(word, word) for word in words if word in _COINS or word in _NAMES})
    if len(found) == 1:
        return found[0]
    if not found and default:
        return default
    told = f"names several coins ({', '.join(found)})" if found else "names no coin"
    hint = "Put the coin's ticker into the file's name, as in export-btc.csv."
    raise RowError("ROW_INVALID", f"no column says which coin this is, and the file's name {name!r} {told}", hint)
