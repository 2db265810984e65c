"""Fidelity: the goldens of the samples, and each trap with its legs."""

import pytest
from broker_samples import all_legs, codes, compare, read, read_files

OLD = (
    "Run Date,Action,Symbol,Security Description,Security Type,Quantity,Price ($),Commission ($),Fees ($),Accrued Interest ($),"
    "Amount ($),Settlement Date"
)
PRICE_FIRST = (
    "Run Date,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),Fees ($),Accrued Interest ($),Amount ($),"
    "Cash Balance ($),Settlement Date"
)
SHIFTED = (
    "Run Date,Account,Account Number,Action,Symbol,Description,Type,Exchange Quantity,Exchange Currency,Quantity,Currency,Price,"
    "Exchange Rate,Commission,Fees,Accrued Interest,Amount,Settlement Date"
)


@pytest.mark.parametrize(
    ("path", "golden"),
    [("fidelity/History_for_Account_Z20418877.csv", "fidelity_history"), ("fidelity/Accounts_History.csv", "fidelity_all_accounts")],
)
def test_the_sample_gives_its_golden_ledger(path: str, golden: str) -> None:
    compare("fidelity_history", path, golden)


def old(action: str, symbol: str, quantity: str, amount: str, *, costs: str = ",,", date: str = "05/02/2024"):
    """What one line of the oldest order of columns becomes."""
    return read("fidelity_history", OLD, f"{date}, {action}, {symbol}, SOME SECURITY,Cash,{quantity},1,{costs},{amount},")


def test_commission_and_fees_are_in_the_amount() -> None:
    # 10 at 122 are 1220, and 4.95 + 0.05 on top
    assert all_legs(old("YOU BOUGHT SOME SECURITY (KO)", "KO", "10", "-1225", costs="4.95,0.05,")) == ["buy -1220 USD +10 KO fee 5 USD"]
    assert all_legs(old("YOU SOLD SOME SECURITY (KO)", "KO", "-10", "1215", costs="4.95,0.05,")) == ["sell -10 KO +1220 USD fee 5 USD"]


def test_the_price_may_stand_before_the_quantity() -> None:
    line = "05/02/2024,YOU BOUGHT X,KO,X,Cash,61,2,,,,-122,0,"
    assert all_legs(read("fidelity_history", PRICE_FIRST, line)) == ["buy -122 USD +2 KO"]


def test_a_shifted_row_has_its_quantity_under_price() -> None:
    line = "03/14/2025,Individual,Z204,YOU BOUGHT X,SHFT,X,Cash,0,,USD,8.15,40,0,,,,-326,03/17/2025"
    assert all_legs(read("fidelity_history", SHIFTED, line)) == ["buy -326 USD +40 SHFT"]


def test_the_core_position_is_cash() -> None:
    assert all_legs(old("DIVIDEND RECEIVED MONEY MARKET", "SPAXX", "0", "0.81")) == ["income:dividend +0.81 USD"]
    assert list(old("REINVESTMENT MONEY MARKET", "SPAXX", "0.81", "-0.81").set_aside.values()) == ["the core position is cash"]


def test_rows_of_a_reverse_split_share_a_number() -> None:
    # 150 old shares become 15: 135 are taken away
    intake = read(
        "fidelity_history",
        OLD,
        "09/16/2024,REVERSE SPLIT R/S FROM 88331T101#REOR M0051880230000 X,TWAV,X,Cash,15,,,,,0,",
        "09/16/2024,REVERSE SPLIT R/S TO 88331T309#REOR M0051880230000 X,88331T101,X,Cash,-150,,,,,0,",
        "09/16/2024,REVERSE SPLIT R/S FROM 11111T101#REOR M0099 X,ALONE,X,Cash,15,,,,,0,",
    )
    assert all_legs(intake) == ["split -135 TWAV"]
    assert codes(intake) == ["ROW_UNPAIRED_LEG"]


def test_a_cancelled_row_and_its_correction() -> None:
    intake = read(
        "fidelity_history",
        OLD,
        "08/21/2024,CORR DESCRIPTION ZEXCO,ZXCO,X,Cash,10,70.2,,,,-702,",
        "08/21/2024,BUY CANCEL CORR DESCRIPTION ZEXCO,ZXCO,X,Cash,-10,71.2,,,,712,",
        "08/20/2024,YOU BOUGHT ZEXCO,ZXCO,X,Cash,10,71.2,,,,-712,",
    )
    assert all_legs(intake) == ["buy -702 USD +10 ZXCO"]
    assert len(intake.set_aside) == 2


def test_accounts_are_told_apart_only_where_there_are_several() -> None:
    line = "03/14/2025,Individual,{},YOU BOUGHT X,KO,X,Cash,0,,2,USD,60,0,,,,-120,"
    one, other = line.format("Z204"), line.format("233-1")
    assert {t.account for t in read("fidelity_history", SHIFTED, one).transactions} == {"fidelity"}
    both = read_files("fidelity_history", {"a.csv": (SHIFTED, one), "b.csv": (SHIFTED, other)})
    assert {t.account for t in both.transactions} == {"fidelity-z204", "fidelity-2331"}


@pytest.mark.parametrize(
    ("action", "symbol", "quantity", "amount", "expected"),
    [
        ("LONG-TERM CAP GAIN X", "FCNTX", "", "12", "income:capital-gain-distribution +12 USD"),
        ("SHORT-TERM CAP GAIN X", "FCNTX", "", "12", "income:dividend +12 USD"),
        ("RETURN OF CAPITAL X", "KO", "", "12", "return-of-capital +12 USD"),
        ("INTEREST EARNED", "", "", "3", "income:interest +3 USD"),
        ("FOREIGN TAX PAID", "KO", "", "-3", "fee fee 3 USD"),
        ("ADJ FOREIGN TAX", "KO", "", "3", "deposit +3 USD"),
        ("ELECTRONIC FUNDS TRANSFER PAID", "", "", "-30", "withdrawal -30 USD"),
        ("TRANSFERRED TO VS Z1", "KO", "-4", "0", "withdrawal -4 KO"),
        ("DISTRIBUTION", "KO", "20", "0", "split +20 KO"),
        ("IN LIEU OF FRX SHARE", "KO", "-0.4", "24", "sell -0.4 KO +24 USD"),
        ("ROLLOVER CASH", "", "0", "500", "deposit +500 USD"),
        ("PARTIC CONTR CURRENT", "", "0", "500", "deposit +500 USD"),
        ("NORMAL DISTR PARTIAL", "", "0", "-500", "withdrawal -500 USD"),
        ("NORMAL DISTR PARTIAL", "BRDL", "-3", "0", "withdrawal -3 BRDL"),
    ],
)
def test_kind_of_verb(action: str, symbol: str, quantity: str, amount: str, expected: str) -> None:
    assert all_legs(old(action, symbol, quantity, amount)) == [expected]


@pytest.mark.parametrize(
    ("action", "symbol", "code"),
    [
        ("EXPIRED CALL (KO)", "-KO241115C80", "KIND_NOT_BOOKED"),
        ("YOU SOLD OPENING TRANSACTION", "-KO241115C80", "KIND_NOT_BOOKED"),
        ("YOU BOUGHT X", "-KO241115C80", "KIND_NOT_BOOKED"),
        ("MERGER MER", "", "ROW_UNPAIRED_LEG"),
        ("EXCHANGE OUT", "KO", "KIND_NOT_BOOKED"),
        ("IN LIEU OF FRX SHARE", "KO", "KIND_NOT_BOOKED"),
        ("SOMETHING NEW", "KO", "ROW_UNKNOWN_KIND"),
    ],
)
def test_what_cannot_be_used_is_named(action: str, symbol: str, code: str) -> None:
    intake = old(action, symbol, "", "5")
    assert codes(intake) == [code]
    assert intake.problems[0].hint


def test_a_merger_and_a_spin_off() -> None:
    intake = read(
        "fidelity_history",
        OLD,
        "09/16/2024,MERGER MER FROM 88331T101#REOR M0051880230000 X,NEWC,X,Cash,15,,,,,0,",
        "09/16/2024,MERGER MER TO 88331T309#REOR M0051880230000 X,OLDC,X,Cash,-150,,,,,0,",
        "09/16/2024,MERGER MER PAYOUT #REOR M0051880240000 X,GONE,X,Cash,-10,,,,,540,",
        "09/17/2024,NAME CHANGED N/C FROM 1#REOR M0051880250000 X,NN,X,Cash,5,,,,,0,",
        "09/17/2024,NAME CHANGED N/C TO 2#REOR M0051880250000 X,OO,X,Cash,-5,,,,,0,",
        "09/18/2024,DISTRIBUTION SPINOFF FROM:88331T101 X,SPUN,X,Cash,4,,,,,0,",
    )
    # 540 for 10 shares are a sale; the others carry their basis over
    assert sorted(all_legs(intake)) == ["convert -150 OLDC +15 NEWC", "convert -5 OO +5 NN", "sell -10 GONE +540 USD", "spin-off +4 SPUN"]
    assert codes(intake) == []


def test_a_bond_with_accrued_interest_is_named() -> None:
    assert codes(old("YOU BOUGHT NOTE", "91282CAB7", "2000", "-1999", costs=",,3.1")) == ["KIND_NOT_BOOKED"]


def test_text_below_the_rows_is_set_aside_but_a_cut_off_row_is_named() -> None:
    intake = read("fidelity_history", OLD, "05/02/2024", "The data is provided to you", "Date downloaded 01/04/2025 9:12 am")
    assert codes(intake) == ["ROW_UNKNOWN_KIND"]
    assert len(intake.set_aside) == 2


def test_shares_from_an_assigned_option_lack_its_premium() -> None:
    # 100 at 40 are booked as bought for 4000; what the put brought is not known here
    intake = old("YOU BOUGHT ASSIGNED PUTS AS OF 05-01-24 SOME SECURITY (KO)", "KO", "100", "-4000")
    assert all_legs(intake) == ["buy -4000 USD +100 KO"]
    assert codes(intake) == ["KIND_NOT_BOOKED"]


def test_a_reverse_split_into_a_new_ticker_carries_the_lots_over() -> None:
    lines = [
        f" 07/10/2023, REVERSE SPLIT R/S {way}#REOR M001 X (Cash), {symbol}, X,Cash,{quantity},,,,,,"
        for way, symbol, quantity in (("FROM 123", "NEWC", "10"), ("TO 456", "OLDC", "-100"))
    ]
    assert all_legs(read("fidelity_history", OLD, *lines)) == ["convert -100 OLDC +10 NEWC"]


def test_files_of_two_accounts_are_told_apart_by_their_names() -> None:
    """Equal rows of two accounts are two purchases; the export of all accounts says one of them again under the same name."""
    bought = " 07/05/2023, YOU BOUGHT KO (KO) (Cash), KO, COCA COLA, Cash,10,60,,,,-600,07/07/2023"
    files = {f"History_for_Account_{number}.csv": (OLD, bought) for number in ("Z111", "Z222")}
    all_accounts = PRICE_FIRST.replace("Run Date,", "Run Date,Account,Account Number,")
    files["Accounts_History.csv"] = (
        all_accounts,
        "07/05/2023,Individual,Z111,YOU BOUGHT KO (KO) (Cash),KO,COCA COLA,Cash,60,10,,,,-600,0,07/07/2023",
    )
    intake = read_files("fidelity_history", files)
    assert sorted(one.account for one in intake.transactions) == ["fidelity-z111", "fidelity-z111", "fidelity-z222"]
