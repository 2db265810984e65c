"""What the layouts of other tax programs share; and that none of them raises or loses a row, whatever stands in the cells."""

from datetime import UTC

import pytest
from goldens import assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_samples import layout, sample
from taxlots.importers.detect import SECTIONS
from taxlots.importers.records import Row, Table
from taxlots.importers.tools.tax_program_cells import decimal_mark, unique_ids, wallet, whole_id

FILES = [
    "bitcoin_tax/spending.csv",
    "bitcoin_tax/trades.csv",
    "bittytax/BittyTax_Records.csv",
    "blockpit/blockpit_template.csv",
    "blockpit/blockpit_transactions.csv",
    "coinledger/coinledger_template.csv",
    "coinledger/coinledger_transactions.csv",
    "cointracker/cointracker_import.csv",
    "cointracker/transaction_history.csv",
    "cointracking/CoinTracking_trades_de.csv",
    "cointracking/CoinTracking_trades_en.csv",
    "cointracking/cointracking_import.csv",
    "delta/delta_portfolio.csv",
    "koinly/koinly_bulk_edit.csv",
    "koinly/koinly_simple.csv",
    "koinly/koinly_transactions_2024.csv",
    "koinly/koinly_universal.csv",
    "parqet/parqet_activities.csv",
    "tokentax/tokentax_transactions.csv",
    "turbotax/turbotax_gains.csv",
    "turbotax/turbotax_gains_2020.csv",
    "turbotax/turbotax_universal_template.csv",
]
STRANGE = [
    "",
    "-",
    "0",
    "1",
    "-1",
    "1e-25",
    "999999999999999999",
    "x",
    "$3.00",
    "(4)",
    "1,5",
    "31/12/2024",
    "1.1.2024",
    "USD",
    "BTC",
    "...",
    "\u0661",
]


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_never_raises(file: str, data: st.DataObject) -> None:
    name, table = sample(file)
    names = [str(i) for i in range(len(table.header))] if layout(name).shape == SECTIONS else list(table.header)
    column = {key: st.sampled_from([*{row.text(key) for row in table.rows}, *STRANGE]) for key in names}
    lines = data.draw(st.lists(st.fixed_dictionaries(column), max_size=8))
    rows = [Row(f"{n % 2}.csv", n, cells) for n, cells in enumerate(lines)]
    tables = [Table(f"{k}.csv", str(k), table.header, 1, (), tuple(rows[k::2])) for k in (0, 1)]
    assert_one_fate_each(tables, layout(name).read(tables, UTC))


def rows(*texts: str) -> Table:
    return Table("t.csv", "0", ("a",), 1, (), tuple(Row("t.csv", n, {"a": text}) for n, text in enumerate(texts, start=2)))


def test_wallets_become_account_names() -> None:
    assert (wallet(" Binance  US ", "koinly"), wallet("", "koinly")) == ("binance-us", "koinly")


@pytest.mark.parametrize(("texts", "mark"), [(("1,234", "0,5"), ","), (("1,234", "0.5"), "."), (("12", ""), ".")])
def test_the_decimal_mark_of_a_whole_table(texts: tuple[str, ...], mark: str) -> None:
    assert decimal_mark(rows(*texts), ("a",)) == mark


def test_only_ids_that_are_whole_and_stand_once_identify_a_row() -> None:
    table = rows("a", "b", "b", "1,55444E+13", "")
    assert list(unique_ids([table], "a").values()) == ["a", "", "", "", ""]
    assert whole_id(table.rows[3], "a") == ""
