"""Whatever stands in the cells of a broker's export: no exception, and exactly one fate per row."""

from datetime import UTC

import pytest
from broker_samples import layout
from goldens import assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots.importers.brokers import etrade, fidelity, freetrade, ibkr_cash, questrade, schwab, schwab_awards, trading212, vanguard
from taxlots.importers.records import Row, Table

NUMBERS = ["", "0", "1", "-1", "2.5", "-2.5", "$3.00", "(4)", "x", "1e-25", "999999999999999999", "--", "USD"]
DATES = ["01/05/2026", "2026-01-05", "01/05/26", "20260105", "2026-01-05, 10:04:51", "2026-01-05T10:04:51Z", "never", ""]
SYMBOLS = ["KO", "EUR.USD", "VTSAX", "-KO241115C80", "KO 07/17/2026 60.00 C", "", "EUR"]
WORDS = [
    "",
    "USD",
    "GBX",
    "KO(US1) Split 2 for 1 (KO)",
    "RS",
    "ESPP",
    "0.1 GBP -> 0.2 EUR",
    "O",
    "C",
    "A;O",
    "Ca",
    "Stocks",
    "Forex",
    "OPT",
]
KINDS = {
    "schwab_transactions": ("Action", [*schwab._DEEDS, "Cancel Buy", "Cancel Full Redemption", "?"]),
    "schwab_equity_awards": ("Action", [*schwab_awards._DEEDS, "?", ""]),
    "fidelity_history": ("Action", [*fidelity._VERBS, "?", ""]),
    "vanguard_us": ("Transaction Type", [*vanguard._DEEDS, "?"]),
    "ibkr_flex": ("Buy/Sell", ["BUY", "SELL", "BUY (Ca.)", "SELL (Ca.)", "?", "BOF"]),
    "ibkr_flex_cash": ("Type", [*ibkr_cash._SECTIONS, "?"]),
    "etrade": ("TransactionType", [*etrade._DEEDS, "?"]),
    "trading212": ("Action", [*trading212._DEEDS, "Dividend (x)", "?"]),
    "freetrade": ("Type", [*freetrade._DEEDS, "?"]),
    "questrade_activities": ("Action", [*questrade._DEEDS, "?", ""]),
}
MORE = {
    "schwab_transactions": ("Amount",),
    "schwab_equity_awards": (
        "Symbol",
        "Quantity",
        "Amount",
        "Description",
        "NetSharesDeposited",
        "FairMarketValuePrice",
        "VestFairMarketValue",
    ),
    "fidelity_history": ("Price", "Amount", "Fees", "Currency", "Accrued Interest ($)"),
    "vanguard_us": ("Commissions and Fees", "Accrued Interest"),
    "ibkr_flex": ("Symbol", "AssetClass", "Proceeds", "IBCommission", "IBCommissionCurrency", "LevelOfDetail", "Open/CloseIndicator"),
    "ibkr_flex_cash": ("Description",),
    "etrade": ("Commission",),
    "trading212": ("Time", "Total", "Currency (Total)", "Withholding tax", "Currency (Withholding tax)", "Finra fee", "Notes", "ID"),
    "freetrade": ("Stamp Duty", "Dividend Withheld Tax Amount", "Instrument Currency"),
    "questrade_activities": ("Currency", "Gross Amount", "Price"),
}
SECTIONS = ["Trades", "Dividends", "Interest", "Corporate Actions", "Transaction History", "Fees", "Codes", "Summary", "Statement", "?", ""]


def _choices(name: str, column: str) -> list[str]:
    kind, kinds = KINDS[name]
    if column == kind:
        return kinds
    if "Date" in column or column in {"Time", "Timestamp"}:
        return DATES
    if column in {"Symbol", "Ticker"}:
        return SYMBOLS
    words = ("Currency", "Description", "Class", "Level", "Indicator", "Notes", "Buy / Sell")
    return WORDS if any(word in column for word in words) else NUMBERS


@pytest.mark.parametrize("name", list(KINDS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_never_raises(name: str, data: st.DataObject) -> None:
    one = layout(name)
    header = (*one.required, *MORE[name])
    lines = data.draw(st.lists(st.tuples(*(st.sampled_from(_choices(name, column)) for column in header)), max_size=8))
    rows = tuple(Row(f"{n % 2}.csv", n, dict(zip(header, line, strict=True))) for n, line in enumerate(lines))
    tables = [Table(f"{k}.csv", str(k), header, 1, (), tuple(rows[k::2])) for k in (0, 1)]
    assert_one_fate_each(tables, one.read(tables, UTC))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_statement_of_sections_never_raises(data: st.DataObject) -> None:
    names = [
        "Currency",
        "Date",
        "Description",
        "Amount",
        "Symbol",
        "Quantity",
        "Proceeds",
        "Date/Time",
        "Comm/Fee",
        "Code",
        "Asset Category",
    ]
    names += ["DataDiscriminator", "Transaction Type", "Net Amount", "Account", "Field Name"]
    cells = st.sampled_from([*NUMBERS, *DATES, *SYMBOLS, *WORDS, "Order", "Trade", "ClosedLot", "Buy", "Dividend", "Base Currency", "U1"])
    kinds = st.sampled_from(["Data", "Data", "Header", "Total", "", "SubTotal"])
    header = st.permutations(names)
    line = st.tuples(st.sampled_from(SECTIONS), kinds, st.lists(cells, max_size=16), header)
    drawn = data.draw(st.lists(line, max_size=12))
    rows = []
    for number, (section, kind, values, columns) in enumerate(drawn, start=2):
        given_cells = [section, kind, *(columns if kind == "Header" else values)]
        rows.append(Row("a.csv", number, {str(n): cell for n, cell in enumerate(given_cells)}))
    one = layout("ibkr_activity")
    table = Table("a.csv", "a", one.required, 1, (), tuple(rows))
    assert_one_fate_each([table], one.read([table], UTC))
