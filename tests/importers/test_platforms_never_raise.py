"""Whatever stands in the cells of an export: no exception, and exactly one fate per row."""

from datetime import UTC

import pytest
from goldens import assert_one_fate_each, written
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots.importers.detect import Layout
from taxlots.importers.exchanges import coinbase, kraken
from taxlots.importers.records import Row, Table

COINBASE = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
)
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance,amountusd,feeusd,feecurrency"
NUMBERS = ["", "0", "1", "-1", "0.5", "-2.5", "1e-25", "999999999999999999", "x", "$3.00", "(4)", "1,5"]
TYPES = [*coinbase._TRADES, *coinbase._PAIRED, *coinbase._OUT, "Receive", "Reward Income", "Nonsense", ""]
NOTES = ["", "Converted 1 BTC to 2 ETH", "Bought 1 BTC for 2 USDC on BTC-USDC at 2 USDC/BTC", "Sold 1 BTC for €0.5"]
LEDGER_TYPES = ["trade", "spend", "receive", "deposit", "withdrawal", "staking", "earn", "transfer", "margin", ""]
SUBTYPES = ["", "reward", "spottofutures", "spotfromfutures", "delistingconversion", "allocation"]
TIMES = ["2025-01-01 00:00:00 UTC", "2025-01-01 00:00:05", "01/02/2019", "never", ""]
ASSETS = ["BTC", "XXBT", "ETH2", "ETH", "ZEUR", "USD", "USDC", "KFEE", ""]


def _cell(name: str) -> st.SearchStrategy[str]:
    choices = {
        "ID": ["", "a", "b"],
        "Timestamp": TIMES,
        "Transaction Type": TYPES,
        "Asset": ASSETS,
        "Price Currency": ["", "USD", "EUR", "USDC"],
        "Notes": NOTES,
        "txid": ["", "a", "b", "c"],
        "refid": ["", "Unknown", "r", "s"],
        "time": TIMES,
        "type": LEDGER_TYPES,
        "subtype": SUBTYPES,
        "aclass": ["currency"],
        "asset": ASSETS,
        "wallet": ["", "spot / main"],
        "feecurrency": ["", "USD", "BTC"],
    }
    return st.sampled_from(choices.get(name, NUMBERS))


@pytest.mark.parametrize(("module", "header"), [(coinbase, COINBASE), (kraken, KRAKEN)])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_never_raises(module, header: str, data: st.DataObject) -> None:
    layout = Layout("any", "any", "test", module.REQUIRED, module.read)
    names = header.split(",")
    lines = data.draw(st.lists(st.tuples(*map(_cell, names)), max_size=8))
    empty = written(layout, header)
    rows = tuple(Row(f"{n % 2}.csv", n, dict(zip(names, line, strict=True))) for n, line in enumerate(lines))
    tables = [Table(f"{k}.csv", str(k), empty.header, 1, (), tuple(rows[k::2])) for k in (0, 1)]
    assert_one_fate_each(tables, module.read(tables, UTC))
