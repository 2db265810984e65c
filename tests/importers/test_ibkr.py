"""Interactive Brokers: the goldens of the samples, and each trap with its legs."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from broker_samples import all_legs, codes, compare, legs, read, read_files
from taxlots.importers.brokers.brokerage import REALIZED

TOP = "Statement,Header,Field Name,Field Value"
TRADES = "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Code"
WITH_EXCHANGE = (
    "Trades,Header,DataDiscriminator,Asset Category,Currency,Account,Symbol,Date/Time,Exchange,Quantity,T. Price,Proceeds,Comm/Fee,Code"
)
DIVIDENDS = "Dividends,Header,Currency,Date,Description,Amount"
HISTORY = "Transaction History,Header,Date,Account,Description,Transaction Type,Symbol,Quantity,Price,Gross Amount ,Commission,Net Amount"
BASE = ("Summary,Header,Field Name,Field Value", "Summary,Data,Base Currency,EUR")
FLEX = "Buy/Sell,TradeDate,ISIN,Quantity,TradePrice,TradeMoney,CurrencyPrimary,IBCommission,IBCommissionCurrency"
FLEX_SHORT = (
    "ClientAccountID,CurrencyPrimary,Symbol,AssetClass,Multiplier,TradeDate,TradeTime,Buy/Sell,Quantity,TradePrice,IBCommission,Taxes,"
    "TransactionID,LevelOfDetail"
)


@pytest.mark.parametrize(
    ("name", "path", "golden"),
    [
        ("ibkr_activity", "ibkr/U7311055_20260101_20260630.csv", "ibkr_activity"),
        ("ibkr_activity", "ibkr/U7311055.TRANSACTIONS.20250101.20251231.csv", "ibkr_history"),
        ("ibkr_flex", "ibkr/Trades_Flex.csv", "ibkr_flex"),
        ("ibkr_flex_cash", "ibkr/Cash_Flex.csv", "ibkr_flex_cash"),
        ("ibkr_flex", "ibkr/Both_Flex.csv", "ibkr_flex_both"),
        ("ibkr_trades", "ibkr/U7311055_trades.csv", "ibkr_trades"),
    ],
)
def test_the_sample_gives_its_golden_ledger(name: str, path: str, golden: str) -> None:
    compare(name, path, golden)


def statement(*lines: str):
    """What the lines below the first of a statement become."""
    return read("ibkr_activity", TOP, *lines)


def trade(quantity: str, proceeds: str, code: str, *, told: str = "Order", category: str = "Stocks") -> str:
    return f'Trades,Data,{told},{category},USD,KO,"2026-01-20, 10:04:51","{quantity}",60,61,"{proceeds}",-1.5,0,{code}'


def test_an_order_its_executions_and_its_lots_count_once() -> None:
    # 1,000 at 60 are 60,000; the commission of 1.5 comes on top
    intake = statement(
        TRADES, trade("1,000", "-60,000", "O"), trade("1,000", "-60,000", "O", told="Trade"), trade("1000", "", "", told="ClosedLot")
    )
    assert all_legs(intake) == ["buy -60000 USD +1000 KO fee 1.5 USD"]
    assert intake.set_aside["export.csv", 4] == "says again what the Order row says"
    assert intake.set_aside["export.csv", 5] == REALIZED


def test_executions_count_where_no_orders_are_listed() -> None:
    intake = statement(TRADES, trade("10", "-600", "O", told="Trade"))
    assert all_legs(intake) == ["buy -600 USD +10 KO fee 1.5 USD"]


def test_executions_of_an_instrument_without_orders_count_beside_orders_of_another() -> None:
    other = trade("5", "-300", "O", told="Trade").replace("KO", "PEP")
    intake = statement(TRADES, trade("10", "-600", "O"), trade("10", "-600", "O", told="Trade"), other)
    assert all_legs(intake) == ["buy -600 USD +10 KO fee 1.5 USD", "buy -300 USD +5 PEP fee 1.5 USD"]
    assert list(intake.set_aside.values()).count("says again what the Order row says") == 1


def test_the_time_is_that_of_new_york() -> None:
    (one,) = statement(TRADES, trade("10", "-600", "O")).transactions
    assert one.time == datetime(2026, 1, 20, 15, 4, 51, tzinfo=UTC)


def test_a_header_may_come_again_with_other_columns() -> None:
    line = 'Trades,Data,Order,Stocks,EUR,U1,SAP,"2026-01-21, 10:04:51",IBIS,-5,200,1000,-2,C'
    assert all_legs(statement(TRADES, trade("10", "-600", "O"), WITH_EXCHANGE, line))[1] == "sell -5 SAP +1000 EUR fee 2 EUR"


def test_several_accounts_are_told_apart() -> None:
    lines = [f'Trades,Data,Order,Stocks,EUR,{name},SAP,"2026-01-21, 10:04:51",IBIS,5,200,-1000,-2,O' for name in ("U1", "U2")]
    assert [one.account for one in statement(WITH_EXCHANGE, *lines).transactions] == ["ibkr-u1", "ibkr-u2"]


def test_money_for_money_with_a_commission_in_a_third_currency() -> None:
    header = (
        "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,,Proceeds,Comm in CHF,,,MTM in CHF,Code"
    )
    line = 'Trades,Data,Order,Forex,USD,EUR.USD,"2026-02-10, 09:00:10",{},1.08,,{},-2,,,0,'
    intake = statement(header, line.format('"5,000"', "-5400"), line.format("-500", "540"))
    assert all_legs(intake) == ["buy -5400 USD +5000 EUR fee 2 CHF", "buy -500 EUR +540 USD fee 2 CHF"]


@pytest.mark.parametrize(
    ("quantity", "proceeds", "code", "category"),
    [
        ("-10", "600", "O", "Stocks"),
        ("10", "-600", "C", "Stocks"),
        ("-10", "600", "C;O", "Stocks"),
        ("1", "-60", "O", "Equity and Index Options"),
        ("1", "-60", "O", "Futures"),
        ("1", "-60", "O", "CFDs"),
    ],
)
def test_short_sales_and_derivatives_are_not_booked(quantity: str, proceeds: str, code: str, category: str) -> None:
    intake = statement(TRADES, trade(quantity, proceeds, code, category=category))
    assert codes(intake) == ["KIND_NOT_BOOKED"]
    assert intake.problems[0].hint


def test_shares_from_an_assignment_are_booked_with_a_warning() -> None:
    intake = statement(TRADES, trade("100", "-6000", "A;O"))
    assert all_legs(intake) == ["buy -6000 USD +100 KO fee 1.5 USD"]
    assert codes(intake) == ["KIND_NOT_BOOKED"]


def test_a_dividend_that_is_taken_back_leaves_nothing() -> None:
    said = "KO(US1912161007) Cash Dividend USD 0.53 per Share (Ordinary Dividend)"
    paid, back = f"Dividends,Data,USD,2026-04-01,{said},53", f"Dividends,Data,USD,2026-04-01,{said},-53"
    assert all_legs(statement(DIVIDENDS, paid, back, paid)) == ["income:dividend +53 USD"]
    assert codes(statement(DIVIDENDS, back)) == ["ROW_INVALID"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Cash Dividend (Return of Capital)", "return-of-capital"),
        ("Payment in Lieu of Dividend (Ordinary Dividend)", "income:other"),
        ("Cash Dividend (Long Term Capital Gain)", "income:capital-gain-distribution"),
        ("Cash Dividend (Bonus Dividend)", "income:dividend"),
    ],
)
def test_kind_of_dividend(words: str, kind: str) -> None:
    assert all_legs(statement(DIVIDENDS, f"Dividends,Data,USD,2026-04-01,KO(US1) {words},5")) == [f"{kind} +5 USD"]


def test_a_split_and_a_reverse_split_of_two_rows() -> None:
    header = "Corporate Actions,Header,Asset Category,Currency,Report Date,Date/Time,Description,Quantity,Proceeds,Value,Realized P/L,Code"
    row = 'Corporate Actions,Data,Stocks,USD,2026-06-09,"2026-06-08, 20:25:00","{}",{},0,0,0,'
    intake = statement(
        header,
        row.format("KO(US1) Split 2 for 1 (KO, COCA-COLA, US1)", 100),
        row.format("ZZ(US2) Split 1 for 10 (ZZ.OLD, ZZ CORP, US2)", -500),
        row.format("ZZ(US2) Split 1 for 10 (ZZ, ZZ CORP, US3)", 50),
        row.format("ZZ(US2) Tendered to US4 1 FOR 1 (ZZ, ZZ CORP, US3)", -50),
    )
    # 500 old shares become 50: 450 are taken away
    assert sorted(all_legs(intake)) == ["split +100 KO", "split -450 ZZ"]
    assert codes(intake) == ["KIND_NOT_BOOKED"]


ACTIONS = "Corporate Actions,Header,Asset Category,Currency,Report Date,Date/Time,Description,Quantity,Proceeds,Value,Realized P/L,Code"


def actions(*rows: tuple[str, str, str]):
    """What corporate actions of one moment become, each with its description, quantity and proceeds."""
    row = 'Corporate Actions,Data,Stocks,USD,2026-06-09,"2026-06-08, 20:25:00","{}",{},{},0,0,'
    return statement(ACTIONS, *(row.format(*cells) for cells in rows))


def test_a_spin_off_names_both_companies() -> None:
    intake = actions(("MMX(US8) Spinoff  1 for 4 (SOLX, SOLX CORP, US9)", "25", "0"))
    assert [(legs(one), one.sent_asset) for one in intake.transactions] == [("spin-off +25 SOLX", "MMX")]


def test_mergers_by_what_they_bring() -> None:
    stock = "XLX(US1) Merged(Acquisition) WITH US2 17234 for 10000 ({}, SOME INC (NEW), {})"
    intake = actions((stock.format("XLX", "US1"), "-100", "0"), (stock.format("AMX", "US2"), "172.34", "0"))
    assert all_legs(intake) == ["convert -100 XLX +172.34 AMX"]
    cash = actions(("TWX(US3) Merged(Acquisition) FOR USD 54.20000000 PER SHARE (TWX, TWX INC, US3)", "-10", "542"))
    assert all_legs(cash) == ["sell -10 TWX +542 USD"]
    mixed = actions((stock.format("XLX", "US1"), "-100", "300"), (stock.format("AMX", "US2"), "172.34", "0"))
    assert (all_legs(mixed), codes(mixed)) == ([], ["KIND_NOT_BOOKED"] * 2)


def test_a_change_of_name_and_of_number() -> None:
    said = "FBX(US1) CUSIP/ISIN Change to (US2) ({}, METX, {})"
    renamed = actions((said.format("FBX.OLD", "US1"), "-7", "0"), (said.format("METX", "US2"), "7", "0"))
    assert all_legs(renamed) == ["convert -7 FBX +7 METX"]
    same = actions((said.format("FBX.OLD", "US1"), "-7", "0"), (said.format("FBX", "US2"), "7", "0"))
    assert (all_legs(same), len(same.set_aside) - 1) == ([], 2)


def test_a_stock_dividend_is_a_split() -> None:
    # 26 USC 305(a), 307(a): the basis is spread over old and new shares
    assert all_legs(actions(("KO(US1) Stock Dividend US1 1 for 10 (KO, COCA-COLA, US1)", "10", "0"))) == ["split +10 KO"]


def test_unknown_sections_and_data_without_a_header_are_named() -> None:
    intake = statement(
        "Grant Activity,Header,Symbol,Quantity", "Grant Activity,Data,IBKR,1", "Dividends,Data,USD,2026-04-01,x,5", "Codes,Data,O,Opening"
    )
    assert codes(intake) == ["ROW_INVALID", "ROW_UNKNOWN_KIND"]


def history(line: str, base: tuple[str, ...] = BASE):
    """What a line of the transaction history becomes."""
    return read("ibkr_activity", TOP, *base, HISTORY, f"Transaction History,Data,2025-03-17,U***1,{line}")


def test_the_history_is_in_the_base_currency() -> None:
    # the price is in dollars, the amounts in euros: 1,036.76 and a commission of 0.74
    assert all_legs(history("COCA-COLA CO,Buy,KO,20.0,70.5,-1036.76,-0.74,-1037.5")) == ["buy -1036.76 EUR +20 KO fee 0.74 EUR"]
    assert codes(history("COCA-COLA CO,Buy,KO,20.0,70.5,-1036.76,-0.74,-1037.5", base=())) == ["ROW_INVALID"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x,Sell,KO    250620P00070000,-1.0,0.9,66.2,-0.8,65.4", "KIND_NOT_BOOKED"),
        ("Something,Adjustment,-,-,-,5,-,5", "ROW_UNKNOWN_KIND"),
        ("x,Grant,IBKR,1,-,-,-,-", "ROW_UNKNOWN_KIND"),
    ],
)
def test_what_the_history_cannot_use_is_named(line: str, code: str) -> None:
    assert codes(history(line)) == [code]


def test_a_flex_query_of_few_columns() -> None:
    # 40 at 71.35 are 2,854 and 1 of commission; a commission in another currency stays beside the trade
    intake = read(
        "ibkr_flex", FLEX, "BUY,20240209,US7134481081,40,71.35,2854,USD,-1,USD", "SELL,20240212,US7134481081,-5,72,-360,USD,-0.9,CHF"
    )
    assert all_legs(intake) == ["buy -2854 USD +40 US7134481081 fee 1 USD", "sell -5 US7134481081 +360 USD fee 0.9 CHF"]
    assert intake.transactions[0].date_only


def test_a_flex_trade_that_names_nothing_is_rejected() -> None:
    assert codes(read("ibkr_flex", FLEX, "SELL,20240209,,-3000,1.08,-3240,USD,-1.9,CHF")) == ["ROW_INVALID"]


def flex(*rows: str):
    """What trades become, each `side,quantity,price,level`."""
    lines = []
    for row in rows:
        side, quantity, price, level = row.split(",")
        lines.append(f"U1,USD,KO,STK,1,20240116,103000,{side},{quantity},{price},-1,-0.25,T1,{level}")
    return read("ibkr_flex", FLEX_SHORT, *lines)


def test_flex_executions_count_once_and_costs_are_commission_and_taxes() -> None:
    intake = flex("BUY,10,60,EXECUTION", "BUY,10,60,ORDER", "SELL,-10,60,CLOSED_LOT")
    assert all_legs(intake) == ["buy -600 USD +10 KO fee 1.25 USD"]
    (one,) = intake.transactions
    assert (one.id, one.time) == ("T1", datetime(2024, 1, 16, 15, 30, tzinfo=UTC))
    assert all_legs(flex("BUY,10,60,ORDER")) == ["buy -600 USD +10 KO fee 1.25 USD"]


def test_a_flex_side_that_is_not_known_is_named() -> None:
    assert codes(flex("LEND,10,60,EXECUTION")) == ["ROW_UNKNOWN_KIND"]


def test_flex_cash_knows_its_types() -> None:
    header = "Type,SettleDate,ISIN,Description,Amount,CurrencyPrimary"
    intake = read(
        "ibkr_flex_cash",
        header,
        "Dividends,20240328,US7134481081,PEP(US7134481081) CASH DIVIDEND,50.60,USD",
        "Withholding Tax,20240328,US7134481081,PEP,-7.59,USD",
        "Odd,20240328,,x,1,USD",
    )
    assert all_legs(intake) == ["income:dividend +50.6 USD", "fee fee 7.59 USD"]
    assert codes(intake) == ["ROW_UNKNOWN_KIND"]
    assert legs(intake.transactions[0]).endswith("USD")
    assert intake.transactions[0].received_quantity == Decimal("50.60")


def test_a_category_may_name_who_holds_the_shares() -> None:
    held = "Stocks - Held with Interactive Brokers (U.K.) Limited carried by Interactive Brokers LLC"
    assert all_legs(statement(TRADES, trade("10", "-600", "O", category=held))) == ["buy -600 USD +10 KO fee 1.5 USD"]


def test_statements_of_two_accounts_are_told_apart() -> None:
    """Equal trades of two accounts are two trades."""
    said = ("Account Information,Header,Field Name,Field Value", "Account Information,Data,Account,{}")
    files = {f"{n}.csv": (TOP, said[0], said[1].format(n), TRADES, trade("10", "-600", "O")) for n in ("U1234567", "U7654321")}
    assert sorted(one.account for one in read_files("ibkr_activity", files).transactions) == ["ibkr-u1234567", "ibkr-u7654321"]
