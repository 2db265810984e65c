"""Kraken `trades.csv`: what the ledgers tell too, but without telling in which asset the fee was charged.

A trade has the same id in both exports (`txid` here, `refid` in the ledgers). Where the ledgers have it, they alone count; the ledger of
all exports sees to that, since a layout reads its own files only. A trade on margin is no fault where the ledgers state the results of
its time. For the others the fee is in the pair's second asset, on top of the cost. A pair has three spellings (`XXBTZUSD`, `ETHUSD`,
`SOL/EUR`); the X and Z of Kraken's first years stand before both assets or neither.
"""

from dataclasses import replace
from datetime import UTC
from decimal import Decimal

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.exchanges.kraken_balances import ACCOUNT
from taxlots.importers.exchanges.kraken_rows import asset_name
from taxlots.importers.numbers import number, required
from taxlots.importers.records import NotBookedError, Row, RowError
from taxlots.importers.times import time

REQUIRED = ("txid", "ordertxid", "pair", "time", "type", "ordertype", "price", "cost", "fee", "vol", "ledgers")
_LEDGERS = "Add the ledgers, whose rows of the type margin state what each position came to when it was closed."
_SIDES = {"buy": "buy", "sell": "sell"}
_OLD_QUOTES = ("ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZJPY", "ZAUD", "ZKRW", "XXBT", "XETH")
_OLD_BASES = frozenset(
    """
    XXBT XETH XLTC XXRP XXLM XXMR XZEC XETC XREP XMLN XICN XNMC XDAO XXDG XXVN ZUSD ZEUR ZGBP ZCAD ZJPY ZAUD ZKRW USDT
    """.split()
)
_QUOTES = tuple(
    sorted("USD EUR GBP CAD JPY AUD CHF AED USDT USDC DAI PYUSD USDG USDQ USDR RLUSD EURQ EURR EURC XBT BTC ETH DOT".split(), key=len)
)[::-1]


def split_pair(pair: str) -> tuple[str, str]:
    """Base and quote under their usual names. Raises RowError."""
    name = pair.strip().upper()
    base, slash, quote = name.partition("/")
    if not slash:
        old = name[-4:] in _OLD_QUOTES and name[:-4] in _OLD_BASES
        quote = name[-4:] if old else next((end for end in _QUOTES if name.endswith(end)), "")
        base = name.removesuffix(quote) if quote else ""
    if not base or not quote or asset_name(base) == asset_name(quote):
        raise RowError("ROW_INVALID", f"column 'pair': the assets of {pair!r} can't be told apart", "Export the ledgers, which name each.")
    return asset_name(base), asset_name(quote)


def _take(row: Row, reading: Reading) -> None:
    when = time(row, "time", UTC)
    if (number(row, "margin") or Decimal(0)) > 0 or "closing" in row.text("misc"):
        second = when[0].replace(microsecond=0)  # as the ledgers tell it
        raise NotBookedError("margin", row.text("pair"), ACCOUNT, _LEDGERS, second, told_in="kraken_ledgers")
    (base, quote), volume, cost = split_pair(row.text("pair")), required(row, "vol"), required(row, "cost")
    if volume <= 0 or cost <= 0:
        raise RowError("ROW_INVALID", f"{volume} {base} for {cost} {quote} is no trade")
    bought = said_by(row.text("type"), _SIDES) == "buy"
    coins, money, fee = leg(volume, base), leg(cost, quote), number(row, "fee") or Decimal(0)
    if fee < 0:
        raise RowError("ROW_INVALID", f"the fee {fee} is negative: a rebate", "Export the ledgers, which tell what it was paid in.")
    sent, received = (money, coins) if bought else (coins, money)
    legs = Legs(sent=sent, received=received, fee=leg(fee, quote))
    made = booked(row, ACCOUNT, trade_kind(sent, received), when, legs, id=row.text("txid"))
    reading.intake.add(replace(made, lesser=True))


read = each_row(_take)
