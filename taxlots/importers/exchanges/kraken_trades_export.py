"""Kraken `trades.csv`: what the ledgers tell too, without telling in which asset the fee was charged. No row of it is booked.

A trade has the same id in both exports (`txid` here, `refid` in the ledgers), but where a fee was charged in the coin, or amounts were
rounded, the two would differ; so the ledgers alone decide.
"""

from taxlots.importers import repeated_exports

REQUIRED = ("txid", "ordertxid", "pair", "time", "type", "ordertype", "price", "cost", "fee", "vol", "ledgers")
read = repeated_exports.set_aside(
    "Kraken trades repeat the ledgers; export the ledgers",
    "On kraken.com: Documents, New export, type Ledgers, the full period. Where they are given, nothing needs to be done.",
)
