"""E*TRADE, Trading 212, Freetrade and Questrade: the goldens of the samples, and each trap with its legs."""

import pytest
from broker_samples import all_legs, codes, compare, read, read_files
from taxlots.importers.brokers.brokerage import REALIZED

ETRADE = "TransactionDate,TransactionType,SecurityType,Symbol,Quantity,Amount,Price,Commission,Description"
T212 = "Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate"
FREETRADE = (
    "Title,Type,Timestamp,Account Currency,Total Amount,Buy / Sell,Ticker,ISIN,Price per Share in Account Currency,Stamp Duty,Quantity,"
    "Venue,Order ID,Order Type,Instrument Currency,FX Fee Amount,Dividend Withheld Tax Amount"
)
QUESTRADE = (
    "Transaction Date,Settlement Date,Action,Symbol,Description,Quantity,Price,Gross Amount,Commission,Net Amount,Currency,Account #,"
    "Activity Type,Account Type"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("etrade", "etrade/DownloadTxnHistory.csv"),
        ("etrade_activity", "etrade/Transactions_2026.csv"),
        ("etrade_gain_loss", "etrade/G_and_L_Expanded.csv"),
        ("etrade_unnamed", "etrade/TransactionHistory.csv"),
        ("trading212", "trading212/from_2025-04-06_to_2026-04-05.csv"),
        ("freetrade", "freetrade/activity-feed-export.csv"),
        ("questrade_activities", "questrade/Activities_for_01Jan2025_to_31Dec2025.xlsx"),
    ],
)
def test_the_sample_gives_its_golden_ledger(name: str, path: str) -> None:
    compare(name, path)


def etrade(*lines: str):
    """What lines of the layout to 2025 become."""
    return read("etrade", ETRADE, *lines)


def test_a_dividend_with_a_quantity_is_a_reinvestment() -> None:
    # with a minus it is the purchase only, else the dividend and the purchase
    assert all_legs(etrade("03/28/25,Dividend,EQ,KO,0.5,-30,60,0,COCA   COLA")) == ["buy -30 USD +0.5 KO"]
    assert all_legs(etrade("03/28/25,Dividend,EQ,KO,0.5,30,60,0,COCA")) == ["income:dividend +30 USD", "buy -30 USD +0.5 KO"]
    assert codes(etrade("03/28/25,Dividend,EQ,,0.5,30,60,0,COCA")) == ["ROW_INVALID"]


def test_identical_lots_of_the_gain_report_are_all_set_aside() -> None:
    header = "Record Type,Symbol,Date Acquired,Date Sold,Total Proceeds,Adjusted Cost Basis"
    lot = "Sell,ACME,02/15/2025,06/11/2025,651,595"
    assert list(read("etrade_gain_loss", header, lot, lot).set_aside.values()) == [REALIZED] * 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("02/03/25,Bought,OPTN,KO Mar 21 '25 $60 Call,1,-45,0.45,0.65,CALL", "KIND_NOT_BOOKED"),
        ("02/03/25,Sold Short,EQ,KO,-1,45,45,0,x", "KIND_NOT_BOOKED"),
        ("02/03/25,Reorganization,EQ,KO,1,0,0,0,x", "KIND_NOT_BOOKED"),
        ("02/03/25,Merger,EQ,KO,-1,0,0,0,x", "ROW_UNPAIRED_LEG"),
        ("02/03/25,Wonder,EQ,KO,1,0,0,0,x", "ROW_UNKNOWN_KIND"),
    ],
)
def test_what_etrade_rows_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(etrade(line)) == [code]


def test_etrade_splits_mergers_and_spin_offs() -> None:
    assert all_legs(etrade("02/03/25,Split,EQ,KO,10,0,0,0,x")) == ["split +10 KO"]
    # 40 old shares become 4: 36 are taken away
    assert all_legs(etrade("02/03/25,Stock Split,EQ,KO,-40,0,0,0,x", "02/03/25,Stock Split,EQ,KO,4,0,0,0,x")) == ["split -36 KO"]
    assert all_legs(etrade("02/03/25,Merger,EQ,OLD,-40,0,0,0,x", "02/03/25,Merger,EQ,NEW,4,0,0,0,x")) == ["convert -40 OLD +4 NEW"]
    assert all_legs(etrade("02/03/25,Spin Off,EQ,SPN,4,0,0,0,x")) == ["spin-off +4 SPN"]


def test_trading212_fees_are_in_the_total_and_those_in_its_currency_are_shown() -> None:
    # 612.45 contain 0.90 of pounds and 2.30 of euros; the latter stay in what was paid
    taxes = "French transaction tax,Currency (French transaction tax)"
    header = f"{T212},Total,Currency (Total),{taxes},Currency conversion fee,Currency (Currency conversion fee),ID"
    line = "Market buy,2025-02-11 08:40:12.306,FR1,AIR,x,4,178,EUR,1.17,612.45,GBP,2.30,EUR,0.90,GBP,E1"
    (one,) = read("trading212", header, line).transactions
    assert (all_legs(read("trading212", header, line)), one.id) == (["buy -611.55 GBP +4 AIR fee 0.9 GBP"], "E1")


def test_trading212_of_2021_names_the_currency_in_the_header() -> None:
    header = (
        f"{T212},Result (GBP),Total (GBP),Withholding tax,Currency (Withholding tax),Charge amount (GBP),Transaction fee (GBP),Notes,ID"
    )
    lines = (
        "Market sell,2021-08-01 09:05:00,US1,KO,x,2,50,USD,1.4,1,70.5,,,,0.5,,E1",
        "Deposit,2021-07-01 09:05:00,,,,,,,,,100,,,100,,,D1",
    )
    assert all_legs(read("trading212", header, *lines)) == ["sell -2 KO +71 GBP fee 0.5 GBP", "deposit +100 GBP"]


def test_trading212_tax_withheld_is_income_and_a_cost_in_its_own_currency() -> None:
    header = f"{T212},Total,Currency (Total),Withholding tax,Currency (Withholding tax)"
    line = "Dividend (Ordinary),2025-03-28 11:02:47,US1,KO,x,18,0.5,USD,Not available,8.10,GBP,1.80,USD"
    expected = ["income:dividend +8.1 GBP", "income:dividend +1.8 USD", "fee fee 1.8 USD"]
    assert all_legs(read("trading212", header, line)) == expected
    in_pence = line.replace("1.80,USD", "180,GBX")
    assert all_legs(read("trading212", header, in_pence))[1] == "income:dividend +1.8 GBP"


def test_trading212_conversions_stand_in_the_notes_or_in_columns() -> None:
    header = f"{T212},Total,Currency (Total),Notes,ID"
    line = 'Currency conversion,2024-06-18 10:20:05.511,,,,,,,,,,"{}",R1'
    assert all_legs(read("trading212", header, line.format("25.40 GBP -> 30.05 EUR"))) == ["buy -25.4 GBP +30.05 EUR"]
    assert codes(read("trading212", header, line.format("nothing"))) == ["ROW_UNPAIRED_LEG"]
    assert codes(read("trading212", header, line.format("1,2,3.. GBP -> 1 EUR"))) == ["ROW_INVALID"]


def test_trading212_splits_have_two_rows() -> None:
    header = f"{T212.replace('Time', 'Time (UTC)')},Total,Currency (Total)"
    lines = [
        f"Stock split {word},2025-07-14 07:00:0{n}.000,US1,KO,x,{units},1,USD,1,9,GBP"
        for n, (word, units) in enumerate((("close", 4), ("open", 20)))
    ]
    assert all_legs(read("trading212", header, *lines)) == ["split +16 KO"]
    assert codes(read("trading212", header, lines[0])) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize(("action", "code"), [("Stock distribution", "KIND_NOT_BOOKED"), ("Wonder", "ROW_UNKNOWN_KIND")])
def test_what_trading212_rows_cannot_be_used_is_named(action: str, code: str) -> None:
    line = f"{action},2025-07-14 07:00:00,US1,KO,x,1,0,USD,1,0,GBP"
    assert codes(read("trading212", f"{T212},Total,Currency (Total)", line)) == [code]


def freetrade(line: str):
    """What a line of Freetrade becomes."""
    return read("freetrade", FREETRADE, line)


def test_freetrade_totals_contain_stamp_duty_and_the_exchange_fee() -> None:
    # 804.00 for the shares and 4.02 of stamp duty; a sale of 451.30 less 2.66
    assert all_legs(freetrade("x,ORDER,2025-01-14T09:31:44.205Z,GBP,808.02,BUY,SSE,GB1,16.08,4.02,50,x,O1,MARKET,GBP,,")) == [
        "buy -804 GBP +50 SSE fee 4.02 GBP"
    ]
    assert all_legs(freetrade("x,ORDER,2025-02-03T15:10:00.00Z,GBP,448.64,SELL,INTU,US1,451,0,1,,,,USD,2.66,")) == [
        "sell -1 INTU +451.3 GBP fee 2.66 GBP"
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x,ORDER,2022-09-19T08:45:000.000Z,GBP,1,BUY,A,B,1,0,1,x,O1,MARKET,GBP,,", "TIME_INVALID"),
        ("x,ORDER,2022-09-19T08:45:00Z,GBP,1,,A,B,1,0,1,x,O1,MARKET,GBP,,", "ROW_INVALID"),
        ("x,FREESHARE_ORDER,2022-09-19T08:45:00Z,GBP,,BUY,A,B,1,0,1,x,O1,MARKET,GBP,,", "ROW_INVALID"),
        ("x,WONDER,2022-09-19T08:45:00Z,GBP,1,,A,B,1,0,1,x,O1,MARKET,GBP,,", "ROW_UNKNOWN_KIND"),
    ],
)
def test_what_freetrade_rows_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(freetrade(line)) == [code]


def questrade(*rows: str):
    """What rows of one day become, each `action,symbol,quantity,price,gross,commission,net,currency,type`."""
    lines = []
    for row in rows:
        action, symbol, quantity, price, gross, commission, net, currency, kind = row.split(",")
        start = f"2025-08-08 12:00:00 AM,2025-08-09 12:00:00 AM,{action},{symbol},x"
        lines.append(f"{start},{quantity},{price},{gross},{commission},{net},{currency},266,{kind},Margin")
    return read("questrade_activities", QUESTRADE, *lines)


def test_questrade_commissions_are_in_the_net_amount_only() -> None:
    # 20 at 38.41 are 768.20, less 4.95; without a gross amount quantity times price is taken
    assert all_legs(questrade("Sell,XEQT.TO,-20,38.41,768.20,-4.95,763.25,CAD,Trades")) == ["sell -20 XEQT.TO +768.2 CAD fee 4.95 CAD"]
    assert all_legs(questrade("Buy,XEQT.TO,2,10,,-1,-21,CAD,Trades")) == ["buy -20 CAD +2 XEQT.TO fee 1 CAD"]


def test_questrade_exchanges_and_journals_have_two_rows() -> None:
    rows = ("FXT,,0,0,0,0,-1375.5,CAD,FX", "FXT,,0,0,0,0,1000,USD,FX", "BRW,DLR.TO,-50,0,0,0,0,CAD,T", "BRW,DLR.U.TO,50,0,0,0,0,USD,T")
    assert all_legs(questrade(*rows)) == ["buy -1375.5 CAD +1000 USD", "convert -50 DLR.TO +50 DLR.U.TO"]
    assert codes(questrade(rows[0])) == ["ROW_UNPAIRED_LEG"]
    assert codes(questrade(rows[0], rows[0])) == ["ROW_UNPAIRED_LEG"] * 2
    assert all_legs(questrade(rows[2])) == ["withdrawal -50 DLR.TO"]


def test_questrade_interest_has_no_action() -> None:
    assert all_legs(questrade(",,0,0,0,0,-0.61,CAD,Interest", ",,0,0,0,0,0.5,CAD,Interest")) == [
        "fee fee 0.61 CAD",
        "income:interest +0.5 CAD",
    ]


def test_questrade_mergers_and_changes_of_name_have_two_rows() -> None:
    assert all_legs(questrade("NAC,OLD,-8,0,0,0,0,CAD,C", "NAC,NEW,8,0,0,0,0,CAD,C")) == ["convert -8 OLD +8 NEW"]
    assert all_legs(questrade("MGR,OLD,-8,0,0,0,240,CAD,C")) == ["sell -8 OLD +240 CAD"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("NAC,OLD,-1,0,0,0,0,CAD,C", "ROW_UNPAIRED_LEG"),
        ("DIS,OLD,1,0,0,0,0,CAD,C", "KIND_NOT_BOOKED"),
        ("XXX,A,1,1,1,0,1,CAD,T", "ROW_UNKNOWN_KIND"),
        ("Buy,A,abc,1,1,0,1,CAD,T", "ROW_INVALID"),
    ],
)
def test_what_questrade_rows_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(questrade(row)) == [code]


def test_a_layout_without_symbols_takes_a_ticker_from_the_description() -> None:
    # 416.95 paid for 412.00 and a commission of 4.95; a company's name is no symbol
    header = "Date,Transaction type,Description,Quantity,Price,Commission,Fees,Amount"
    lines = ("03/02/26,Bought,NWBR,10,41.20,4.95,0.00,-416.95", "03/02/26,Bought,NORTH WATERBRIDGE,10,41.20,4.95,0.00,-416.95")
    intake = read("etrade_unnamed", header, *lines)
    assert all_legs(intake) == ["buy -412 USD +10 NWBR fee 4.95 USD"]
    assert codes(intake) == ["ROW_INVALID"]


def test_an_exchange_into_an_unknown_currency_is_named() -> None:
    lines = [
        f"2023-01-07 12:00:00 AM,2023-01-09,FXT,,x,0,0,0,0,{amount},{unit},123,FX conversion,TFSA"
        for amount, unit in ((-130, "CAD"), (100, "UNK"))
    ]
    assert codes(read("questrade_activities", QUESTRADE, *lines)) == ["ROW_UNPAIRED_LEG"] * 2


def test_files_of_two_etrade_accounts_are_told_apart_by_the_line_above() -> None:
    line = "04/05/23,Bought,EQ,KO,10,-600,60,0,COCA COLA"
    files = {f"{n}.csv": (f'"For Account:","####{n}"', "", ETRADE, "", line) for n in ("2641", "9999")}
    assert sorted(one.account for one in read_files("etrade", files).transactions) == ["etrade-2641", "etrade-9999"]
