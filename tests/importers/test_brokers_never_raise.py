"""Whatever stands in the cells of a broker's export: no exception, and exactly one fate per row."""

from datetime import UTC

import pytest
from broker_samples import layout
from goldens import assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots.importers.brokers import (
    avanza,
    bux,
    disnat,
    etoro,
    etrade,
    fidelity,
    freetrade,
    ibkr_cash,
    questrade,
    rbc_direct,
    schwab,
    schwab_awards,
    swissquote,
    trade_republic,
    trading212,
    vanguard,
    vanguard_uk,
    xtb,
)
from taxlots.importers.records import Row, Table

NUMBERS = ["2,5", "-1,234", "", "0", "1", "-1", "2.5", "-2.5", "$3.00", "(4)", "x", "1e-25", "999999999999999999", "--", "USD"]
DATES = ["01/05/2026", "2026-01-05", "01/05/26", "20260105", "2026-01-05, 10:04:51", "2026-01-05T10:04:51Z", "never", ""]
DATES += ["14/04/2025 14:00:25", "14-04-2025 14:00:25", "14.04.2025", "010.09.2024", "16-mei-2025", "31-Foo-2025", "May 5, 2025", "-"]
DATES += ["31-JAN-2025", "02-20-2024"]
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
    "morgan_stanley_releases": ("Type", ["Release", "?", ""]),
    "morgan_stanley_net_shares": ("Type", ["Released Shares", "?", ""]),
    "morgan_stanley_withdrawals": ("Type", ["Sale", "?", ""]),
    "etrade_restricted_stock": ("Record Type", ["Grant", "Event", "Vest Schedule", "Tax Withholding", "Totals", "?"]),
    "etrade_espp": ("Record Type", ["Purchase", "Event", "Totals", "?"]),
    "avanza": ("Typ av transaktion", [*avanza._DEEDS, "?"]),
    "bux": ("Transaction Type", [*bux._TYPES, "?"]),
    "disnat": ("Type de transaction", [*disnat._DEEDS, "?"]),
    "etoro_activity": ("Type", [*etoro._DEEDS, "?"]),
    "investengine": ("Transaction Type", ["Buy", "Sell", "?"]),
    "rbc_direct": ("Activity", [*rbc_direct._DEEDS, "?"]),
    "saxo": ("Type", ["Trade", "Corporate action", "Cash Transfer", "Cash amount", "?"]),
    "swissquote": ("Transaction", [*swissquote._DEEDS, "?"]),
    "trade_republic": ("type", [*trade_republic._APP, "?"]),
    "trade_republic_pytr_en": ("Type", [*trade_republic._KNOWN, "?"]),
    "xtb": ("Type", [*xtb._DEEDS, "Total", "?"]),
    "xtb_newer": ("Type", [*xtb._DEEDS, "Stock purchase", "?"]),
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
    "avanza": ("Transaktionsvaluta", "Courtage (SEK)"),
    "bux": ("Asset Quantity", "Transfer Type", "Dividend Tax Amount", "Dividend Currency"),
    "disnat": ("Classe d'actif",),
    "etoro_activity": ("Units",),
    "investengine": (),
    "rbc_direct": ("Description",),
    "saxo": ("Amount", "Booked Amount"),
    "swissquote": ("Net Amount in the currency of the account", "Currency Net Amount"),
    "trade_republic": (),
    "trade_republic_pytr_en": (),
    "xtb": (),
    "xtb_newer": (),
    "morgan_stanley_releases": ("Tax Payment Method",),
    "morgan_stanley_net_shares": ("Symbol",),
    "morgan_stanley_withdrawals": ("Symbol",),
    "etrade_restricted_stock": ("Vested Qty.", "Released Qty", "Taxable Gain", "Withheld Qty.", "Date"),
    "etrade_espp": ("Tax Collection Shares", "Net Shares", "Event Type", "Date"),
}
CELLS = {
    "Asset type": ["Stocks", "ETF", "Crypto", "CFD", "", "?"],
    "Details": ["KO/USD", "-", "", "BTC/USD"],
    "Position ID": ["1", "2", "-", ""],
    "Transaction Category": [*bux._CATEGORIES, "others", "trades", "?"],
    "Transfer Type": ["ASSET_REDEEM", "ASSET_DEPOSIT", ""],
    "Transaction Currency": ["EUR", "USD", "", "5"],
    "Cash Balance Amount": ["EUR", "5", "-5", "", "x"],
    "Asset Id": ["NL0010273215", "", "500"],
    "Datum": DATES,
    "datetime": DATES,
    "Date de transaction": DATES,
    "Date de règlement": DATES,
    "Devise du compte": ["CAN", "USA", "?"],
    "Transaktionsvaluta": ["SEK", "EUR", ""],
    "Security / ISIN": ["A / ISIN IE00BK5BQT80", "A", ""],
    "Total Trade Value": ["£1.00", "£1,069.88", "1", "", "£x"],
    "Event": ["Buy 3 @ 1.5 USD", "Koop 1,5 @ 2 EUR", "Buy ,., @ 1", "Dividend", "Custody Fee", "Interest", "Withholding tax", ""],
    "Conversion Rate": ["1", "1.0", "0.9", "", "x"],
    "Instrument currency": ["USD", "EUR", "", "XXX"],
    "Instrument Symbol": ["KO:xnys", "", "KO/1:xcbf"],
    "asset_class": ["STOCK", "FUND", "CRYPTO", "BOND", "DERIVATIVE", "?", ""],
    "symbol": ["XF000BTC0017", "IE00BK5BQT80", ""],
    "ISIN": ["XF000BTC0017", "IE00BK5BQT80", "", "x"],
    "currency": ["EUR", ""],
    "Comment": ["OPEN BUY 3 @ 2.5", "CLOSE BUY 1/3 @ 2,5", "OPEN SELL 1 @ 2", "OPEN BUY 1.2.3 @ 4", "x", ""],
    "Ticker": ["KO.US", "FWLD.DE", "GOLD", ""],
    "Order #": ["1", "2"],
    "Currency": ["EUR", "GBX", "USD", ""],
    "Symbol Description": ["CALL .KO", "A", ""],
}
EUROPEAN = list(KINDS)[list(KINDS).index("avanza") :]
SECTIONS = ["Trades", "Dividends", "Interest", "Corporate Actions", "Transaction History", "Fees", "Codes", "Summary", "Statement", "?", ""]
WORDS_OF = {
    "Plan": ["GSU Class C", "Cash", "x"],
    "Status": ["Complete", "Pending", ""],
    "Order Status": ["Completed", "Cancelled", ""],
    "Grant Number": ["G1", "G2", ""],
    "Vest Period": ["1", "2", ""],
    "Event Type": ["Shares released", "Shares vested", "Shares sold", "PURCHASE", "?", ""],
}


def _choices(name: str, column: str) -> list[str]:
    kind, kinds = KINDS[name]
    if column == kind:
        return kinds
    if name in EUROPEAN and column in CELLS:
        return CELLS[column]
    if column in WORDS_OF:
        return WORDS_OF[column]
    if ("Date" in column and "FMV" not in column) or column in {"Time", "Timestamp"}:
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


DEGIRO_SAID = [
    *(
        "Koop 1 @ 2,5 EUR",
        "Verkoop 1,234 @ 2 EUR",
        "Buy 1 046,5 X@2 EUR (NL1)",
        "WIJZIGING ISIN: Koop 1 @ 2 EUR",
        "WIJZIGING ISIN: Verkoop 1 @ 2 EUR",
    ),
    *("STOCK SPLIT: Koop 2 @ 1 EUR", "STOCK SPLIT: Verkoop 1 @ 2 EUR", "FUSIE: Koop 1 @ 0 EUR", "Koop 1.2.3 @ ,, EUR", "Koop"),
    *("Dividend", "Dividendbelasting", "Valuta Debitering", "Valuta Creditering", "DEGIRO Transactiekosten en/of kosten van derden"),
    *("Reservation iDEAL", "Degiro Cash Sweep Transfer", "iDEAL Deposit", "Flatex Interest Income", "Kapitaalsuitkering", "?", ""),
]
UK_SAID = ["Bought 1 Foo (FOO)", "Sold 1,550 Foo (FOO)", "Bought .,. X", "DIV: FOO.X", "Reversal of DIV: FOO.X", "Cash Account Interest"]
UK_SAID += ["Account Fee", "Deposit", "Reversal of Deposit", "?", ""]
UK_CELLS = ["Cash Transactions", "Balance", "Foo (FOO)", "Date"]


def _by_position(data: st.DataObject, columns: list[list[str]]) -> list[list[str]]:
    """Lines that may end early."""
    line = st.tuples(*(st.sampled_from(column) for column in columns), st.integers(1, len(columns)))
    return [list(drawn[: drawn[-1]]) for drawn in data.draw(st.lists(line, max_size=9))]  # type: ignore[misc]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_degiro_statement_never_raises(data: st.DataObject) -> None:
    order, money = ["", "a", "b"], ["EUR", "USD", ""]
    columns = [DATES, ["10:00", "9:5", ""], DATES, ["X"], ["NL0000000012", "NL0000000020", ""], DEGIRO_SAID]
    columns += [["", "1,1"], money, NUMBERS, money, NUMBERS, order]
    one = layout("degiro_account_nl")
    lines = [list(one.required), [""] * 11 + ["end"], *_by_position(data, columns)]
    rows = tuple(Row("a.csv", n, {str(k): cell for k, cell in enumerate(line)}) for n, line in enumerate(lines, start=2))
    table = Table("a.csv", "a", one.required, 1, (), rows)
    assert_one_fate_each([table], one.read([table], UTC))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_transactions_of_degiro_never_raise(data: st.DataObject) -> None:
    money = ["EUR", ""]
    columns = [DATES, ["10:00", ""], ["X"], ["NL0000000012", ""], [""], [""], NUMBERS, NUMBERS, money, NUMBERS, money, NUMBERS]
    columns += [NUMBERS, NUMBERS, NUMBERS, NUMBERS, [""], ["", "77aa0c11-2222-4333-8444-555566667777"]]
    one = layout("degiro_transactions_en")
    rows = [Row("a.csv", n, {str(k): c for k, c in enumerate(line)}) for n, line in enumerate(_by_position(data, columns), start=2)]
    header = (*("",) * 15, data.draw(st.sampled_from(["Total EUR", "Total", "?"])))
    table = Table("a.csv", "a", header, 1, (), tuple(rows))
    assert_one_fate_each([table], one.read([table], UTC))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_report_of_vanguard_uk_never_raises(data: st.DataObject) -> None:
    columns = [[*DATES, *UK_CELLS], [*UK_SAID, *UK_CELLS], [*NUMBERS, *UK_SAID], NUMBERS, NUMBERS, NUMBERS]
    one = layout("vanguard_uk")
    lines = [*_by_position(data, columns), list(vanguard_uk._INVESTMENTS), *_by_position(data, columns)]
    rows = tuple(Row("a.csv", n, {str(k): cell for k, cell in enumerate(line)}) for n, line in enumerate(lines, start=2))
    table = Table("a.csv", "a", one.required, 1, (("Someone's account",),), rows)
    assert_one_fate_each([table], one.read([table], UTC))
