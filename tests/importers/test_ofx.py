"""OFX and QFX: both markups give the same, overlapping files count once, damaged and hostile files end as problems."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from broker_samples import SAMPLES, all_legs, codes
from goldens import _equal, _fates, _ledger, assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots.importers import readers
from taxlots.importers.brokers import ofx
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.ofx_markup import HEADER, OfxError, is_ofx, rows
from taxlots.importers.readers import Sheet, Unreadable, read_sheets
from taxlots.importers.records import Intake, Row, Table

from support import codes as codes_of
from support import folder, ledger_of, records

SGML = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'
SECURITIES = "<SECLIST><STOCKINFO><SECID><UNIQUEID>C1</SECID><SECNAME>Acme<TICKER>ACME</STOCKINFO></SECLIST>"
EASTERN = timezone(timedelta(hours=-5))


def investments(*transactions: str, rest: str = "", number: str = "A1") -> str:
    """A statement of one account, each transaction on a line of its own."""
    lines = "\n".join(transactions)
    return (
        f"{SGML}<OFX><ORG>Broker<INVSTMTRS><DTASOF>20240630<CURDEF>USD<INVACCTFROM><ACCTID>{number}</INVACCTFROM>\n<INVTRANLIST>\n{lines}\n"
        f"</INVTRANLIST>{rest}</INVSTMTRS>{SECURITIES}</OFX>\n"
    )


def tran(fitid: str = "F1", day: str = "20240105") -> str:
    return f"<INVTRAN><FITID>{fitid}<DTTRADE>{day}</INVTRAN><SECID><UNIQUEID>C1</SECID>"


def buy(cells: str = "<UNITS>10<UNITPRICE>5<COMMISSION>1<TOTAL>-51", fitid: str = "F1", day: str = "20240105") -> str:
    return f"<BUYSTOCK><INVBUY>{tran(fitid, day)}{cells}</INVBUY><BUYTYPE>BUY</BUYSTOCK>"


def sell(cells: str, fitid: str = "F2") -> str:
    return f"<SELLSTOCK><INVSELL>{tran(fitid)}{cells}</INVSELL><SELLTYPE>SELL</SELLSTOCK>"


def as_xml(sgml: str) -> str:
    """The same file with every element closed, as XML wants it."""
    return XML + re.sub(r"<([A-Z0-9.]+)>([^<\n]+)", r"<\1>\2</\1>", sgml.removeprefix(SGML))


def sheet_of(tmp_path: Path, text: str | bytes, name: str = "export.ofx") -> Sheet | Unreadable:
    (sheet,) = read_sheets([folder(tmp_path, {name: text})])
    return sheet


def read(tmp_path: Path, text: str) -> Intake:
    sheet = sheet_of(tmp_path, text)
    assert isinstance(sheet, Sheet)
    found = detect(sheet, LAYOUTS)
    assert found is not None
    assert found.layout.id == "ofx"
    intake = found.layout.read([found.table], UTC)
    assert_one_fate_each([found.table], intake)
    return intake


@pytest.mark.parametrize("name", ["brokerage-2024.qfx", "brokerage-2024-q4.ofx", "checking.ofx"])
def test_golden(name: str) -> None:
    (sheet,) = read_sheets([SAMPLES / "ofx" / name])
    assert isinstance(sheet, Sheet)
    found = detect(sheet, LAYOUTS)
    assert found is not None
    assert [one.id for one in LAYOUTS if one.fits(found.table.header)] == ["ofx"]
    intake = found.layout.read([found.table], UTC)
    assert_one_fate_each([found.table], intake)
    golden = f"ofx_{name.rpartition('.')[0]}"
    _equal(f"{golden}.csv", _ledger(intake))
    _equal(f"{golden}.fates.csv", _fates(found.table, intake))


def test_overlapping_files_count_once_and_positions_agree(tmp_path: Path) -> None:
    """40 bought, split to 80, 20 sold (told by both files): 60 are left, as both files report."""
    files = {path.name: path.read_bytes() for path in (SAMPLES / "ofx").glob("brokerage*")}
    ledger = ledger_of(tmp_path, files)
    assert len(files) == 2
    sold = [row for row in records(ledger.transactions) if row["kind"] == "sell"]
    assert [(row["id"], row["sent_quantity"], row["account"]) for row in sold] == [("20240701.1", Decimal(20), "samplebrokerage")]
    (acme,) = [check for check in ledger.balances if check.asset == "ACME"]
    assert (acme.reported, acme.computed) == (Decimal(60), Decimal(60))


def test_both_markups_say_the_same(tmp_path: Path) -> None:
    text = investments(buy(), sell("<UNITS>-4<UNITPRICE>6<FEES>0.5<TOTAL>23.5"))
    sgml, xml = read(tmp_path / "1", text), read(tmp_path / "2", as_xml(text))
    assert all_legs(sgml) == all_legs(xml) == ["buy -50 USD +10 ACME fee 1 USD", "sell -4 ACME +24 USD fee 0.5 USD"]
    assert [(one.id, one.time, one.date_only) for one in xml.transactions] == [
        ("F1", datetime(2024, 1, 5, tzinfo=UTC), True),
        ("F2", datetime(2024, 1, 5, tzinfo=UTC), True),
    ]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (buy("<UNITS>10<UNITPRICE>5"), ["buy -50 USD +10 ACME"]),  # without a total: units times price
        (buy("<UNITS>10<UNITPRICE>5<LOAD>2"), ["buy -50 USD +10 ACME fee 2 USD"]),
        (buy("<UNITS>10<TOTAL>-51,50"), ["buy -51.5 USD +10 ACME"]),  # a decimal comma
        (buy("<UNITS>10<TOTAL>-50<CURRENCY><CURRATE>1.3<CURSYM>CAD</CURRENCY>"), ["buy -50 CAD +10 ACME"]),
        (buy("<UNITS>10<TOTAL>-50<ORIGCURRENCY><CURRATE>1.3<CURSYM>CAD</ORIGCURRENCY>"), ["buy -50 USD +10 ACME"]),
        # 10 * 5 = 50, of which 1 was charged and 9 withheld: 40 were paid out
        (sell("<UNITS>-10<UNITPRICE>5<COMMISSION>1<WITHHOLDING>9<TOTAL>40"), ["sell -10 ACME +50 USD fee 1 USD", "fee fee 9 USD"]),
        (sell("<UNITS>-10<UNITPRICE>5<COMMISSION>1<WITHHOLDING>9"), ["sell -10 ACME +50 USD fee 1 USD", "fee fee 9 USD"]),
        (f"<INCOME>{tran()}<INCOMETYPE>DIV<TOTAL>7</INCOME>", ["income:dividend +7 USD"]),
        (f"<INCOME>{tran()}<INCOMETYPE>CGLONG<TOTAL>7</INCOME>", ["income:capital-gain-distribution +7 USD"]),
        (f"<INCOME>{tran()}<INCOMETYPE>CGSHORT<TOTAL>7</INCOME>", ["income:dividend +7 USD"]),
        (f"<REINVEST>{tran()}<INCOMETYPE>DIV<TOTAL>-7<UNITS>2</REINVEST>", ["income:dividend +7 USD", "buy -7 USD +2 ACME"]),
        (f"<RETOFCAP>{tran()}<TOTAL>7</RETOFCAP>", ["return-of-capital +7 USD"]),
        (f"<SPLIT>{tran()}<OLDUNITS>10<NEWUNITS>30</SPLIT>", ["split +20 ACME"]),
        (f"<SPLIT>{tran()}<OLDUNITS>30<NEWUNITS>10</SPLIT>", ["split -20 ACME"]),
        (f"<TRANSFER>{tran()}<UNITS>3<TFERACTION>OUT<POSTYPE>LONG</TRANSFER>", ["withdrawal -3 ACME"]),
        (f"<TRANSFER>{tran()}<UNITS>3<TFERACTION>IN<POSTYPE>LONG</TRANSFER>", ["deposit +3 ACME"]),
        (f"<INVEXPENSE>{tran()}<TOTAL>-2</INVEXPENSE>", ["fee fee 2 USD"]),
        ("<INVBANKTRAN><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240105<TRNAMT>5<FITID>x</STMTTRN></INVBANKTRAN>", ["deposit +5 USD"]),
        ("<INVBANKTRAN><STMTTRN><TRNTYPE>INT<DTPOSTED>20240105<TRNAMT>-5<FITID>x</STMTTRN></INVBANKTRAN>", ["fee fee 5 USD"]),
        (f"<JRNLSEC>{tran()}<SUBACCTFROM>CASH<SUBACCTTO>MARGIN<UNITS>3</JRNLSEC>", []),
    ],
)
def test_what_each_record_becomes(tmp_path: Path, record: str, said: list[str]) -> None:
    intake = read(tmp_path, investments(record))
    assert (all_legs(intake), codes(intake)) == (said, [])


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (f"<BUYOPT>{tran()}<UNITS>1<TOTAL>-200</BUYOPT>", "KIND_NOT_BOOKED"),
        (f"<CLOSUREOPT>{tran()}<OPTACTION>EXPIRE<UNITS>1</CLOSUREOPT>", "KIND_NOT_BOOKED"),
        (buy().replace("<BUYTYPE>BUY", "<BUYTYPE>BUYTOCOVER"), "KIND_NOT_BOOKED"),
        (buy("<UNITS>10<TOTAL>-50<ACCRDINT>1"), "KIND_NOT_BOOKED"),
        (f"<SPLIT>{tran()}<OLDUNITS>3<NEWUNITS>1<FRACCASH>2</SPLIT>", "KIND_NOT_BOOKED"),
        (f"<TRANSFER>{tran()}<UNITS>3<TFERACTION>IN<POSTYPE>SHORT</TRANSFER>", "KIND_NOT_BOOKED"),
        (f"<INCOME>{tran()}<INCOMETYPE>DIV<TOTAL>7<WITHHOLDING>1</INCOME>", "ROW_INVALID"),
        (f"<INCOME>{tran()}<INCOMETYPE>RENT<TOTAL>7</INCOME>", "ROW_UNKNOWN_KIND"),
        (f"<SPINOFF>{tran()}<UNITS>1</SPINOFF>", "ROW_UNKNOWN_KIND"),
        (f"<REINVEST>{tran()}<INCOMETYPE>DIV<TOTAL>-7</REINVEST>", "ROW_INVALID"),  # no units: neither half is booked
        (f"<SPLIT>{tran()}<NUMERATOR>2<DENOMINATOR>1</SPLIT>", "ROW_INVALID"),
        (buy(day="soon"), "TIME_INVALID"),
        (buy(day="20241332"), "TIME_INVALID"),
        (buy("<UNITS>ten<TOTAL>-50"), "ROW_INVALID"),
        (buy("<UNITS>1<TOTAL>0"), "ROW_INVALID"),
        (f"<INCOME>{tran()}<TOTAL>7</INCOME>", "ROW_UNKNOWN_KIND"),
        (buy("<UNITS>1<TOTAL>-5<CORRECTFITID>F0"), "ROW_INVALID"),
    ],
)
def test_records_that_are_reported(tmp_path: Path, record: str, code: str) -> None:
    intake = read(tmp_path, investments(record))
    assert (all_legs(intake), codes(intake)) == ([], [code])


def test_a_reversal_undoes_its_record(tmp_path: Path) -> None:
    undone = buy("<UNITS>-10<UNITPRICE>5<COMMISSION>1<TOTAL>51", fitid="F9")
    intake = read(tmp_path, investments(buy(), undone))
    assert (all_legs(intake), len(intake.set_aside), codes(intake)) == ([], 2, [])
    assert codes(read(tmp_path / "alone", investments(undone))) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20240105143015.123[-5:EST]", (datetime(2024, 1, 5, 19, 30, 15, tzinfo=UTC), False)),
        ("20240105143015[-3.5]", (datetime(2024, 1, 5, 18, 0, 15, tzinfo=UTC), False)),
        ("20240105143015[+5.30:IST]", (datetime(2024, 1, 5, 9, 0, 15, tzinfo=UTC), False)),
        ("20240105143015", (datetime(2024, 1, 5, 14, 30, 15, tzinfo=UTC), False)),
        ("20240105", (datetime(2024, 1, 5, 5, tzinfo=UTC), True)),  # midnight where the taxpayer lives
        ("20240105120000[0:GMT]", (datetime(2024, 1, 5, 5, tzinfo=UTC), True)),
        ("20240105000000.000", (datetime(2024, 1, 5, 5, tzinfo=UTC), True)),
    ],
)
def test_times(written: str, expected: tuple[datetime, bool]) -> None:
    row = Row("x", 2, {"DTTRADE": written})
    assert ofx.moment_of(row, "DTTRADE", EASTERN) == expected


@pytest.mark.parametrize(
    ("named", "account"),
    [
        ({"ORG": "The Sample Group", "BROKERID": "sample.com"}, "sample"),  # the domain is the same in every file
        ({"ORG": "SAMPLE-CREF", "BROKERID": "1234"}, "sample-cref"),
        ({"BROKERID": "1234"}, "1234"),
        ({"BANKID": "000000000"}, "000000000"),
        ({"ORG": "!!"}, "ofx"),
    ],
)
def test_the_account_is_the_bank(named: dict[str, str], account: str) -> None:
    cells = {"RECORD": "STMTTRN", "TRNTYPE": "Credit", "DTPOSTED": "20240105", "TRNAMT": "+0005.0", "CURSYM": "AUD", **named}
    row = Row("x", 2, dict.fromkeys(HEADER, "") | cells)
    (one,) = ofx.read([Table("x", "x", HEADER, 1, (), (row,))], UTC).transactions
    assert (one.account, one.received_quantity, one.received_asset) == (account, Decimal(5), "AUD")


def test_accounts_are_told_apart_by_their_number(tmp_path: Path) -> None:
    files = {"a.ofx": investments(buy()), "b.ofx": investments(buy(), number="B2")}
    rows_of = records(ledger_of(tmp_path, files).transactions)
    assert sorted(row["account"] for row in rows_of) == ["broker-a1", "broker-b2"]  # one FITID in two accounts is two purchases


def test_rows_are_the_lines_where_records_begin() -> None:
    text = investments(buy(), sell("<UNITS>-1<TOTAL>5"))
    cells, numbers = rows(text)
    assert (cells[0], numbers) == (list(HEADER), [1, 7, 8])
    assert text.splitlines()[6].startswith("<BUYSTOCK>")
    assert rows(text.replace("\n", " "))[1] == [1, 2, 3]  # one line: counted instead


def test_an_element_without_a_value_does_not_swallow_its_neighbours(tmp_path: Path) -> None:
    intake = read(tmp_path, investments(buy("<UNITS>10<MEMO><TOTAL>-51"), sell("<UNITS>-1<MEMO>\n<TOTAL>5")))
    assert all_legs(intake) == ["buy -51 USD +10 ACME", "sell -1 ACME +5 USD"]


def test_character_references_and_sections(tmp_path: Path) -> None:
    text = investments(buy("<UNITS>10<TOTAL>-51<MEMO>A&amp;B &#36;&nope; AT&T <![CDATA[<TOTAL>-9]]>"))
    (one,) = read(tmp_path, text).transactions
    assert one.note is not None
    assert "A&B $&nope; AT&T <TOTAL>-9" in one.note
    assert one.sent_quantity == Decimal(51)


def test_a_position_without_a_date_of_its_own_is_of_the_statement(tmp_path: Path) -> None:
    held = "<INVPOSLIST><POSSTOCK><INVPOS><SECID><UNIQUEID>C1</SECID><HELDINACCT>CASH<POSTYPE>LONG<UNITS>9</INVPOS></POSSTOCK></INVPOSLIST>"
    (balance,) = read(tmp_path, investments(buy(), rest=held)).balances
    # the date is the end of that day
    assert (balance.asset, balance.quantity, balance.time) == ("ACME", Decimal(9), datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC))
    ledger = ledger_of(tmp_path / "l", {"a.ofx": investments(buy(), rest=held)})
    assert codes_of(ledger.problems) == ["BALANCE_MISMATCH"]  # 10 were bought


def test_no_currency_is_guessed(tmp_path: Path) -> None:
    assert codes(read(tmp_path, investments(buy()).replace("<CURDEF>USD", "<CURDEF>"))) == ["ROW_INVALID"]


def test_what_moves_nothing_is_set_aside(tmp_path: Path) -> None:
    moved = f"<TRANSFER>{tran()}<UNITS>0<TFERACTION>IN<POSTYPE>LONG</TRANSFER>"
    intake = read(tmp_path, investments(moved, rest="<INVBAL><AVAILCASH></INVBAL>"))
    assert list(intake.set_aside.values()) == ["a balance without an amount", "nothing moved"]


def test_credit_cards_are_set_aside(tmp_path: Path) -> None:
    card = "<STMTTRN><TRNTYPE>DEBIT<TRNAMT>-1<FITID>1</STMTTRN>"
    intake = read(tmp_path, f"{SGML}<OFX><CCSTMTRS><CURDEF>USD<BANKTRANLIST>{card}</BANKTRANLIST></CCSTMTRS></OFX>")
    assert list(intake.set_aside.values()) == ["a row of a credit card"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (investments(buy()).partition("</INVTRANLIST>")[0], "cut off"),
        (f"{SGML}<FOO></FOO>", "holds nothing"),
        (SGML, "holds nothing"),
        (f'{XML}<!DOCTYPE OFX [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><OFX><ORG>&b;</ORG></OFX>', "entities"),
        (f'{XML}<!DOCTYPE OFX SYSTEM "file:///etc/passwd"><OFX></OFX>', "entities"),
    ],
)
def test_damaged_and_hostile_files(tmp_path: Path, text: str, said: str) -> None:
    sheet = sheet_of(tmp_path, text)
    assert isinstance(sheet, Unreadable)
    assert (sheet.problem.code, said in sheet.problem.message) == ("FILE_UNREADABLE", True)


def test_deep_nesting_and_open_sections_are_read_in_one_pass() -> None:
    open_sections = f"{SGML}<OFX>{'<A>' * 90}{'</Z>' * 200_000}</OFX>{'<![CDATA[' * 200_000}"
    assert rows(open_sections) == ([list(HEADER)], [1])
    with pytest.raises(OfxError, match="stand within each other"):
        rows(f"{SGML}<OFX>{'<A>' * 200_000}</OFX>")


def test_a_large_file_is_read_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LARGE_BYTES", 1)
    ledger = ledger_of(tmp_path, {"a.ofx": investments(buy())})
    assert [row["id"] for row in records(ledger.transactions)] == ["F1"]


def test_other_files_are_no_ofx() -> None:
    assert not any(map(is_ofx, ("", "a,b\n1,2\n", "<html><OFX></html>", "Note: OFXHEADER:100", "<?xml version='1.0'?><svg/>")))
    assert all(map(is_ofx, (SGML, XML, "\ufeff\r\n" + SGML, "<OFX>", "<?xml version='1.0'?>\n<!-- x -->\n<OFX>")))


PIECES = ["<OFX>", "</OFX>", "<INVSTMTRS>", "<INVTRANLIST>", "</INVTRANLIST>", "<BUYSTOCK>", "</BUYSTOCK>", "<STMTTRN>", "</STMTTRN>"]
PIECES += ["<FITID>1", "<TOTAL>", "-5", "<A", "</", ">", "<![CDATA[", "]]>", "&amp;", "&", "\n", "<OFX/>", "<SECLIST>", "<STOCKINFO>", "x"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_markup_is_read_or_refused(pieces: list[str]) -> None:
    try:
        cells, numbers = rows("".join(pieces))
    except OfxError:
        return
    assert len(cells) == len(numbers) == len(set(numbers))
    assert {len(line) for line in cells} == {len(HEADER)}


NUMBERS = ["", "", "1", "-1", "2,5", "x", "1e9", "0"]
CHOICES = {
    "RECORD": [*ofx._DEEDS, "?"],
    "STATEMENT": ["INVSTMTRS", "STMTRS", "CCSTMTRS"],
    "DTTRADE": ["20240105", "20240105101500[-5:EST]", "20240105101500[+99.99]", "99999999", ""],
    "DTPOSTED": ["20240105", "x"],
    "INCOMETYPE": [*ofx._INCOME, "?", ""],
    "TRNTYPE": [*ofx._BANKS, "?"],
    "TFERACTION": ["IN", "OUT", ""],
    "POSTYPE": ["LONG", "SHORT"],
    "FITID": ["", "1", "2"],
    "ORG": ["", "Broker", "!!!"],
    "ACCTID": ["", "1", "2"],
    "UNIQUEID": ["", "C1"],
    "TICKER": ["", "ACME", "USD"],
    "CURSYM": ["", "CAD", "BTC"],
    "ASOF": ["20240630", ""],
    "REVERSALFITID": ["", "", "1"],
    "CORRECTFITID": ["", "", "", "1"],
}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_record_one_fate(data: st.DataObject) -> None:
    line = st.tuples(*(st.sampled_from(CHOICES.get(name, NUMBERS)) for name in HEADER))
    drawn = data.draw(st.lists(line, max_size=6))
    made = tuple(Row(f"{n % 2}.ofx", n, dict(zip(HEADER, cells, strict=True))) for n, cells in enumerate(drawn, start=2))
    tables = [Table(f"{k}.ofx", str(k), HEADER, 1, (), tuple(row for row in made if row.file == f"{k}.ofx")) for k in (0, 1)]
    assert_one_fate_each(tables, ofx.read(tables, UTC))
