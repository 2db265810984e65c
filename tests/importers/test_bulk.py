"""Large files are read and settled by column: the same transactions, fates, problems and values as row by row."""

import random
from collections import Counter
from pathlib import Path

import pytest
from taxlots import frames
from taxlots.importers import readers
from taxlots.importers.read import Imported, read
from taxlots.importers.transaction_columns import CODED, SCHEMA, to_transactions
from taxlots.ledger.settle import Ledger
from taxlots.session import read_exports

HERE = Path(__file__).parent
UNIVERSAL = (
    "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,value,value_currency,"
    "counter_account,id,txid,note,basis,acquired,asset_class"
)
KRAKEN = "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance,amountusd"
PRICES = "time,asset,price,currency,source\n" + "".join(
    f"20{year}-{month:02}-{day:02}T00:00:00Z,{asset},{price},USD,made up\n"
    for year in (24, 25)
    for month in range(1, 13)
    for day in range(1, 28)
    for asset, price in (("ETH", 2000 + month), ("EUR", "1.0925"))
)


def imported(paths: list[Path], monkeypatch: pytest.MonkeyPatch, large: int) -> Imported:
    """What is read when files from that size on are large."""
    monkeypatch.setattr(readers, "LARGE_BYTES", large)
    return read(paths)


def told(found: Imported) -> tuple[object, ...]:
    """Everything that was read, in no order."""
    transactions = [*found.transactions, *(t for table in found.columns for t in to_transactions(table))]
    files = [(f.file, f.layout, f.rows, f.newest_first, f.first, f.last) for f in found.files]
    balances = sorted((b.account, b.asset, b.wallet, b.time, b.quantity, b.source) for b in found.balances)
    problems = Counter((p.code, p.message, p.file, p.row) for p in found.problems)
    return Counter(transactions), found.set_aside, found.merged, found.unusable, problems, balances, files


def settled(paths: list[Path], monkeypatch: pytest.MonkeyPatch, large: int, **options: str) -> Ledger:
    """The ledger when files from that size on are large."""
    monkeypatch.setattr(readers, "LARGE_BYTES", large)
    return read_exports(paths, **options)


def lines(ledger: Ledger) -> list[dict[str, object]]:
    """The settled rows, in order."""
    return frames.records(ledger.transactions)


def assert_both_ways(paths: list[Path], monkeypatch: pytest.MonkeyPatch, **options: str) -> int:
    """By column as row by row, read and settled; returns how many transactions were settled by column."""
    by_row, by_column = (imported(paths, monkeypatch, large) for large in (10**9, 1))
    assert told(by_row) == told(by_column)
    one, other = (settled(paths, monkeypatch, large, **options) for large in (10**9, 1))
    assert lines(one) == lines(other)
    assert (one.set_aside, one.merged) == (other.set_aside, other.merged)
    assert Counter(one.problems) == Counter(other.problems)
    assert one.files == other.files
    assert [(b.account, b.asset, b.reported, b.computed) for b in one.balances] == [
        (b.account, b.asset, b.reported, b.computed) for b in other.balances
    ]
    assert sorted(one.missing_prices) == sorted(other.missing_prices)
    return sum(len(table) for table in by_column.columns)


def universal_line(draw: random.Random, number: int) -> str:
    """A line, usually plain, now and then in one of the forms that need a closer look."""
    month, day = draw.randint(1, 12), draw.randint(1, 27)
    time = draw.choice(
        (f"2024-{month:02}-{day:02}T{number % 24:02}:00:00Z", f"2025-{month:02}-{day:02}", f"2024-{month:02}-{day:02}T10:00:00+02:00")
    )
    quantity, asset = draw.choice(("1.5", "0.25", "3", "1e-3")), draw.choice(("BTC", "ETH", "XYZ"))
    account, other = draw.choice((("kraken", "ledger"), ("ledger", "kraken")))
    legs, counter = draw.choice(
        (
            (f"buy,1000.50,USD,{quantity},{asset},1.5,USD,,,", ""),
            (f"buy,900,EUR,{quantity},{asset},1.5,EUR,,,", ""),
            (f"sell,{quantity},{asset},500,USD,0.001,{asset},,,", ""),
            (f"sell,{quantity},{asset},500,EUR,,,,,", ""),
            (f"swap,{quantity},{asset},2,ADA,0.01,ADA,,100,USD", ""),
            (f"swap,{quantity},{asset},2,ADA,,,,,", ""),
            (f"income:staking,,,{quantity},{asset},,,,12.5,USD", ""),
            (f"income:staking,,,{quantity},{asset},,,,,", ""),
            (f"deposit,,,{quantity},{asset},,,,,", ""),
            (f"withdrawal,{quantity},{asset},,,0.0005,{asset},,,", ""),
            (f"transfer,{quantity},{asset},,,0.0001,{asset},0.5,,", other),
            (f"transfer,{quantity},{asset},0.2,{asset},,,,,", other),
            (f"spend,{quantity},{asset},,,,,,30,EUR", ""),
            (f"fee,,,,,0.01,{asset},,,", ""),
            (f"gift-in,,,{quantity},{asset},,,,,", ""),
            (f'buy,"1,000.50",USD,{quantity},{asset},,,,,', ""),
            (f"sell,-1,{asset},500,USD,,,,,", ""),
            (f"teleport,{quantity},{asset},,,,,,,", ""),
            (f"sell,,{asset},500,USD,,,,,", ""),
        )
    )
    name = draw.choice((f"t{number}", f"t{number}", f"t{number // 20}", ""))
    return f"{time},{account},{legs},{counter},{name},{draw.choice(('', '', 'h1', 'h2'))},{draw.choice(('', 'a note', '=x'))},,,"


@pytest.mark.parametrize("seed", range(6))
def test_universal_ledger(seed, tmp_path, monkeypatch):
    """Two overlapping files, a price table, every kind of row."""
    monkeypatch.chdir(tmp_path)
    draw = random.Random(seed)
    rows = [universal_line(draw, number) for number in range(160)]
    (tmp_path / "one.csv").write_text("\n".join([UNIVERSAL, *rows[:110], ""]))
    (tmp_path / "two.csv").write_text("\n".join([UNIVERSAL, *rows[90:], UNIVERSAL, rows[0], ""]))
    (tmp_path / "prices.csv").write_text(PRICES)
    taken = assert_both_ways([tmp_path / "one.csv", tmp_path / "two.csv"], monkeypatch)
    assert taken > 60
    assert_both_ways([tmp_path / "one.csv"], monkeypatch, as_of="2024-08-01")
    assert_both_ways([tmp_path / "one.csv", tmp_path / "two.csv"], monkeypatch, timezone="America/New_York")


ASSETS = [
    "deposit,,,9,CLAIM-NOW.IO,,,,,",
    "income:airdrop,,,9,VISIT.XYZ,,,,0,USD",
    "deposit,,,9,UNPRICED,,,,0,USD",
    "buy,90,USD,1,MATIC,,,,,",
    "sell,1,POL,90,USD,0.1,POL,,,",
    "buy,90,USD,2,LUNA,,,,,",
    "buy,90,USD,2,XBT,0.001,XBT,,,",
    "swap,1,ETH,1,WETH,,,,,",
    "buy,90,USD,2,VTI,,,,,",
    "deposit,,,1,APE #7,,,,,",
    "sell,1,AGIX,90,USD,,,,,",
    "buy,90,USD,2,FET,,,,,",
    "buy,9,EUR,2,ETH,,,,,",
    "income:staking,,,2,NOPRICE,,,,,",
]
CHOICES = '[assets]\nETH = { class = "collectible" }\nWETH = { same_as = "ETH" }\n"ledger:BTC" = { rename = "X" }\n'
ABOUT = ("return-of-capital,,VTI,5,USD,,,,,", "spin-off,,VTI,1,VTX,,,,,")


@pytest.mark.parametrize(
    "settings", ["", '[assets]\nETH = { class = "collectible" }\nWETH = { same_as = "ETH" }\n"ledger:BTC" = { rename = "X" }\n']
)
def test_names_classes_and_spam(settings, tmp_path, monkeypatch):
    """What needs a look (names, spam, shares, wrapped forms, holdings) comes out of the columns, the rest is settled there."""
    monkeypatch.chdir(tmp_path)
    draw = random.Random(7)
    rows = [universal_line(draw, number) for number in range(120)]
    for number, legs in enumerate([*ASSETS, *ABOUT, *ASSETS]):
        account, year = ("kraken", "ledger")[number % 2], (2021, 2024)[number % 3 == 0]
        share = "security" if number == len(ASSETS) + 3 else ""
        rows.append(f"{year}-03-{1 + number % 27:02}T10:00:00Z,{account},{legs},,a{number},,a note,,,{share}")
    rows.append("2024-06-01T10:00:00Z,schwab,buy,90,USD,1,BTC,,,,,,,c1,,,,,security")
    (tmp_path / "one.csv").write_text("\n".join([UNIVERSAL, *rows, ""]))
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "taxlots.toml").write_text(settings)
    assert assert_both_ways([tmp_path / "one.csv"], monkeypatch, config="taxlots.toml") > 60
    ledger = settled([tmp_path / "one.csv"], monkeypatch, 1, config="taxlots.toml")
    found = {problem.code for problem in ledger.problems}
    expected = {"ASSET_RENAMED", "ASSET_SPAM", "ASSET_AMBIGUOUS", "BASIS_SHARE_MISSING", "COLLECTIBLE_POSSIBLE"}
    assert expected | {"ASSET_SAME" if settings else "ASSET_WRAPPED"} <= found


def kraken_lines(draw: random.Random, number: int) -> list[str]:
    """The rows of one event, usually plain."""
    time = f"2024-{1 + number // 14:02}-{1 + number % 14 * 2:02} {draw.randint(0, 23):02}:10:00"
    txid, refid = f"L{number}", f"R{number}"
    asset, amount, fee = draw.choice(("XXBT", "XETH", "SOL03.S", "DOT.P", "XTZ")), draw.choice(("1.5", "0.25")), draw.choice(("0", "0.01"))
    usd = draw.choice(("", "", "120.50"))

    def line(row: str, kinds: str, name: str, moved: str, cost: str = "0", **more: str) -> str:
        ref, wallet, stated = more.get("ref", refid), more.get("wallet", "spot / main"), draw.choice(("1", ""))
        return f"{row},{ref},{time},{kinds},currency,{name},{wallet},{moved},{cost},{stated},{usd}"

    return draw.choice(
        (
            [line(txid, "trade,", "ZUSD", "-100", fee), line(f"{txid}b", "trade,", asset, amount)],
            [line(txid, "trade,", asset, f"-{amount}"), line(f"{txid}b", "trade,", "ZEUR", "90.5", fee)],
            [line(txid, "spend,", asset, f"-{amount}", fee), line(f"{txid}b", "receive,", "ADA", "7", fee)],
            [line(txid, "trade,", asset, f"-{amount}", "0.001"), line(f"{txid}b", "trade,", "ZUSD", "50")],
            [line(txid, "trade,", asset, amount)],
            [line(txid, "deposit,", asset, amount, fee)],
            [line(txid, "deposit,", "ZUSD", amount, fee)],
            [line(txid, "withdrawal,", asset, f"-{amount}", fee)],
            [line("", "withdrawal,", asset, f"-{amount}"), line(txid, "withdrawal,", asset, f"-{amount}")],
            [line(txid, "withdrawal,", asset, f"-{amount}"), line(f"{txid}b", "withdrawal,", asset, amount, ref="Unknown")],
            [line(txid, "earn,reward", asset, amount, fee, wallet="earn / flexible")],
            [line(txid, "staking,", asset, amount)],
            [
                line(txid, "earn,allocation", asset, f"-{amount}"),
                line(f"{txid}b", "earn,allocation", asset, amount, wallet="earn / flexible"),
            ],
            [line(txid, "transfer,spottofutures", asset, f"-{amount}"), line(f"{txid}b", "transfer,spotfromfutures", asset, amount)],
            [line(txid, "trade,", "KFEE", "0", "5")],
            [line(txid, "adjustment,", asset, amount)],
            [line(txid, "margin,", "ZUSD", amount, fee)],
            [line(txid, "earn,teleport", asset, amount)],
            [line(f"L{number // 2}", "deposit,", asset, "0.5")],
            [line(txid, "deposit,", asset, "x")],
        )
    )


@pytest.mark.parametrize("seed", range(8))
def test_kraken_ledger(seed, tmp_path, monkeypatch):
    """Two overlapping files with trades, rewards, reversals, pending rows, conflicting ids and rows that can't be read."""
    monkeypatch.chdir(tmp_path)
    draw = random.Random(seed)
    events = [kraken_lines(draw, number) for number in range(150)]
    rows = [row for event in events for row in event]
    (tmp_path / "one.csv").write_text("\n".join([KRAKEN, *rows[:120], ""]))
    (tmp_path / "two.csv").write_text("\n".join([KRAKEN, *reversed(rows[100:]), ""]))
    (tmp_path / "prices.csv").write_text(PRICES)
    assert assert_both_ways([tmp_path / "one.csv", tmp_path / "two.csv"], monkeypatch) > 40
    assert_both_ways([tmp_path / "one.csv"], monkeypatch)
    assert_both_ways([tmp_path / "two.csv"], monkeypatch)


@pytest.mark.parametrize("name", sorted(path.name for path in (HERE / "data").glob("kraken_*.csv")))
def test_kraken_eras(name, monkeypatch, tmp_path):
    """Every header era by column as row by row."""
    monkeypatch.chdir(tmp_path)
    assert_both_ways([HERE / "data" / name], monkeypatch)


def test_balances_of_a_sound_ledger_are_checked_by_column(tmp_path, monkeypatch):
    """A chain that follows hands on its last balance; one in which a row is missing is located at the first row after the gap."""
    monkeypatch.chdir(tmp_path)
    rows = [
        "L1,R1,2024-01-01 10:00:00,deposit,,currency,ZUSD,spot / main,100,0,100,",
        "L2,R2,2024-01-02 10:00:00,trade,,currency,ZUSD,spot / main,-60,0.5,39.5,",
        "L3,R2,2024-01-02 10:00:00,trade,,currency,XXBT,spot / main,0.002,0,0.002,",
        "L4,R4,2024-01-03 10:00:00,trade,,currency,ZUSD,spot / main,-10,0,20,",
        "L5,R4,2024-01-03 10:00:00,trade,,currency,XXBT,spot / main,0.001,0,0.003,",
    ]
    (tmp_path / "ledgers.csv").write_text("\n".join([KRAKEN, *rows, ""]))
    found = imported([tmp_path / "ledgers.csv"], monkeypatch, 1)
    assert [(p.code, p.row) for p in found.problems] == [("BALANCE_MISMATCH", 5)]
    assert "29.5 ZUSD" in found.problems[0].message  # 39.5 - 10, where the export says 20
    assert {(b.wallet, str(b.quantity)) for b in found.balances if b.asset == "BTC"} == {("XXBT/spot / main", "0.003000000000000000")}
    assert_both_ways([tmp_path / "ledgers.csv"], monkeypatch)


def test_lines_of_another_width_are_named_and_the_rest_is_read(tmp_path, monkeypatch):
    """A truncated line, one that is too wide, the header once more and a blank line of commas among plain lines."""
    monkeypatch.chdir(tmp_path)
    plain = [f"2024-01-{day:02},kraken,buy,100,USD,1,BTC,,,,,,,t{day},,,,," for day in range(1, 9)]
    odd = ["2024-02-01,kraken", f"{plain[0]},,,spare", UNIVERSAL, "," * 18]
    (tmp_path / "one.csv").write_text("\n".join([UNIVERSAL, *plain[:4], *odd, *plain[4:], ""]))
    assert assert_both_ways([tmp_path / "one.csv"], monkeypatch) == 8
    found = imported([tmp_path / "one.csv"], monkeypatch, 1)
    assert [(p.code, p.row) for p in found.problems if p.severity == "error"] == [("ROW_TRUNCATED", 6), ("ROW_INVALID", 7)]


def test_columns_hold_what_the_schema_says(tmp_path, monkeypatch):
    """A table of transactions has the types of `frames.TRANSACTIONS`, with columns of few words coded."""
    (tmp_path / "one.csv").write_text(f"{UNIVERSAL}\n2024-01-01,kraken,buy,100,USD,1,BTC,,,,,,,,,,,,\n")
    (table,) = imported([tmp_path / "one.csv"], monkeypatch, 1).columns
    assert table.schema == SCHEMA
    assert table.column_names == list(frames.TRANSACTIONS)
    decoded = {name: kind.value_type if name in CODED else kind for name, kind in zip(table.column_names, table.schema.types, strict=True)}
    assert decoded == {name: column.type for name, column in frames.TRANSACTIONS.items()}


def test_times_that_the_whole_file_tells_go_row_by_row(tmp_path, monkeypatch) -> None:
    """13/02/24 says that the file begins with the day, also in a large one; so 05/03/24 is 5 March."""
    rows = "".join(
        f"T{n},R{n},{day} 09:15,deposit,,currency,ZEUR,spot / main,100,0,{n}00,\n" for n, day in ((1, "13/02/24"), (2, "05/03/24"))
    )
    path = tmp_path / "ledgers.csv"
    path.write_text(f"{KRAKEN}\n{rows}")
    assert assert_both_ways([path], monkeypatch) == 0
    found = imported([path], monkeypatch, 1)
    assert sorted(f"{one.time:%Y-%m-%d}" for one in found.transactions) == ["2024-02-13", "2024-03-05"]


def test_hours_that_clocks_show_twice_go_row_by_row(tmp_path, monkeypatch) -> None:
    """In New York 1:30 existed twice on 3 November 2024: large or small, the file says so."""
    cells = ",buy,100,USD,1,ETH" + "," * 13
    path = tmp_path / "ledger.csv"
    path.write_text(f"{UNIVERSAL}\n2024-11-02 10:00,kraken{cells}\n2024-11-03 01:30,kraken{cells}\n")
    assert_both_ways([path], monkeypatch, timezone="America/New_York")
    ledger = settled([path], monkeypatch, 1, timezone="America/New_York")
    assert [p.row for p in ledger.problems if p.code == "TIME_TWICE"] == [3]


def test_offsets_leave_nothing_to_settle(tmp_path, monkeypatch) -> None:
    """With an offset on each row a large file is read by column, whatever the taxpayer's zone."""
    cells = ",buy,100,USD,1,ETH" + "," * 13
    path = tmp_path / "ledger.csv"
    path.write_text(f"{UNIVERSAL}\n2024-11-02T10:00:00Z,kraken{cells}\n2024-11-03T01:30:00-05:00,kraken{cells}\n")
    assert assert_both_ways([path], monkeypatch, timezone="America/New_York") == 2
