"""`taxlots init --layout FILE`: the printed entry goes straight into taxlots.toml, and `check` then reads the file with it.

The exports are invented; each stands for a family: English and German, decimal commas, one signed column, two sides, a wallet of one
coin, markets, days or months first.
"""

import io
import tomllib
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taxlots.exact import plain
from taxlots.importers.own import own_layouts
from taxlots.importers.proposals.header import find_header, look_at
from taxlots.importers.proposals.kind_words import guess_kind
from taxlots.importers.proposals.proposal import propose
from taxlots.importers.proposals.toml_text import toml_of
from taxlots.importers.readers import Sheet
from taxlots.settings import parse_settings

from support import assert_rows_add_up, folder, ledger_of, records, run

ENGLISH = """\
Date,Type,Asset,Quantity,Price,Subtotal,Fee,Currency,Transaction ID,Notes
2024-01-05T10:00:00Z,Buy,BTC,0.5,40000,20000.00,12.50,USD,t1,first
2024-02-05T10:00:00Z,Sell,BTC,0.2,55000,11000.00,5.00,USD,t2,
2024-03-05T10:00:00Z,Staking Reward,ETH,0.01,2500,25.00,,USD,t3,
2024-04-05T10:00:00Z,Withdraw,BTC,0.1,,,0.5,USD,t4,to ledger
2024-05-05T10:00:00Z,Gremlin,BTC,1,,,,USD,t5,
"""
GERMAN = """\
Depotauszug der Musterbank
Datum;Uhrzeit;Vorgang;Menge;Währung;Kurs;Kurswert (EUR);Gebühr (EUR);Belegnummer
05.01.2024;10:00:00;Kauf;0,5;BTC;40.000,00;20.000,00;12,50;B-1001
07.02.2024;11:30:00;Verkauf;0,2;BTC;55.000,00;11.000,00;5,00;B-1002
13.03.2024;09:15:00;Einzahlung;1.100,00;EUR;;;;B-1003
14.03.2024;09:15:00;Auszahlung;0,1;BTC;;;;B-1004
15.03.2024;08:00:00;Zinsen;0,001;ETH;2.500,00;2,50;;B-1005
"""
SIGNED = """\
timestamp;type;asset;change;balance;txid
1704448800;deposit;BTC;1.0;1.0;
1704548800;withdrawal;BTC;-0.25;0.75;0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
1704648800;staking reward;ETH;0.01;0.01;
1704748800;transfer;BTC;-0.5;0.25;0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
1704848800;transfer;BTC;0.5;0.75;
"""
TWO_SIDED = """\
Date (UTC),Type,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee,Fee Currency,Net Worth (USD),Label
01/13/2024 10:00,Trade,1000,USD,0.02,XBT,1.5,USD,1000,
01/14/2024 10:00,Deposit,,,1,ETH,,,,
02/14/2024 10:00,Withdrawal,0.5,ETH,,,0.001,ETH,,
02/15/2024 10:00,Trade,0.2,ETH,400,USDC,,,400,
"""
WALLET = """\
Date,Description,Amount,Transaction Hash
2024-01-05 10:00:00,from exchange,3.5,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
2024-01-06 10:00:00,to shop,-1.25,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
2024-01-07 10:00:00,back,1,cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
"""
MARKETS = """\
Trade Date,Market,Side,Quantity,Price,Total,Fee,Order ID,Status
25/01/2024 10:00:00,BTC/EUR,BUY,0.5,40000,20020.00,20.00,1001,Completed
03/02/2024 10:00:00,BTC/EUR,SELL,0.25,44000,10989.00,11.00,1002,Completed
04/02/2024 10:00:00,ETH/EUR,BUY,1,2000,2002,2,1003,Cancelled
"""
MONTHS_FIRST = """\
Date\tAction\tCoin\tAmount\tCost USD
03/04/2024\tpurchase\tBTC\t0.5\t$20,000.00
03/29/2024\tsale\tBTC\t0.25\t$11,000.00
"""
EXPORTS = {
    "english.csv": ENGLISH,
    "musterbank.csv": GERMAN,
    "signed.csv": SIGNED,
    "two.csv": TWO_SIDED,
    "export-ltc.csv": WALLET,
    "markets.csv": MARKETS,
    "months.tsv": MONTHS_FIRST,
}


def proposed(path, name, text=None):
    """The printed entry for a file, after it was written."""
    folder(path, {name: EXPORTS[name] if text is None else text})
    ran = run(path, "init", "--layout", name)
    assert ran.code == 0, ran.err
    return ran


def legs(path, name, text=None):
    """The ledger of the file under the printed entry: kind, sent, received and fee of each transaction, in order of time."""
    (path / "taxlots.toml").write_text(proposed(path, name, text).out)
    found = []
    for r in records(ledger_of(path, {name: EXPORTS[name] if text is None else text}).transactions):
        sides = [
            f"{plain(r[f'{s}_quantity'])} {r[f'{s}_asset']}" if r[f"{s}_quantity"] is not None else "" for s in ("sent", "received", "fee")
        ]
        found.append((f"{r['time']:%Y-%m-%d %H:%M}", r["kind"], *sides))
    return found


@pytest.mark.parametrize("name", EXPORTS)
def test_the_entry_is_valid_and_check_reads_the_file_with_it(tmp_path, name):
    """Straight from stdout into taxlots.toml; every row of the file has one fate, and the layout is the proposed one."""
    entry = proposed(tmp_path, name).out
    (tmp_path / "taxlots.toml").write_text(entry)
    (layout,) = tomllib.loads(entry)["layout"]
    ran = run(tmp_path, "check", name, "--format", "json")
    assert_rows_add_up(ran.json)
    (file,) = ran.json["files"]
    assert (file["layout"], file["used"] > 0) == (layout["id"], True)


def test_english_with_an_unknown_type(tmp_path):
    """The fee is on top of Subtotal (0.5 x 40,000 = 20,000); a reward's subtotal is its value; Gremlin waits to be filled in."""
    ran = proposed(tmp_path, "english.csv")
    assert '# "Gremlin" = ""' in ran.out
    assert "fee_in_total" not in ran.out
    (tmp_path / "taxlots.toml").write_text(ran.out)
    found = records(ledger_of(tmp_path, {"english.csv": ENGLISH}).transactions)
    buy, sell, reward, out = found
    assert (buy["kind"], plain(buy["sent_quantity"]), buy["sent_asset"], plain(buy["fee_quantity"])) == ("buy", "20000", "USD", "12.5")
    assert (sell["kind"], plain(sell["received_quantity"]), plain(sell["sent_quantity"])) == ("sell", "11000", "0.2")
    assert (reward["kind"], plain(reward["value"]), reward["value_currency"]) == ("income:staking", "25", "USD")
    assert (out["kind"], out["id"], out["note"]) == ("withdrawal", "t4", "to ledger")
    ran = run(tmp_path, "check", "english.csv", "--format", "json")
    assert [(p["code"], p["row"]) for p in ran.json["problems"] if p["code"] == "ROW_UNKNOWN_KIND"] == [("ROW_UNKNOWN_KIND", 6)]


def test_german_with_decimal_commas(tmp_path):
    """1.100,00 EUR are eleven hundred; 05.01. is 5 January; date and time of day stand in two columns."""
    assert legs(tmp_path, "musterbank.csv") == [
        ("2024-01-05 10:00", "buy", "20000 EUR", "0.5 BTC", "12.5 EUR"),
        ("2024-02-07 11:30", "sell", "0.2 BTC", "11000 EUR", "5 EUR"),
        ("2024-03-13 09:15", "deposit", "", "1100 EUR", ""),
        ("2024-03-14 09:15", "withdrawal", "0.1 BTC", "", ""),
        ("2024-03-15 08:00", "income:interest", "", "0.001 ETH", ""),
    ]


def test_one_signed_column_with_a_balance(tmp_path):
    """1704448800 is 2024-01-05 10:00 UTC; the sign tells a transfer's direction; the balance follows in all 3 rows that can tell."""
    ran = proposed(tmp_path, "signed.csv")
    assert 'balance = { quantity = "balance", asset = "asset" }' in ran.out
    assert "running sum in 3 of 3 rows" in " ".join(ran.err.split())
    found = legs(tmp_path, "signed.csv")
    assert [(kind, sent, got) for _, kind, sent, got, _ in found] == [
        ("deposit", "", "1 BTC"),
        ("withdrawal", "0.25 BTC", ""),
        ("income:staking", "", "0.01 ETH"),
        ("withdrawal", "0.5 BTC", ""),
        ("deposit", "", "0.5 BTC"),
    ]
    assert found[0][0] == "2024-01-05 10:00"


def test_two_sides(tmp_path):
    """Trade becomes buy or swap by its legs; XBT is BTC; month first, since 13 is no month; the header says UTC."""
    assert legs(tmp_path, "two.csv") == [
        ("2024-01-13 10:00", "buy", "1000 USD", "0.02 BTC", "1.5 USD"),
        ("2024-01-14 10:00", "deposit", "", "1 ETH", ""),
        ("2024-02-14 10:00", "withdrawal", "0.5 ETH", "", "0.001 ETH"),
        ("2024-02-15 10:00", "swap", "0.2 ETH", "400 USDC", ""),
    ]
    assert tomllib.loads((tmp_path / "taxlots.toml").read_text())["layout"][0]["timezone"] == "UTC"


def test_a_wallet_of_one_coin(tmp_path):
    """No type and no coin in the file: the sign tells the direction, the file's name the coin."""
    assert [found[1:4] for found in legs(tmp_path, "export-ltc.csv")] == [
        ("deposit", "", "3.5 LTC"),
        ("withdrawal", "1.25 LTC", ""),
        ("deposit", "", "1 LTC"),
    ]


def test_a_wallet_whose_coin_nothing_tells(tmp_path):
    """The entry is valid, and says what to fill in."""
    out = proposed(tmp_path, "export.csv", WALLET).out
    assert 'asset = "=FILL-IN"' in out
    assert "0 % sure" in out
    parse_settings(out, tmp_path / "taxlots.toml")


def test_markets_with_a_total_that_contains_the_fee(tmp_path):
    """0.5 x 40,000 = 20,000, and the total is 20,020 with the fee of 20; 0.25 x 44,000 = 11,000, of which 10,989 are left after 11."""
    ran = proposed(tmp_path, "markets.csv")
    assert "fee_in_total = true" in ran.out
    assert '"BUY / Cancelled" = "aside: not completed"' in ran.out
    assert [found[:4] for found in legs(tmp_path, "markets.csv")] == [
        ("2024-01-25 10:00", "buy", "20000 EUR", "0.5 BTC"),
        ("2024-02-03 10:00", "sell", "0.25 BTC", "11000 EUR"),
    ]


def test_months_first_by_a_day_above_12(tmp_path):
    """03/04 is 4 March, because 29 is no month; `$` and thousands are read."""
    assert [found[:4] for found in legs(tmp_path, "months.tsv")] == [
        ("2024-03-04 00:00", "buy", "20000 USD", "0.5 BTC"),
        ("2024-03-29 00:00", "sell", "0.25 BTC", "11000 USD"),
    ]


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (("02/01/2024", "03/01/2024", "01/02/2024"), "day-first"),  # 2 Jan, 3 Jan, 1 Feb rise; 1 Feb, 1 Mar, 2 Jan do not
        (("01/02/2024", "01/03/2024", "02/01/2024"), "month-first"),
        (("01/02/2024", "02/03/2024"), "month-first"),  # both orders rise: doubtful
    ],
)
def test_an_order_of_day_and_month_that_only_the_rows_tell(tmp_path, days, order):
    """No number is above 12: the order in which the rows rise is taken, and said to be no more than likely."""
    rows = "".join(f"{day},Buy,BTC,1,{n}00\n" for n, day in enumerate(days, 1))
    ran = proposed(tmp_path, "x.csv", f"Date,Type,Coin,Amount,Total USD\n{rows}")
    assert tomllib.loads(ran.out)["layout"][0]["dates"] == order
    assert "no number is above 12" in " ".join(ran.err.split())


def test_trades_in_two_rows_are_not_guessed(tmp_path):
    """A trade with one leg a row: no kind is proposed, since a layout can't join rows."""
    rows = ("2024-01-05T10:00:00Z,Trade,BTC,1", "2024-01-05T10:00:00Z,Trade,USD,-40000", "2024-01-06T10:00:00Z,Deposit,USD,5")
    text = "\n".join(("Time,Type,Coin,Amount", *rows, ""))
    out = proposed(tmp_path, "x.csv", text).out
    assert '# "Trade" = ""  # 2 rows; fill in: trade needs what was given and what was got' in out


def test_a_fee_that_the_balance_tells(tmp_path):
    """1.500,00 - 0,1 - 2,5 = 1.497,40 EUR: the fee is in the row's asset, and the balance follows from both; `check` finds it whole."""
    rows = ("03.02.2024 14:05;Einzahlung;1.500,00;EUR;0,00;1.500,00", "04.02.2024 15:10;Auszahlung;-0,10;EUR;2,50;1.497,40")
    text = "\n".join(("Zeitpunkt;Typ;Betrag;Währung;Gebühr;Saldo", *rows, ""))
    ran = proposed(tmp_path, "konto.csv", text)
    assert 'fee = { quantity = "Gebühr", asset = "Währung" }' in ran.out
    assert "running sum in 1 of 1 rows" in " ".join(ran.err.split())
    (tmp_path / "taxlots.toml").write_text(ran.out)
    document = run(tmp_path, "check", "konto.csv", "--format", "json").json
    assert [(b["asset"], b["reported"], b["difference"]) for b in document["balances"]] == [("EUR", "1497.4", "0")]


BROKER = (
    "Date,Action,ISIN,Shares,Price,Total EUR",
    "2024-01-05,Buy,US0378331005,10,180.00,-1800.00",
    "2024-05-16,Dividend,US0378331005,10,0.25,2.50",
    "2024-06-16,Reinvest,US0378331005,0.01,250,-2.50",
    "2024-07-16,Return of capital,US0378331005,10,0.1,1.00",
)


def test_a_broker(tmp_path):
    """Shares are securities; a dividend's quantity is what was held, and its total came in: 10 x 0.25 = 2.50."""
    found = legs(tmp_path, "broker.csv", "\n".join((*BROKER, "")))
    assert [one[1:] for one in found] == [
        ("buy", "1800 EUR", "10 US0378331005", ""),
        ("income:dividend", "", "2.5 EUR", ""),
        ("buy", "2.5 EUR", "0.01 US0378331005", ""),
        ("return-of-capital", "", "1 EUR", ""),
    ]
    out = proposed(tmp_path, "again.csv", "\n".join((*BROKER, ""))).out
    assert 'asset_class = "security"' in out


def test_a_payment_whose_total_has_no_sign(tmp_path):
    """Without signs nothing tells whether money or shares came in, so that the guess asks to be checked; a negative one is left open."""
    unsigned = "\n".join((*BROKER[:1], *(row.replace(",-", ",") for row in BROKER[1:3]), ""))
    assert "shares may have come in" in " ".join(proposed(tmp_path, "a.csv", unsigned).err.split())
    reinvested = "\n".join((*BROKER[:2], BROKER[2].replace(",2.50", ",-2.50"), ""))
    assert '# "Dividend" = ""  # 1 row; fill in' in proposed(tmp_path, "b.csv", reinvested).out


DEPOTS = {
    "german": (
        "Buchungstag;Valuta;Auftragsart;ISIN;Bezeichnung;Stück;Kurs;Kurswert;Gebühren;Währung",
        "02.01.2024;04.01.2024;Kauf;DE0001234567;Muster SE;10;140,50;-1.405,00;-4,90;EUR",
        "15.03.2024;19.03.2024;Verkauf;DE0001234567;Muster SE;-4;170,25;681,00;-4,90;EUR",
    ),
    "french": (
        "Date;Opération;Libellé;Code ISIN;Quantité;Cours;Montant net;Frais;Devise",
        "03/01/2024;Achat;Exemple;FR0001234567;10;140,50;-1 409,90;4,90;EUR",
        "17/04/2024;Vente;Exemple;FR0001234567;-4;170,25;676,10;4,90;EUR",
    ),
    "swiss": (
        '"Datum";"Transaktionen";"Symbol";"ISIN";"Anzahl";"Stückpreis";"Kosten";"Nettobetrag";"Whrg"',
        '"02-01-2024 10:00:00";"Kauf";"MUST";"CH0001234567";"10.0";"140.50";"4.90";"-1409.90";"EUR"',
        '"25-02-2024 10:00:00";"Verkauf";"MUST";"CH0001234567";"4.0";"170.25";"4.90";"676.10";"EUR"',
    ),
}


@pytest.mark.parametrize("name", DEPOTS)
def test_depots_of_shares(tmp_path, name):
    """10 at 140.50 cost 1,405 and 4.90 of fees, 4 at 170.25 bring 681 less 4.90: the net amounts are 1,409.90 and 676.10."""
    asset = "MUST" if name == "swiss" else f"{name[:2].upper().replace('GE', 'DE')}0001234567"
    found = [one[1:] for one in legs(tmp_path, f"{name}.csv", "\n".join((*DEPOTS[name], "")))]
    assert found == [("buy", "1405 EUR", f"10 {asset}", "4.9 EUR"), ("sell", f"4 {asset}", "681 EUR", "4.9 EUR")]


def test_a_price_and_a_fee_in_money_speak_of_trades(tmp_path):
    """0.5 at 44,000 are 22,000, 0.2 at 43,000 are 8,600; without the fee the signed rows would be deposits and withdrawals."""
    rows = ("2024-01-05T10:00:00Z,BTC,0.5,44000,5,a", "2024-02-05T10:00:00Z,BTC,-0.2,43000,5,b", "")
    found = [one[1:] for one in legs(tmp_path, "fills.csv", "\n".join(("date,asset,amount,price_usd,fee_usd,ref", *rows)))]
    assert found == [("buy", "22000 USD", "0.5 BTC", "5 USD"), ("sell", "0.2 BTC", "8600 USD", "5 USD")]


def test_a_list_of_realised_sales_is_a_form(tmp_path):
    """Proceeds and basis per day of sale: lines to reconcile with, so that no sale is booked twice."""
    text = "Asset,Units,Date Acquired,Date Sold,Proceeds,Cost Basis\nBTC,0.5,01/13/2024,03/05/2025,30000.00,20000.00\n"
    (tmp_path / "taxlots.toml").write_text(proposed(tmp_path, "coinbase.csv", text).out)
    ran = run(tmp_path, "check", "coinbase.csv", "--format", "json")
    (file,) = ran.json["files"]
    assert (file["used"], file["set_aside"], file["unusable"]) == (0, 1, 0)
    (form,) = ran.json["forms"]
    assert (form["account"], form["year"], form["asset"], form["proceeds"]["form"], form["basis"]["form"]) == (
        *("coinbase", 2025, "BTC"),
        *("30000", "20000"),
    )
    without = "Date Acquired,Date Sold,Proceeds\n01/13/2024,03/05/2025,30000.00\n"
    (tmp_path / "x.csv").write_text(without)
    assert run(tmp_path, "init", "--layout", "x.csv").code == 1


def test_spreadsheets_and_archives(tmp_path):
    """The same rows as XLSX, and twice in a zip, where one entry is for both."""
    book = openpyxl.Workbook()
    for line in ENGLISH.splitlines():
        book.active.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "e.xlsx").write_bytes(stream.getvalue())
    out = run(tmp_path, "init", "--layout", "e.xlsx").out
    assert '"Staking Reward" = "income:staking"' in out
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("a.csv", ENGLISH)
        archive.writestr("b.csv", ENGLISH.replace("t1", "t9"))
    ran = run(tmp_path, "init", "--layout", "e.zip")
    assert (ran.code, ran.out.count("[[layout]]"), "one entry is for both" in ran.err) == (0, 1, True)


def test_a_large_file(tmp_path):
    """More than is read at once: 8,000 rows, of which the first 400 are looked at and all are tried."""
    rows = "".join(f"2024-01-{1 + n % 28:02d}T10:00:00Z,Buy,BTC,0.5,40000,20000.00,12.50,USD,t{n},\n" for n in range(8000))
    ran = proposed(tmp_path, "large.csv", ENGLISH.splitlines()[0] + "\n" + rows)
    assert "tried on the 8000 rows of the file: 8000 used, 0 set aside, 0 unusable" in " ".join(ran.err.split())
    (tmp_path / "taxlots.toml").write_text(ran.out)
    (file,) = run(tmp_path, "check", "large.csv", "--format", "json").json["files"]
    assert (file["layout"], file["used"]) == ("large", 8000)


def test_append(tmp_path):
    """Added below what is there, only where asked for; a second entry gets another id."""
    (tmp_path / "taxlots.toml").write_text('[profile]\ntimezone = "UTC"\n')
    folder(tmp_path, {"english.csv": ENGLISH})
    ran = run(tmp_path, "init", "--layout", "english.csv", "--append")
    assert (ran.code, ran.out, "added to taxlots.toml" in ran.err) == (0, "", True)
    both = tomllib.loads((tmp_path / "taxlots.toml").read_text())
    assert (both["profile"]["timezone"], both["layout"][0]["id"]) == ("UTC", "english")
    assert run(tmp_path, "init", "--layout", "english.csv", "--append").code == 0
    ids = [entry["id"] for entry in tomllib.loads((tmp_path / "taxlots.toml").read_text())["layout"]]
    assert ids == ["english", "own-english"]


def test_a_recognised_export_needs_none(tmp_path):
    """It says so, and proposes nothing."""
    folder(tmp_path, "time,account,kind\n")
    ran = run(tmp_path, "init", "--layout", "ledger.csv")
    assert (ran.code, ran.out, "recognised as universal" in ran.err) == (0, "", True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 1),
        (b"\x00\x01\x02", 1),
        (b"PK\x03\x04 no archive", 1),
        (b"hello world\n", 1),
        (b"a,b\n1,2\n", 1),
        (b"Name,Amount\nx,1\ny,2\n", 1),
        (b"Date,Name\n2024-01-05,x\n", 1),
    ],
)
def test_what_no_entry_can_be_proposed_for(tmp_path, content, code):
    """A message with the cause, exit code 1, nothing on stdout, no traceback."""
    (tmp_path / "x.csv").write_bytes(content)
    ran = run(tmp_path, "init", "--layout", "x.csv")
    assert (ran.code, ran.out) == (code, "")
    assert "x.csv" in ran.err
    assert "INTERNAL_FAULT" not in ran.err


@pytest.mark.parametrize(
    "args", [("--layout", "nowhere.csv"), ("--append",), ("--layout", "english.csv", "--force"), ("--layout", "english.csv", "other")]
)
def test_wrong_usage(tmp_path, args):
    """Exit code 2."""
    folder(tmp_path, {"english.csv": ENGLISH})
    assert run(tmp_path, "init", *args).code == 2


NAMES = [
    "Date",
    "Datum",
    "Time",
    "Type",
    "Side",
    "Status",
    "Amount",
    "Betrag",
    "Total",
    "Price",
    "Fee",
    "Balance",
    "Coin",
    "Currency",
    "Pair",
]
NAMES += [
    "Sent",
    "Received",
    "ID",
    "Note",
    "Account",
    "Fee Currency",
    "Value (USD)",
    "=x",
    'a"b',
    "",
    "Cost Basis",
    "Acquired",
    "base of Pair",
]
CELLS = [
    "",
    "2024-01-05",
    "05.01.2024 10:00",
    "13/02/2024",
    "1",
    "-2,5",
    "1.234,56",
    "0.1",
    "BTC",
    "USD",
    "BTC/USD",
    "buy",
    "Verkauf",
    "transfer",
]
CELLS += ["failed", "x" * 50, '"', "\\", "#", "\x7f", "1e400", "0xaaaa", "a\nb", "$5.00", "1704448800", "10:00"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_the_columns_an_entry_is_valid(data):
    """No header and no cells make the proposal raise, or its text anything but settings with one layout that can be built."""
    header = data.draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=9))
    rows = data.draw(st.lists(st.lists(st.sampled_from(CELLS), min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    columns = [data.draw(st.sampled_from(CELLS[1:])) for _ in header]
    cells = [header, *([cell if data.draw(st.booleans()) else column for cell, column in zip(row, columns, strict=True)] for row in rows)]
    sheet = Sheet("x.csv", "0", cells, list(range(1, len(cells) + 1)))
    index = find_header(sheet)
    made = propose(look_at(sheet, 0 if index is None else index))
    if made.lines:
        parsed = parse_settings(toml_of(made), None)
        (spec,) = (*parsed.layout, *parsed.form_layout)
        assert [layout.id for layout in own_layouts([spec], [])] == [spec.id]


@pytest.mark.parametrize(("said", "kind"), [("Paid in", "deposit"), ("Paid out", "withdrawal"), ("Paid", "spend")])
def test_paid_in_and_out_are_no_spending(said, kind):
    """One word decides only where no other is closer."""
    assert guess_kind(said).kind == kind
