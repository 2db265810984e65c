"""Binance: goldens of every export, and each trap with its expected legs."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from exchange_samples import compare_all
from goldens import assert_one_fate_each, written
from layout_samples import codes, layout, legs, read
from taxlots.importers.exchanges.binance_trades import glued, split_amount, split_pair
from taxlots.importers.read import read as read_all
from taxlots.importers.records import Intake, RowError
from taxlots.ledger.duplicates import distinct

STATEMENT = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark"
FUTURES = "Date(UTC),type,Amount,Asset,Symbol,Transaction ID"
FILLS = "Date(UTC),Pair,Side,Price,Executed,Amount,Fee"
OLD_MOVES = "Date(UTC),Coin,Network,Amount,TransactionFee,Address,TXID,SourceAddress,PaymentID,Status"
FIAT = "Date(UTC+1),Coin,Amount,Status,Payment Method,Indicated Amount,Fee,Order ID"


def statement(*rows: str) -> Intake:
    """Rows `time,operation,coin,change` of the spot wallet."""
    lines = []
    for row in rows:
        time, operation, coin, change = row.split(",")
        lines.append(f'1,2022-01-01 {time},Spot,{operation},{coin},{change},""')
    return read("binance_statements", STATEMENT, *lines)


def shown(intake: Intake) -> list[str]:
    """The legs of every transaction."""
    return [legs(one) for one in intake.transactions]


@pytest.mark.parametrize(
    ("name", "path", "also"),
    [
        ("binance_statements", "binance/Binance-Transaction-History-2021-2024.csv", frozenset()),
        ("binance_trades", "binance/Binance-Spot-Trade-History-2022.csv", frozenset()),
        ("binance_convert", "binance/Binance-Convert-Order-History-2023.csv", frozenset()),
        ("binance_deposits", "binance/Binance-Deposit-History-2023.csv", frozenset()),
        ("binance_withdrawals", "binance/Binance-Withdraw-History-2023.csv", frozenset({"binance_deposits"})),
        ("binance_auto_invest", "binance/Binance-Auto-Invest-History-2022.csv", frozenset()),
        ("binance_staked_eth", "binance/Binance-ETH-Staking-History-2022.csv", frozenset()),
    ],
)
def test_samples_give_their_golden_ledger(name: str, path: str, also: frozenset[str]) -> None:
    compare_all(name, path, also=also)


def test_rows_of_one_second_are_one_trade() -> None:
    # two fills: 0.3 + 0.2 ETH for 450 + 300 USDT, fees 0.001 + 0.0005 BNB
    intake = statement(
        "10:00:00,Buy,ETH,0.3",
        "10:00:00,Transaction Related,USDT,-450",
        "10:00:00,Fee,BNB,-0.001",
        "10:00:00,Buy,ETH,0.2",
        "10:00:00,Transaction Related,USDT,-300",
        "10:00:00,Fee,BNB,-0.0005",
    )
    assert shown(intake) == ["swap -750 USDT +0.5 ETH fee 0.0015 BNB"]
    assert len(intake.transactions[0].sources) == 6


def test_a_fee_a_second_later_belongs_to_the_trade() -> None:
    intake = statement("10:00:00,Buy,ETH,1", "10:00:00,Buy,EUR,-1000", "10:00:01,Fee,ETH,-0.001")
    assert shown(intake) == ["buy -1000 EUR +1 ETH fee 0.001 ETH"]


def test_pairs_of_one_second_are_told_by_the_order_of_the_rows() -> None:
    intake = statement(
        "10:00:00,Buy,ETH,1",
        "10:00:00,Transaction Related,USDT,-1000",
        "10:00:00,Buy,SOL,2",
        "10:00:00,Transaction Related,USDT,-200",
        "10:00:00,Fee,SOL,-0.002",
    )
    assert shown(intake) == ["swap -1000 USDT +1 ETH", "swap -200 USDT +2 SOL fee 0.002 SOL"]


def test_a_buy_and_a_sale_of_one_second_are_two_trades() -> None:
    intake = statement(
        "10:00:00,Transaction Buy,ETH,1",
        "10:00:00,Transaction Sold,ETH,-0.4",
        "10:00:00,Transaction Fee,USDT,-0.4",
        "10:00:00,Transaction Spend,USDT,-1000",
        "10:00:00,Transaction Revenue,USDT,401",
    )
    assert shown(intake) == ["swap -1000 USDT +1 ETH", "swap -0.4 ETH +401 USDT fee 0.4 USDT"]


def test_what_the_rows_of_a_second_do_not_tell_is_rejected() -> None:
    intake = statement(
        "10:00:00,Buy,ETH,1",
        "10:00:00,Buy,SOL,2",
        "10:00:00,Transaction Related,USDT,-1000",
        "10:00:00,Transaction Related,USDT,-200",
    )
    assert codes(intake) == ["ROW_INVALID"] * 4


def test_fees_in_two_assets_are_two_transactions() -> None:
    # the fee in money or in what was given stays with the trade; 0.0005 of 0.5 BTC that cost 10000 is 10
    intake = statement(
        "10:00:00,Buy,BTC,0.5",
        "10:00:00,Transaction Related,EUR,-10000",
        "10:00:00,Fee,EUR,-5",
        "10:00:00,Fee,BTC,-0.0005",
    )
    assert shown(intake) == ["buy -10000 EUR +0.5 BTC fee 5 EUR", "fee fee 0.0005 BTC"]
    assert str(intake.transactions[1].fee_value) == "10.000000000000000000"


def test_dust_with_one_credit_is_divided_equally() -> None:
    # 0.03 BNB for three coins: 0.01 each
    intake = statement(
        "10:00:00,Small assets exchange BNB,XRP,-1",
        "10:00:00,Small assets exchange BNB,ADA,-2",
        "10:00:00,Small Assets Exchange BNB,DOGE,-3",
        "10:00:00,Small assets exchange BNB,BNB,0.03",
    )
    assert shown(intake) == ["swap -1 XRP +0.01 BNB", "swap -2 ADA +0.01 BNB", "swap -3 DOGE +0.01 BNB"]
    assert all("divided equally" in (one.note or "") for one in intake.transactions)


def test_dust_with_a_credit_for_each_coin_is_told_by_the_order() -> None:
    rows = ("XRP,-1", "BNB,0.01", "ADA,-2", "BNB,0.02")
    intake = statement(*(f"10:00:00,Small assets exchange BNB,{row}" for row in rows))
    assert shown(intake) == ["swap -1 XRP +0.01 BNB", "swap -2 ADA +0.02 BNB"]


def test_the_thirds_of_a_credit_add_up() -> None:
    rows = ("XRP,-1", "ADA,-2", "DOGE,-3", "BNB,0.01")
    made = statement(*(f"10:00:00,Small assets exchange BNB,{row}" for row in rows)).transactions
    assert sum(one.received_quantity for one in made if one.received_quantity) == made[0].received_quantity * 2 + made[2].received_quantity
    assert str(sum(one.received_quantity or 0 for one in made)).rstrip("0") == "0.01"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Deposit,BTC,1", "deposit +1 BTC"),
        ("Fiat OCBS - Add Fiat and Fees,EUR,50", "deposit +50 EUR"),
        ("Withdraw,BTC,-1", "withdrawal -1 BTC"),
        ("Send,BTC,-1", "withdrawal -1 BTC"),
        ("Referral Kickback,BNB,1", "income:referral +1 BNB"),
        ("HODLer Airdrops Distribution,NEWT,1", "income:airdrop +1 NEWT"),
        ("distribution,SGB,1", "income:airdrop +1 SGB"),
        ("Savings Distribution,USDT,1", "income:interest +1 USDT"),
        ("Super BNB Mining,BNB,1", "income:mining +1 BNB"),
        ("Staking Rewards,DOT,1", "income:staking +1 DOT"),
        ("Card Cashback,BNB,1", "income:reward +1 BNB"),
        ("Binance Card Spending,BTC,-1", "spend -1 BTC"),
        ("Binance Card Spending,BTC,1", "adjust +1 BTC"),
        ("Binance Card Spending,EUR,5", "deposit +5 EUR"),
        ("Crypto Box,BTC,-1", "gift-out -1 BTC"),
        ("Crypto Box,BTC,1", "gift-in +1 BTC"),
        ("Asset Recovery,LUNC,-1", "adjust -1 LUNC"),
        ("Buy Crypto,BTC,1", "deposit +1 BTC"),
        ("P2P Trading,USDT,100", "deposit +100 USDT"),
        ("BNB Fee Deduction,BNB,-0.1", "fee fee 0.1 BNB"),
        ("Deposit,luna,1", "deposit +1 LUNA"),
    ],
)
def test_kind_of_operation(row: str, expected: str) -> None:
    assert shown(statement(f"10:00:00,{row}")) == [expected]


@pytest.mark.parametrize(
    "operation", ["transfer_in", "Simple Earn Flexible Subscription", "Staking Redemption", "Transfer Between Main and X"]
)
def test_moves_inside_binance_are_set_aside(operation: str) -> None:
    intake = statement(f"10:00:00,{operation},BTC,-1")
    assert not intake.transactions
    assert len(intake.set_aside) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P2P Trading,USDT,-100", "ROW_UNPAIRED_LEG"),
        ("Token Swap - Redenomination/Rebranding,OLD,-5", "ROW_UNPAIRED_LEG"),
        ("Funding Fee,USDT,-1", "KIND_NOT_BOOKED"),
        ("Margin Loan,USDT,100", "KIND_NOT_BOOKED"),
        ("Nonsense,USDT,1", "ROW_UNKNOWN_KIND"),
        ("Staking Rewards,DOT,-1", "ROW_INVALID"),
        ("Deposit,,1", "ROW_INVALID"),
        ("Deposit,BTC,one", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = statement(f"10:00:00,{row}")
    assert codes(intake) == [code]
    assert intake.problems[0].hint


def test_a_fee_deduction_of_several_coins_is_a_sweep() -> None:
    # 0.004 BNB for two coins, of which the export gives the sum only
    rows = ("BNB Fee Deduction,ADA,-1", "BNB Fee Deduction,XRP,-1", "BNB Fee Deduction,BNB,0.004")
    assert shown(statement(*(f"10:00:00,{row}" for row in rows))) == ["swap -1 ADA +0.002 BNB", "swap -1 XRP +0.002 BNB"]


def test_a_renamed_token_keeps_its_basis() -> None:
    operation = "Token Swap - Redenomination/Rebranding"
    intake = statement(
        f"10:00:00,{operation},OLD,-5", f"10:00:00,{operation},NEW,50", "11:00:00,ETH 2.0 Staking,ETH,-1", "11:00:00,ETH 2.0 Staking,BETH,1"
    )
    assert shown(intake) == ["convert -5 OLD +50 NEW", "convert -1 ETH +1 BETH"]


def test_what_leaves_one_wallet_and_enters_another_is_set_aside() -> None:
    intake = statement("10:00:00,Asset - Transfer,SGB,-5", "10:00:00,Asset - Transfer,SGB,5")
    assert len(intake.set_aside) == 2


def test_luna_after_the_fork_is_the_new_one() -> None:
    lines = '1,2022-06-01 00:00:00,Spot,Deposit,LUNA,1,""', '1,24-06-01 00:00:00,Spot,Deposit,LUNA,2,""'
    intake = read("binance_statements", STATEMENT, *lines)
    assert [(one.received_asset, one.time.year) for one in intake.transactions] == [("LUNA", 2022), ("LUNA", 2024)]


def test_the_newer_statement_is_in_the_zone_of_its_file_name() -> None:
    header = "User ID,Time,Account,Operation,Coin,Change,Remark"
    line = "1,2025-06-01 01:30:00,Spot,Deposit,BTC,1,"
    table = written(layout("binance_statements"), header, line, file="x/Binance-Transaction-History-2025(UTC+2).csv")
    (one,) = layout("binance_statements").read([table], UTC).transactions
    assert one.time == datetime(2025, 5, 31, 23, 30, tzinfo=UTC)


def test_statement_and_trade_history_tell_a_trade_once() -> None:
    fills = (
        "2022-09-14 20:30:00,ETHUSDT,SELL,1600,0.12ETH,192USDT,0.0005BNB",
        "2022-09-14 20:30:00,ETHUSDT,SELL,1600,0.08ETH,128USDT,0.0003BNB",
    )
    rows = ("Transaction Sold,ETH,-0.12", "Transaction Revenue,USDT,192", "Transaction Fee,BNB,-0.0005")
    more = ("Transaction Sold,ETH,-0.08", "Transaction Revenue,USDT,128", "Transaction Fee,BNB,-0.0003")
    lines = [f'1,2022-09-14 20:30:00,Spot,{row},""' for row in (*rows, *more)]
    trades = layout("binance_trades").read([written(layout("binance_trades"), FILLS, *fills, file="t.csv")], UTC)
    history = read("binance_statements", STATEMENT, *lines)
    assert shown(trades) == shown(history) == ["swap -0.2 ETH +320 USDT fee 0.0008 BNB"]
    assert len(distinct([*trades.transactions, *history.transactions], {}).transactions) == 1


def test_withdrawal_history_and_statement_tell_a_withdrawal_once() -> None:
    header = "Date(UTC+0),Coin,Network,Amount,Fee,Address,TXID,Status"
    line = "2022-01-01 10:00:00,BTC,BTC,0.0095,0.0005,bc1,feed01,Completed"
    moves = layout("binance_withdrawals").read([written(layout("binance_withdrawals"), header, line, file="w.csv")], UTC)
    history = statement("10:00:01,Withdraw,BTC,-0.01")
    # 0.0095 and the fee of 0.0005 are the 0.01 of the statement
    assert (shown(moves), shown(history)) == (["withdrawal -0.0095 BTC fee 0.0005 BTC"], ["withdrawal -0.01 BTC"])
    (one,) = distinct([*moves.transactions, *history.transactions], {}).transactions
    assert (one.id, one.txid, one.fee_quantity) == ("feed01", "feed01", Decimal("0.0005"))


@pytest.mark.parametrize(
    ("cells", "base", "quote"),
    [
        (("1INCHUSDT", "5.11INCH", "3.06USDT"), "5.1 1INCH", "3.06 USDT"),
        (("INCHUSDT", "5.11INCH", "3.06USDT"), "5.11 INCH", "3.06 USDT"),
        (("1000SATSFDUSD", "10,0001000SATS", "0.5FDUSD"), "10000 1000SATS", "0.5 FDUSD"),
        (("ADABTC", "2,500.0000000000ADA", "0.05BTC"), "2500 ADA", "0.05 BTC"),
        (("SUSDT", "7S", "3.5USDT"), "7 S", "3.5 USDT"),
    ],
)
def test_glued_amounts(cells: tuple[str, str, str], base: str, quote: str) -> None:
    found = glued(*cells)
    assert [f"{quantity.normalize():f} {asset}" for quantity, asset in found] == [base, quote]


def test_a_fee_in_a_third_asset_is_not_cut_at_the_pair() -> None:
    # 0.1BTS ends with S, but 0.1BT is no number
    assert split_amount("0.1BTS", ("S", "USDT"))[1] == "BTS"
    assert split_amount("0.00511INCH", ("1INCH", "USDT"))[1] == "1INCH"
    with pytest.raises(RowError):
        split_amount("12")


@pytest.mark.parametrize(
    ("pair", "fee", "expected"),
    [("ADABTC", "", ("ADA", "BTC")), ("ADAEUR", "", ("ADA", "EUR")), ("BTCAEUR", "", ("BTC", "AEUR")), ("BTCTUSD", "BTC", ("BTC", "TUSD"))],
)
def test_pair_without_separator(pair: str, fee: str, expected: tuple[str, str]) -> None:
    assert split_pair(pair, fee) == expected


def test_fills_of_the_oldest_files() -> None:
    header = "Date(UTC),Market,Type,Price,Amount,Total,Fee,Fee Coin"
    lines = ("2019-04-16 04:53:02,ETHBTC,BUY,0.03,0.5,0.015,0.0005,ETH", "2019-04-16 04:53:03,XYZ,BUY,1,1,1,0,")
    intake = read("binance_trades_2019", header, *lines)
    assert shown(intake) == ["swap -0.015 BTC +0.5 ETH fee 0.0005 ETH"]
    assert codes(intake) == ["ROW_INVALID"]


def test_czech_fills() -> None:
    intake = read(
        "binance_trades_czech", "Čas,Pár,Strana,Cena,Provedeno,Částka,Poplatek", "2022-01-01 00:00:00,BTCEUR,BUY,1,1BTC,9EUR,0.1EUR"
    )
    assert shown(intake) == ["buy -9 EUR +1 BTC fee 0.1 EUR"]


def moves(name: str, *lines: str, header: str = OLD_MOVES, file: str) -> Intake:
    """What a deposit, withdrawal or fiat history makes of lines in a file of that name."""
    table = written(layout(name), header, *lines, file=file)
    intake = layout(name).read([table], UTC)
    assert_one_fate_each([table], intake)
    return intake


@pytest.mark.parametrize(
    ("file", "fee", "expected"),
    [
        ("Deposit_History.csv", "0", ["deposit +1 BTC"]),
        ("WithdrawHistory.csv", "0", ["withdrawal -1 BTC"]),
        ("export.csv", "0.1", ["withdrawal -1 BTC fee 0.1 BTC"]),
        ("export.csv", "0", []),
    ],
)
def test_files_with_one_header_for_both_directions(file: str, fee: str, expected: list[str]) -> None:
    line = f"2020-01-01 00:00:00,BTC,BTC,1,{fee},a,tx1,,,Completed"
    intake = moves("binance_deposits_withdrawals", line, line.replace("tx1", "tx2").replace("Completed", "Failed"), file=file)
    assert shown(intake) == expected
    assert codes(intake) == ([] if expected else ["ROW_INVALID"])
    assert len(intake.set_aside) == 1


def test_fiat_history() -> None:
    # deposit: 100 indicated, 1 fee; withdrawal: 50 and 1.5 fee leave
    deposit = moves("binance_fiat", "2021-01-01 00:30:00,EUR,99,Successful,Card,100,1,o1", header=FIAT, file="deposit.csv")
    withdrawal = moves("binance_fiat", "2021-01-01 00:30:00,EUR,50,Successful,SEPA,51.5,1.5,o2", header=FIAT, file="withdraw.csv")
    assert shown(deposit) + shown(withdrawal) == ["deposit +99 EUR", "withdrawal -51.5 EUR"]
    assert deposit.transactions[0].time == datetime(2020, 12, 31, 23, 30, tzinfo=UTC)


def test_earn_and_futures() -> None:
    earned = read("binance_earn", "Date(UTC),Product Name,Coin,Amount", "2023-01-01 00:00:00,Flexible,USDT,0.5")
    assert shown(earned) == ["income:interest +0.5 USDT"]
    futures = read("binance_futures", FUTURES, "2023-01-01,TRANSFER,5,USDT,,1", "2023-01-01,REALIZED_PNL,5,USDT,BTCUSDT,2")
    assert codes(futures) == ["KIND_NOT_BOOKED"]
    assert len(futures.set_aside) == 1


@pytest.mark.parametrize("wallet", ["USDT-Futures", "USD-MFutures", "Coin-M Futures"])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Realized Profit and Loss,USDT,12.5", "realized-gain +12.5 USDT"),
        ("Realize profit and loss,BTC,-0.01", "realized-gain -0.01 BTC"),
        ("Funding Fee,USDT,-0.4", "realized-gain -0.4 USDT"),
        ("Fee,BNB,-0.0005", "realized-gain -0.0005 BNB"),
        ("Insurance Fund Compensation,USDT,-3", "realized-gain -3 USDT"),
    ],
)
def test_futures_come_to_what_the_statement_states(wallet: str, cells: str, expected: str) -> None:
    intake = read("binance_statements", STATEMENT, f"1,2022-01-01 10:00:00,{wallet},{cells},")
    assert (shown(intake), codes(intake)) == ([expected], [])


@pytest.mark.parametrize(
    "row", ["Cross Margin,Fee,USDT,-1", "Options,Fee,USDT,-1", "USDT-Futures,Asset Conversion Transfer,BNB,-1", "Spot,Funding Fee,USDT,-1"]
)
def test_what_is_no_result_of_futures_stays_a_problem(row: str) -> None:
    assert codes(read("binance_statements", STATEMENT, f"1,2022-01-01 10:00:00,{row},")) == ["KIND_NOT_BOOKED"]


@pytest.mark.parametrize(("day", "aside"), [("02", True), ("04", False)])
def test_the_futures_history_is_set_aside_beside_the_results_of_the_statement(tmp_path: Path, *, day: str, aside: bool) -> None:
    """The statement tells results from 1 to 3 January: what is later has none."""
    rows = ("01 10:00:00,Spot,Deposit,USDT,100,", "03 10:00:00,USDT-Futures,Realized Profit and Loss,USDT,5,")
    (tmp_path / "statement.csv").write_text("\n".join((STATEMENT, *(f"1,2022-01-{row}" for row in rows), "")))
    history = f"{FUTURES}\n2022-01-{day} 10:00:00,REALIZED_PNL,5,USDT,BTCUSDT,2\n"
    (tmp_path / "history.csv").write_text(history)
    imported = read_all([tmp_path])
    assert sorted(legs(one) for one in imported.transactions) == ["deposit +100 USDT", "realized-gain +5 USDT"]
    assert (len(imported.set_aside), [problem.code for problem in imported.problems]) == ((1, []) if aside else (0, ["KIND_NOT_BOOKED"]))


def test_equal_fills_of_one_second_are_added_up_and_overlapping_files_count_once() -> None:
    fill = "2022-10-02 09:15:31,ADABTC,BUY,0.00002,100ADA,0.002BTC,0.1ADA"
    one, two = (written(layout("binance_trades"), FILLS, fill, fill, file=file) for file in ("a.csv", "b.csv"))
    intake = layout("binance_trades").read([one, replace(two, sha256="other")], UTC)
    assert shown(intake) == ["swap -0.004 BTC +200 ADA fee 0.2 ADA"] * 2
    assert len(distinct(intake.transactions, {}).transactions) == 1


AUTO = ",".join(layout("binance_auto_invest").required)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("ETH,10.00000000 USDT,0.00250000 USDT,0.01000000 ETH", "swap -10 USDT +0.01 ETH fee 0.0025 USDT"),
        ("1INCH,10 BUSD,--,5.1 1INCH", "swap -10 BUSD +5.1 1INCH"),
        ("BTC,20 EUR,0.1 EUR,0.0005 BTC", "buy -20 EUR +0.0005 BTC fee 0.1 EUR"),
    ],
)
def test_auto_invest_names_the_asset_beside_each_amount(cells: str, said: str) -> None:
    assert shown(read("binance_auto_invest", AUTO, f"5/21/2022 14:00,{cells},Flexible Savings,Success")) == [said]


@pytest.mark.parametrize("cells", ["ETH,10 USDT,--,0.01 BTC", "ETH,10,--,0.01 ETH", "ETH,10 USDT,--,--"])
def test_auto_invest_rows_that_cant_be_used(cells: str) -> None:
    assert len(codes(read("binance_auto_invest", AUTO, f"5/21/2022 14:00,{cells},Spot,Success"))) == 1


def test_auto_invest_is_merged_with_the_statement() -> None:
    """The history has minutes, the statement seconds: one day, the same legs, one purchase."""
    told = statement("14:00:37,Auto-Invest Transaction,USDT,-10", "14:00:37,Auto-Invest Transaction,ETH,0.01")
    again = read("binance_auto_invest", AUTO, "1/1/2022 14:00,ETH,10 USDT,--,0.01 ETH,Spot,Success")
    other = [replace(one, sources=(("other.csv", 2),)) for one in again.transactions]
    assert shown(told) == shown(again) == ["swap -10 USDT +0.01 ETH"]
    assert len(distinct([*told.transactions, *other], {}).transactions) == 1


def test_staked_eth_carries_its_basis_over() -> None:
    header = ",".join(layout("binance_staked_eth").required)
    intake = read("binance_staked_eth", header, "2022-08-01 11:22:33,ETH,BETH,0.75,Success", "2022-08-01 11:22:33,BTC,WBTC,1,Success")
    assert shown(intake) == ["convert -0.75 ETH +0.75 BETH"]
    assert codes(intake) == ["ROW_INVALID"]
