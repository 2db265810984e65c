"""Names of assets: other codes, renames told by dates, platforms and files, what the person says, and what can't be decided."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from taxlots.assets import asset_table
from taxlots.importers.read import FileRecord, Imported
from taxlots.importers.records import ReportedBalance, Transaction
from taxlots.kinds import FIAT
from taxlots.ledger.names import Names
from taxlots.ledger.settle import Terms, settle
from taxlots.settings import Asset

from support import book_of, codes, ledger_of, records, run, tx, universal

D = Decimal
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
SPLIT = datetime(2022, 5, 28, 6, tzinfo=UTC)


def row(kind, *, time=NOON, account="kraken", layout="kraken_ledgers", number=2, **legs):
    """A transaction of a file that is named after its layout; legs are written `sent="1 XBT"`."""
    given = {}
    for side in ("sent", "received", "fee"):
        if side in legs:
            quantity, asset = legs.pop(side).split()
            given |= {f"{side}_quantity": D(quantity), f"{side}_asset": asset}
    return Transaction(time=time, account=account, kind=kind, sources=((layout, number),), **given, **legs)


def names(*rows, **choices):
    """The names in force for these rows, with what the person says of assets."""
    layouts = {file: file for one in rows for file, _ in one.sources}
    return Names(rows, layouts, {name.replace("_at_", ":"): choice for name, choice in choices.items()})


def called(*rows, **choices):
    """(sent, received, fee) assets of what is left of the rows."""
    made = names(*rows, **choices)
    return [(t.sent_asset, t.received_asset, t.fee_asset) for t in made.transactions(rows)]


def settled(*rows, assets=None):
    """The ledger of these rows."""
    files = {file for one in rows for file, _ in one.sources}
    records_ = [FileRecord(file, file, file, sum(one.sources[0][0] == file for one in rows)) for file in sorted(files)]
    return settle(Imported(files=records_, transactions=list(rows)), Terms(zone_assumed=False, assets=assets or {}))


def test_another_code_for_the_same_units():
    """XBT is bitcoin in every leg, in every account."""
    assert called(row("swap", sent="1 XBT", received="2 XDG", fee="1 XBT")) == [("BTC", "DOGE", "BTC")]


@pytest.mark.parametrize(
    ("layout", "asset", "now"),
    [
        ("poloniex_trades", "STR", "XLM"),
        ("kraken_ledgers", "STR", "STR"),
        ("bitfinex_trades", "UST", "USDT"),
        ("koinly_export", "UST", "UST"),
        ("bitfinex_movements", "DSH", "DASH"),
        ("bitfinex_trades", "IOT", "IOTA"),
        ("koinly_export", "MIOTA", "IOTA"),
        ("binance_statements", "BCC", "BCH"),
        ("bittrex_orders_2017", "BCC", "BCH"),
        ("koinly_export", "BCC", "BCC"),
        ("koinly_export", "BCHABC", "BCH"),
        ("poloniex_deposits", "BCHSV", "BSV"),
        ("binance_deposits", "NANO", "XNO"),
        ("koinly_export", "NANO", "NANO"),
        ("koinly_export", "XRB", "XNO"),
        ("kucoin_trades_2019", "LOKI", "OXEN"),
        ("kraken_ledgers", "LUNA", "LUNC"),
        ("kraken_ledgers", "LUNA2", "LUNA"),
        ("universal", "LUNA", "LUNA"),
        ("koinly_export", "1INCH", "1INCH"),
        ("koinly_export", "AGIX", "AGIX"),
    ],
)
def test_names_by_platform(layout, asset, now):
    """What a name means in the exports of a platform, in March 2024."""
    assert called(row("deposit", layout=layout, received=f"1 {asset}")) == [(None, now, None)]


@pytest.mark.parametrize(("seconds", "now"), [(-1, "LUNC"), (0, "LUNA"), (1, "LUNA")])
@pytest.mark.parametrize("layout", ["binance_statements", "universal", "koinly_export"])
def test_luna_before_its_split_is_lunc(seconds, now, layout):
    """The new chain began on 28 May 2022 at 06:00 UTC."""
    moment = SPLIT + timedelta(seconds=seconds)
    assert called(row("deposit", layout=layout, time=moment, received="1 LUNA")) == [(None, now, None)]


def test_a_row_that_renames_luna_itself_is_kept():
    """Where an export turns LUNA into LUNC by a row of its own, its earlier LUNA keeps the name that the row takes it from."""
    rows = [
        row("deposit", account="tool", layout="koinly_export", time=SPLIT - timedelta(days=9), received="3 LUNA"),
        row("convert", account="tool", layout="koinly_export", number=3, sent="3 LUNA", received="3 LUNC"),
        row("deposit", account="binance", layout="binance_statements", time=SPLIT - timedelta(days=9), received="1 LUNA"),
    ]
    assert called(*rows) == [(None, "LUNA", None), ("LUNA", "LUNC", None), (None, "LUNC", None)]


MATIC = row("buy", time=NOON - timedelta(days=400), sent="100 USD", received="100 MATIC")
POL = row("sell", time=NOON + timedelta(days=300), number=9, sent="100 POL", received="50 USD")


def test_a_change_of_name_that_nothing_tells():
    """MATIC bought and POL sold, with no row between: one asset, its purchase is found, and an info says so."""
    ledger = settled(MATIC, POL)
    assert [(t["sent_asset"], t["received_asset"]) for t in records(ledger.transactions)] == [("USD", "POL"), ("POL", "USD")]
    (found,) = [p for p in ledger.problems if p.code == "ASSET_RENAMED"]
    assert found.message.startswith("MATIC is POL in 1 places: Polygon exchanges MATIC for POL one for one")
    assert ledger.renamed["MATIC"] == "POL"


def test_a_name_alone_stays():
    """Who only has MATIC keeps MATIC."""
    assert called(MATIC) == [("USD", "MATIC", None)]


def test_a_change_that_a_row_tells_stays_a_conversion():
    """A convert in the account does it; nothing is renamed."""
    told = row("convert", number=5, sent="100 MATIC", received="100 POL")
    assert called(MATIC, told, POL) == [("USD", "MATIC", None), ("MATIC", "POL", None), ("POL", "USD", None)]


def test_a_change_that_one_of_two_accounts_tells():
    """The other account needs the one name; the conversion then says nothing, and is set aside; a fee of it stays."""
    told = row("convert", account="coinbase", layout="coinbase_retail", number=5, sent="7 MATIC", received="7 POL")
    priced = row("convert", account="coinbase", layout="coinbase_retail", number=6, sent="7 MATIC", received="7 POL", fee="1 ETH")
    made = names(MATIC, told, priced, POL)
    left = made.transactions([MATIC, told, priced, POL])
    assert [(t.kind, t.sent_asset, t.received_asset, t.fee_asset) for t in left] == [
        ("buy", "USD", "POL", None),
        ("fee", None, None, "ETH"),
        ("sell", "POL", "USD", None),
    ]
    assert made.set_aside == {("coinbase_retail", 5): "tells that the asset is called POL now"}


def test_who_trades_one_for_the_other_has_two_assets():
    """100 MATIC for 99.5 POL is a trade: nothing is put together."""
    trade = row("swap", number=5, sent="100 MATIC", received="99.5 POL")
    assert called(MATIC, trade, POL) == [("USD", "MATIC", None), ("MATIC", "POL", None), ("POL", "USD", None)]


def test_a_share_is_no_coin():
    """FTM became S; the share called S stays what it is, and so does FTM, of which there is no other name in the files."""
    share = row("buy", account="schwab", layout="schwab_transactions", sent="9 USD", received="1 S", asset_class="security")
    coin = row("buy", sent="9 USD", received="1 FTM")
    assert called(share, coin) == [("USD", "S", None), ("USD", "FTM", None)]
    sonic = row("sell", number=3, sent="1 S", received="9 USD")
    assert called(share, coin, sonic) == [("USD", "S", None), ("USD", "S", None), ("S", "USD", None)]


def test_a_chain_of_names():
    """RaiBlocks, Nano and XNO in one history are XNO."""
    rows = [row("deposit", number=n, layout="koinly_export", received=f"1 {name}") for n, name in enumerate(("XRB", "NANO", "XNO"), 2)]
    assert called(*rows) == [(None, "XNO", None)] * 3


def test_what_the_person_says_comes_first():
    """A rename for everything, one for an account, and a name that is to stay."""
    rows = [row("deposit", account=account, layout="koinly_export", received="1 BCC") for account in ("bittrex", "hitbtc")]
    assert called(*rows, BCC=Asset(rename="bch")) == [(None, "BCH", None)] * 2
    assert called(*rows, hitbtc_at_BCC=Asset(rename="BITCONNECT")) == [(None, "BCC", None), (None, "BITCONNECT", None)]
    assert called(row("deposit", received="1 XBT"), XBT=Asset(rename="XBT")) == [(None, "XBT", None)]
    assert called(MATIC, POL, MATIC=Asset(rename="MATIC")) == [("USD", "MATIC", None), ("POL", "USD", None)]


def test_a_security_is_renamed_only_by_the_person():
    """A change of ticker that the broker does not tell."""
    share = row("buy", layout="schwab_transactions", sent="9 USD", received="1 FB", asset_class="security")
    assert called(share, FB=Asset(rename="META")) == [("USD", "META", None)]


def test_balances_are_renamed_too():
    """A balance of XBT is one of BTC."""
    reported = ReportedBalance("kraken", "XBT", "", NOON, D(1), ("kraken_ledgers", 2))
    assert [b.asset for b in names(row("deposit", received="1 XBT")).balances([reported])] == ["BTC"]


def test_pairs_and_prices_survive_a_rename(tmp_path):
    """MATIC sent, POL arrives: one transfer; prices under both names serve both; the sale finds the purchase of 80 dollars."""
    rows = (
        tx("2024-08-01T12:00:00Z", "income:staking", account="coinbase", received="100 MATIC"),
        tx("2024-09-10T12:00:00Z", "withdrawal", account="coinbase", sent="100 MATIC"),
        tx("2024-09-10T12:20:00Z", "deposit", account="kraken", received="100 POL"),
        tx("2024-10-01T12:00:00Z", "spend", account="kraken", sent="100 POL"),
    )
    prices = "time,asset,price,currency,source\n2024-08-01T12:00:00Z,MATIC,0.8,USD,x\n2024-10-01T12:00:00Z,POL,1,USD,x\n"
    book = book_of(tmp_path, {"a.csv": universal(*rows), "p.csv": prices})
    assert [(d["asset"], d["proceeds"], d["basis"]) for d in records(book.disposals)] == [("POL", 100, 80)]
    assert codes(book.problems) == ["ASSET_RENAMED"]


def test_a_price_of_luna_before_the_split_is_one_of_lunc(tmp_path):
    """Prices follow the same date."""
    row_ = tx("2022-04-01T12:00:00Z", "income:staking", received="2 LUNA")
    prices = "time,asset,price,currency,source\n2022-04-01T12:00:00Z,LUNA,100,USD,x\n"
    (only,) = records(ledger_of(tmp_path, {"a.csv": universal(row_), "p.csv": prices}).transactions)
    assert (only["received_asset"], only["home_value"]) == ("LUNC", 200)


def test_exports_of_two_eras_under_two_names_are_one():
    """An old export says BCHABC, a newer one BCH: the same deposit counts once."""
    old = row("deposit", layout="poloniex_deposits", received="1 BCHABC")
    new = row("deposit", layout="poloniex_deposits_2022", received="1 BCH")
    ledger = settled(old, new)
    assert len(ledger.transactions) == 1
    assert len(ledger.merged) == 1


def test_an_id_survives_a_rename_that_later_files_bring():
    """The id made from MATIC's row is the same before and after POL appears, so that overrides still fit."""
    assert settled(MATIC).transactions["id"][0] == settled(MATIC, POL).transactions["id"][0]


def test_the_same_by_choice():
    """StETH taken for ETH: the swap is a conversion with basis 1,000 and its date, and an info names the choice."""
    rows = [
        row("buy", time=NOON - timedelta(days=400), sent="1000 USD", received="1 ETH"),
        row("swap", number=3, sent="1 ETH", received="0.999 STETH", value=D(3000), value_currency="USD"),
    ]
    ledger = settled(*rows, assets={"STETH": Asset(same_as="eth")})
    assert [t["kind"] for t in records(ledger.transactions)] == ["buy", "convert"]
    assert codes(ledger.problems) == ["ASSET_SAME"]
    assert codes(settled(*rows).problems) == ["ASSET_WRAPPED"]
    assert [t["kind"] for t in records(settled(*rows).transactions)] == ["buy", "swap"]


def test_two_forms_of_one_asset_are_the_same_too():
    """WETH and stETH, both taken for ETH, are taken for one another."""
    swap = row("swap", sent="1 WETH", received="1 STETH", value=D(3000))
    both = {"WETH": Asset(same_as="ETH"), "STETH": Asset(same_as="ETH")}
    assert [t["kind"] for t in records(settled(swap, assets=both).transactions)] == ["convert"]


def test_targets_follow_the_names(tmp_path):
    """A target for XBT is one for BTC."""
    (tmp_path / "taxlots.toml").write_text("[targets]\nXBT = 0.5\n")
    (tmp_path / "a.csv").write_text(universal(tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 BTC")))
    (tmp_path / "prices.csv").write_text("time,asset,price\n2024-02-01,BTC,100\n")
    ran = run(tmp_path, "rebalance", "a.csv", "--as-of", "2024-02-01", "--format", "json")
    assert ran.code == 0, ran.err
    assert "XBT" not in ran.out


AMBIGUOUS = {
    "BCC outside the platforms that called Bitcoin Cash so": [row("deposit", layout="koinly_export", received="1 BCC", basis=D(1))],
    "LUNA before and after its split in a wallet": [
        row("deposit", layout="koinly_export", time=SPLIT - timedelta(days=9), received="1 LUNA", basis=D(1)),
        row("withdrawal", layout="koinly_export", number=3, sent="1 LUNA"),
    ],
    "AGIX and FET with no row between": [
        row("deposit", received="1 AGIX", basis=D(1)),
        row("deposit", number=3, received="1 FET", basis=D(1)),
    ],
    "a share and a coin of one name": [
        row("buy", account="schwab", layout="schwab_transactions", sent="9 USD", received="1 BTC", asset_class="fund"),
        row("buy", number=3, sent="9 USD", received="1 BTC"),
    ],
}
CLEAR = {
    "LUNA at Binance": [
        row("deposit", layout="binance_statements", time=SPLIT - timedelta(days=9), received="1 LUNA", basis=D(1)),
        row("deposit", layout="binance_statements", number=3, received="1 LUNA", basis=D(1)),
    ],
    "LUNA only after its split": [row("deposit", layout="koinly_export", received="1 LUNA", basis=D(1))],
    "AGIX turned into FET by a row": [
        row("deposit", time=NOON - timedelta(days=9), received="1 AGIX", basis=D(1)),
        row("convert", number=3, sent="1 AGIX", received="0.43335 FET"),
    ],
    "a share in the universal ledger too": [
        row("buy", account="schwab", layout="schwab_transactions", sent="9 USD", received="1 SHY", asset_class="fund"),
        row("buy", layout="universal", number=3, sent="9 USD", received="1 SHY"),
    ],
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_a_name_with_two_meanings_is_a_warning(case):
    """It names both readings and the setting that decides."""
    (found,) = [p for p in settled(*AMBIGUOUS[case]).problems if p.code == "ASSET_AMBIGUOUS"]
    assert str(found.severity) == "warning"
    assert "[assets]" in found.hint or "convert" in found.hint


@pytest.mark.parametrize("case", CLEAR)
def test_a_name_with_one_meaning_is_not(case):
    """Where platform, date or a row tells, nothing is asked."""
    assert "ASSET_AMBIGUOUS" not in codes(settled(*CLEAR[case]).problems)


def test_the_persons_word_ends_the_question():
    """Renamed to itself, BCC is BitConnect, and no warning is left; renamed at the broker, the fund is no coin."""
    (bcc,) = AMBIGUOUS["BCC outside the platforms that called Bitcoin Cash so"]
    assert codes(settled(bcc, assets={"BCC": Asset(rename="BCC")}).problems) == []
    apart = settled(*AMBIGUOUS["a share and a coin of one name"], assets={"schwab:BTC": Asset(rename="BTC.US")})
    assert "ASSET_AMBIGUOUS" not in codes(apart.problems)
    assert sorted(t["received_asset"] for t in records(apart.transactions)) == ["BTC", "BTC.US"]


@pytest.mark.parametrize(
    ("said", "choice", "asset", "expected"),
    [
        (None, None, "VTI", "fund"),
        (None, None, "AAPL", "security"),
        (None, None, "BTC", None),
        ("security", None, "VTI", "security"),
        ("security", "fund", "VTI", "fund"),
        (None, "collectible", "PUNK #7", "collectible"),
        ("security", "digital", "VTI", "digital"),
    ],
)
def test_classes_by_person_export_and_table(said, choice, asset, expected):
    """The person's word comes before the export's, that before the table's; the rest is digital, which is not written."""
    one = Transaction(
        time=NOON, account="a", kind="deposit", sources=(("universal", 2),), received_quantity=D(1), received_asset=asset, basis=D(1),
        asset_class=said,
    )  # fmt: skip
    ledger = settled(one, assets={asset: Asset(asset_class=choice)} if choice else {})
    assert records(ledger.transactions)[0]["asset_class"] == expected


def test_tokens_that_may_be_collectibles():
    """One info names them; a class given by the person ends it."""
    one = Transaction(
        time=NOON, account="a", kind="deposit", sources=(("universal", 2),), received_quantity=D(1), received_asset="APE #7", basis=D(1)
    )
    assert codes(settled(one).problems) == ["COLLECTIBLE_POSSIBLE"]
    assert codes(settled(one, assets={"APE #7": Asset(asset_class="digital")}).problems) == []


def test_the_table_is_sound():
    """Names in capitals, no name with two renames for one layout, no stablecoin or share that is money, every fact with its evidence."""
    table = asset_table()
    assert all(name == name.upper() for group in (table.classes, table.stablecoins, table.wrapped) for name in group)
    assert not set(table.classes) & (set(table.stablecoins) | set(table.wrapped) | FIAT)
    assert set(table.stablecoins.values()) <= FIAT
    assert "UST" not in table.stablecoins
    for rename in table.renames:
        assert rename.fact
        assert rename.evidence in {"P", "S", "M"}
        assert rename.name != rename.to
    places = [(r.name, layout, r.until) for r in table.renames for layout in r.layouts or ("",)]
    assert len(places) == len(set(places))
    assert not {r.name for r in table.renames} & {e.name for e in table.exchanges}
