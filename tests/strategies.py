"""Hypothesis strategies shared by the suites: lifelike histories in the universal columns."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from taxlots.importers.records import Transaction

START = datetime(2023, 1, 10, 12, tzinfo=UTC)
ASSETS = ("BTC", "ETH")
ACCOUNTS = ("kraken", "ledger")

quantities = st.integers(1, 400).map(lambda n: Decimal(n) / 8)
amounts = st.integers(1, 100_000).map(lambda n: Decimal(n) / 100)
moments = st.integers(0, 900).map(lambda n: START + timedelta(hours=17 * n))


@st.composite
def transactions(draw, most=14, *, crowded=False):
    """A history of buys, sells, swaps, transfers, income and spends, in any order, with fees in money or in the asset given.

    `crowded`: within a hundred days, so that many share a day or a month.
    """
    when = moments if not crowded else st.integers(0, 400).map(lambda n: START + timedelta(hours=6 * n))
    rows = [draw(_one(index, when)) for index in range(draw(st.integers(1, most)))]
    return sorted(rows, key=lambda t: (t.time, t.sources))


@st.composite
def _one(draw, index, when):
    kind = draw(st.sampled_from(["buy", "buy", "buy", "sell", "swap", "transfer", "income:staking", "spend"]))
    first, second = draw(st.permutations(ASSETS))
    account, other = draw(st.permutations(ACCOUNTS))
    legs = {
        "buy": {"sent_quantity": draw(amounts), "sent_asset": "USD", "received_quantity": draw(quantities), "received_asset": first},
        "sell": {"sent_quantity": draw(quantities), "sent_asset": first, "received_quantity": draw(amounts), "received_asset": "USD"},
        "swap": {
            "sent_quantity": draw(quantities),
            "sent_asset": first,
            "received_quantity": draw(quantities),
            "received_asset": second,
            "value": draw(amounts),
        },
        "transfer": {"sent_quantity": draw(quantities), "sent_asset": first, "counter_account": other},
        "income:staking": {"received_quantity": draw(quantities), "received_asset": first, "value": draw(amounts)},
        "spend": {"sent_quantity": draw(quantities), "sent_asset": first, "value": draw(amounts)},
    }[kind]
    fee = draw(st.sampled_from(["none", "money", "own"])) if kind in {"sell", "swap", "transfer", "spend"} else "none"
    if fee == "money" and kind != "transfer":
        legs |= {"fee_quantity": Decimal("0.5"), "fee_asset": "USD", "fee_value": Decimal("0.5")}
    if fee == "own":
        legs |= {"fee_quantity": Decimal("0.125"), "fee_asset": first, "fee_value": Decimal("1.25")}
    return Transaction(time=draw(when), account=account, kind=kind, id=f"t{index}", sources=(("h.csv", index + 2),), **legs)
