"""Recorded identifications in the fold: what counts, what comes too late, and that nothing else changes.

Three lots of 1 BTC at Kraken: b1 of 2024 for 40,000, b2 for 90,000, b3 for 60,000. FIFO takes b1, HIFO b2, LIFO b3.
"""

from decimal import Decimal

import pytest
from journals import at, booked, sale, standing, written
from taxlots.lots.book import Elections
from taxlots.lots.directions import Law
from taxlots.lots.identification import Part, Standing, Told
from taxlots.rulebook import load

from support import codes, ledger_of, records, tx, universal

BOUGHT = (
    tx("2024-01-05T12:00:00Z", "buy", sent="40000 USD", received="1 BTC", id="b1"),
    tx("2025-03-05T12:00:00Z", "buy", sent="90000 USD", received="1 BTC", id="b2"),
    tx("2025-08-05T12:00:00Z", "buy", sent="60000 USD", received="1 BTC", id="b3"),
)
BEFORE = "2026-05-01T09:00:00"


def sold(time: str, quantity: str, name: str = "s1", **more: str) -> str:
    """A sale at 100,000 a bitcoin."""
    return tx(time, "sell", sent=f"{quantity} BTC", received=f"{Decimal(quantity) * 100000:.0f} USD", id=name, **more)


S1 = sold("2026-06-01T15:00:00Z", "0.5")


@pytest.fixture
def take(tmp_path):
    """Lots that the sales take, as `s1:b1=0.5`, and the codes of the problems; the methods in `take.methods`."""

    def run(data: bytes, *rows: str, **options):
        book, problems = booked(tmp_path, universal(*BOUGHT, *rows), data, **options)
        pieces = records(book.disposals)
        run.methods = [piece["method"].partition(" (")[0] for piece in pieces]
        run.problems = problems
        told = [code for code in codes(problems) if code != "KIND_NOT_BOOKED"]
        return [f"{p['transaction_id']}:{p['lot_id']}={p['quantity'].normalize():f}" for p in pieces], told

    return run


def test_without_a_record_first_in_first_out(take):
    """An empty journal changes nothing."""
    assert take(b"", S1) == (["s1:b1=0.5"], [])
    assert take.methods == ["fifo"]


@pytest.mark.parametrize("which", ["s1", "2026-06-01T15:00:00Z", "2026-06-01T14:30:00Z", "2026-06-01T15:30:00Z", "2026-06-01"])
def test_an_identified_sale_takes_its_lots(take, which):
    """By id, at its time, planned half an hour before or after, or for its day; in the order named."""
    data = written((BEFORE, sale(which, "b3=0.2,b2=0.3")))
    assert take(data, S1) == (["s1:b3=0.2", "s1:b2=0.3"], [])
    assert take.methods == ["specific, record 1", "specific, record 1"]


def test_recorded_at_the_moment_of_the_sale_is_in_time(take):
    """No later than the date and time of the sale; a microsecond later is too late."""
    assert take(written(("2026-06-01T15:00:00", sale("s1", "b2=0.5"))), S1) == (["s1:b2=0.5"], [])
    assert take(written(("2026-06-01T15:00:00.000001", sale("s1", "b2=0.5"))), S1) == (["s1:b1=0.5"], ["IDENTIFICATION_LATE"])


@pytest.mark.parametrize("which", ["s1", "2026-06-01T15:00:00Z", "2026-06-01"])
def test_too_late(take, which):
    """FIFO, and a Problem at the line of the journal that names both times."""
    assert take(written(("2026-06-01T16:00:00", sale(which, "b2=0.5"))), S1) == (["s1:b1=0.5"], ["IDENTIFICATION_LATE"])
    (problem,) = [p for p in take.problems if p.code == "IDENTIFICATION_LATE"]
    assert (problem.file, problem.row) == ("identifications.jsonl", 1)
    assert "2026-06-01T15:00:00" in problem.message
    assert "2026-06-01T16:00:00" in problem.message


def test_an_earlier_record_counts_if_it_is_attested(take):
    """The statement is told in the report."""
    data = written(("2026-07-01T09:00:00", sale("s1", "b2=0.5", attested="notebook, page 12")))
    assert take(data, S1) == (["s1:b2=0.5"], ["IDENTIFICATION_ATTESTED"])
    assert "notebook, page 12" in next(p.message for p in take.problems if p.code == "IDENTIFICATION_ATTESTED")


@pytest.mark.parametrize(
    ("lots", "why"),
    [
        ("x9=0.5", "not held"),
        ("b2=0.2,x9=0.3", "not held"),
        ("b2=1.1", "holds 1 then, and 1.1"),
        ("b2=0.9,b2=0.2", "holds 1 then, and 1.1"),
    ],
)
def test_lots_that_are_not_there(take, lots, why):
    """Unknown, or for more than it holds: none of the identification counts."""
    assert take(written((BEFORE, sale("s1", lots))), sold("2026-06-01T15:00:00Z", "1.1")) == (
        ["s1:b1=1", "s1:b2=0.1"],
        ["IDENTIFICATION_NOT_HELD"],
    )
    assert why in next(p.message for p in take.problems if p.code == "IDENTIFICATION_NOT_HELD")


def test_a_lot_bought_after_the_sale_is_not_there(take):
    """The pool knows only what came before."""
    data = written((BEFORE, sale("s1", "b9=0.5")))
    later = tx("2026-06-02T12:00:00Z", "buy", sent="1 USD", received="1 BTC", id="b9")
    assert take(data, S1, later) == (["s1:b1=0.5"], ["IDENTIFICATION_NOT_HELD"])


def test_identified_in_part(take):
    """0.2 of b2 as named, the other 0.3 first in, first out."""
    assert take(written((BEFORE, sale("s1", "b2=0.2"))), S1) == (["s1:b2=0.2", "s1:b1=0.3"], [])
    assert take.methods == ["specific, record 1", "fifo"]


def test_more_identified_than_sold(take):
    """In the order named as far as it was sold; the rest is told."""
    assert take(written((BEFORE, sale("s1", "b2=0.4,b3=0.4"))), S1) == (["s1:b2=0.4", "s1:b3=0.1"], ["IDENTIFICATION_UNUSED"])


def test_one_plan_filled_in_several_trades(take):
    """0.6 and 0.3 within the day after: 0.5 + 0.1 and then 0.3 of the lots named."""
    data = written((BEFORE, sale("2026-06-01T14:00:00Z", "b2=0.5,b3=0.4")))
    fills = (sold("2026-06-01T14:00:03Z", "0.6", "f1"), sold("2026-06-01T14:00:09Z", "0.3", "f2"))
    assert take(data, *fills) == (["f1:b2=0.5", "f1:b3=0.1", "f2:b3=0.3"], [])


def test_two_plans_of_one_day(take):
    """Each sale takes from the plan next before it."""
    data = written((BEFORE, sale("2026-06-01T10:00:00Z", "b2=0.4")), (BEFORE, sale("2026-06-01T15:00:00Z", "b3=0.4")))
    sales = (sold("2026-06-01T10:01:00Z", "0.4", "f1"), sold("2026-06-01T15:01:00Z", "0.4", "f2"))
    assert take(data, *sales) == (["f1:b2=0.4", "f2:b3=0.4"], [])


def test_a_changed_mind(take):
    """Of two records for one sale in time the later counts; one made too late changes nothing."""
    data = written((BEFORE, sale("s1", "b2=0.5")), ("2026-05-02T09:00:00", sale("s1", "b3=0.5")))
    assert take(data, S1) == (["s1:b3=0.5"], [])
    late = written((BEFORE, sale("s1", "b2=0.5")), ("2026-07-02T09:00:00", sale("s1", "b3=0.5")))
    assert take(late, S1)[0] == ["s1:b2=0.5"]


@pytest.mark.parametrize(
    ("which", "more"), [("s1", {"account": "coinbase"}), ("s1", {"asset": "ETH"}), ("s9", {}), ("2026-05-30T15:00:00Z", {})]
)
def test_no_such_sale(take, which, more):
    """Another account, asset, id or day: not used, and told."""
    assert take(written((BEFORE, sale(which, "b2=0.5", **more))), S1) == (["s1:b1=0.5"], ["IDENTIFICATION_UNUSED"])


def test_a_plan_for_tomorrow_is_no_problem_yet(take):
    """Only a plan whose time is over can have found no sale."""
    data = written((BEFORE, sale("2026-06-03T15:00:00Z", "b2=0.5")))
    assert take(data, S1, now="2026-06-02") == (["s1:b1=0.5"], [])


def test_standing_orders_change_over_time(take):
    """HIFO from 1 May, LIFO from 10 June, from 20 June none: b2 whole, then b3, then b1."""
    data = written(
        (BEFORE, standing("hifo", "2026-05-01T00:00:00Z")),
        (BEFORE, standing("lifo", "2026-06-10T00:00:00Z", until="2026-06-20T00:00:00Z")),
        (BEFORE, standing("fifo", "2026-06-15T00:00:00Z")),
    )
    sales = [sold(f"2026-{day}T12:00:00Z", "0.1", f"s{day}") for day in ("04-20", "05-20", "06-12", "06-16", "07-01")]
    assert take(data, *sales) == (
        ["s04-20:b1=0.1", "s05-20:b2=0.1", "s06-12:b3=0.1", "s06-16:b1=0.1", "s07-01:b1=0.1"],
        [],
    )
    assert take.methods == ["fifo", "hifo, record 1", "lifo, record 2", "fifo, record 3", "fifo, record 3"]


def test_a_standing_order_counts_from_when_it_was_recorded(take):
    """Recorded on 1 May for sales since January: the sale of April is FIFO, and told; attested it is HIFO."""
    sales = (sold("2026-04-01T12:00:00Z", "0.1"), sold("2026-05-02T12:00:00Z", "0.1", "s2"))
    assert take(written((BEFORE, standing("hifo", "2026-01-01T00:00:00Z"))), *sales) == (
        ["s1:b1=0.1", "s2:b2=0.1"],
        ["IDENTIFICATION_LATE"],
    )
    attested = written((BEFORE, standing("hifo", "2026-01-01T00:00:00Z", attested="letter to my accountant")))
    assert take(attested, *sales) == (["s1:b2=0.1", "s2:b2=0.1"], ["IDENTIFICATION_ATTESTED"])


def test_a_standing_order_recorded_at_the_moment_of_the_sale(take):
    """In time; a microsecond later is too late. The lot and what is said of it agree."""
    assert take(written(("2026-06-01T15:00:00", standing("hifo", "2026-01-01T00:00:00Z"))), S1) == (["s1:b2=0.5"], [])
    assert take.methods == ["hifo, record 1"]
    late = written(("2026-06-01T15:00:00.000001", standing("hifo", "2026-01-01T00:00:00Z")))
    assert take(late, S1) == (["s1:b1=0.5"], ["IDENTIFICATION_LATE"])
    assert take.methods == ["fifo"]


def test_the_narrower_standing_order_counts(take):
    """LIFO for BTC in Kraken goes before HIFO for Kraken, that before LOFO for everything."""
    everything, account = standing("lofo", "2026-05-03T00:00:00Z", account=None), standing("hifo", "2026-05-02T00:00:00Z")
    assert take(written((BEFORE, everything)), S1) == (["s1:b1=0.5"], [])
    assert take(written((BEFORE, everything), (BEFORE, account)), S1) == (["s1:b2=0.5"], [])
    asset = standing("lifo", "2026-05-01T00:00:00Z", asset="BTC")
    assert take(written((BEFORE, asset), (BEFORE, everything), (BEFORE, account)), S1) == (["s1:b3=0.5"], [])
    other = standing("lifo", "2026-05-01T00:00:00Z", account="coinbase")
    assert take(written((BEFORE, other)), S1) == (["s1:b1=0.5"], [])


def test_an_identification_goes_before_a_standing_order(take):
    """The named 0.2 of b3, the rest by HIFO; and if it can't be followed, HIFO for all."""
    order = (BEFORE, standing("hifo", "2026-05-01T00:00:00Z"))
    assert take(written(order, (BEFORE, sale("s1", "b3=0.2"))), S1)[0] == ["s1:b3=0.2", "s1:b2=0.3"]
    assert take.methods == ["specific, record 2", "hifo, record 1"]
    assert take(written(order, (BEFORE, sale("s1", "b3=2"))), S1)[0] == ["s1:b2=0.5"]


@pytest.mark.parametrize("method", ["lifo", "hifo", "lofo"])
def test_an_order_on_record_from_the_start_is_the_order(tmp_path, method):
    """The same pieces as a what-if by that order, with fees, a transfer, a split and a conversion in between."""
    rows = universal(
        *BOUGHT,
        tx("2025-09-01T12:00:00Z", "buy", sent="70000 USD", received="1 BTC", fee="0.001 BTC", fee_value="70", id="b4"),
        tx("2025-09-02T12:00:00Z", "transfer", sent="0.7 BTC", fee="0.002 BTC", fee_value="140", counter_account="ledger", id="t1"),
        tx("2025-09-03T12:00:00Z", "split", received="0.3 BTC", account="ledger", id="p1"),
        tx("2025-09-04T12:00:00Z", "convert", sent="0.5 BTC", received="0.5 WBTC", account="ledger", id="c1"),
        tx("2025-09-05T12:00:00Z", "sell", sent="0.2 WBTC", received="21000 USD", account="ledger", id="s0"),
        tx("2025-09-06T12:00:00Z", "transfer", sent="0.4 BTC", counter_account="kraken", account="ledger", id="t2"),
        S1,
        sold("2026-06-03T15:00:00Z", "1.7", "s2"),
    )
    data = written(("2024-01-01T00:00:00", standing(method, "2024-01-01T00:00:00Z", account=None)))
    by_record, _ = booked(tmp_path, rows, data)
    by_order, _ = booked(tmp_path, rows, wished=Elections(method), filed=False)
    for name in ("lots", "disposals", "moves"):
        mine, theirs = (records(getattr(result, name)) for result in (by_record, by_order))
        for row in (*mine, *theirs):
            row["method"] = row.get("method", "").partition(",")[0]
        assert mine == theirs


def test_a_journal_about_other_things_changes_nothing(tmp_path):
    """Equality with FIFO, every column."""
    rows = universal(*BOUGHT, S1, sold("2026-06-03T15:00:00Z", "1.7", "s2"))
    data = written((BEFORE, standing("hifo", "2026-01-01T00:00:00Z", account="coinbase")), (BEFORE, sale("s9", "b2=1")))
    mine, plain = booked(tmp_path, rows, data)[0], booked(tmp_path, rows)[0]
    for name in ("lots", "disposals", "moves", "income"):
        assert getattr(mine, name).equals(getattr(plain, name))


def test_what_is_filed_needs_a_record(take):
    """An order of the settings is shown, but filed FIFO; with a record it is filed."""
    wished = Elections("hifo")
    assert take(b"", S1, wished=wished, filed=False)[0] == ["s1:b2=0.5"]
    assert take(b"", S1, wished=wished, filed=True)[0] == ["s1:b1=0.5"]
    assert take(written((BEFORE, standing("hifo", "2026-05-01T00:00:00Z"))), S1, wished=wished, filed=True)[0] == ["s1:b2=0.5"]


def test_from_2027_the_broker_must_have_been_told(take):
    """Own books are enough until the end of 2026 (Notice 2026-20); then the message counts from when it was recorded."""
    sales = [sold(f"{day}T12:00:00Z", "0.1", f"s{day}") for day in ("2026-12-31", "2027-01-01", "2027-03-01")]
    order = (BEFORE, standing("hifo", "2026-05-01T00:00:00Z"))
    assert take(written(order), *sales) == (
        ["s2026-12-31:b2=0.1", "s2027-01-01:b1=0.1", "s2027-03-01:b1=0.1"],
        ["IDENTIFICATION_BROKER_NOT_TOLD"],
    )
    told = written(order, ("2027-02-01T09:00:00", Told(1, "message 17")))
    assert take(told, *sales)[0] == ["s2026-12-31:b2=0.1", "s2027-01-01:b1=0.1", "s2027-03-01:b2=0.1"]
    at_once = written((BEFORE, standing("hifo", "2026-05-01T00:00:00Z", told="message 16")))
    assert take(at_once, *sales)[0] == ["s2026-12-31:b2=0.1", "s2027-01-01:b2=0.1", "s2027-03-01:b2=0.1"]


def test_a_single_sale_of_2027(take):
    """As for a standing order."""
    row = sold("2027-02-01T12:00:00Z", "0.5")
    mine = (BEFORE, sale("s1", "b3=0.5"))
    assert take(written(mine), row) == (["s1:b1=0.5"], ["IDENTIFICATION_BROKER_NOT_TOLD"])
    assert take(written(mine, ("2027-01-31T09:00:00", Told(1, "message 17"))), row) == (["s1:b3=0.5"], [])
    assert take(written(mine, ("2027-02-02T09:00:00", Told(1, "message 17"))), row)[0] == ["s1:b1=0.5"]


def test_the_midnight_of_2027_is_that_of_the_taxpayer(tmp_path):
    """23:30 on 31 December in New York is 04:30 of 1 January in UTC, and still within the relief."""
    law = Law(ledger_of(tmp_path, universal(*BOUGHT), timezone="America/New_York").zone, load())
    assert law.suffices("kraken", "BTC", at("2027-01-01T04:59:59"))
    assert not law.suffices("kraken", "BTC", at("2027-01-01T05:00:00"))
    assert at("2027-01-01T05:00:00") in law.changes()


def test_own_wallets_and_securities(take):
    """In a wallet of one's own a record is enough in 2027 too; of a security the broker must have been told at any time."""
    wallet = {"account": "ledger"}
    rows = [row.replace("kraken", "ledger") for row in BOUGHT[1:]]
    names = [row.replace(",b2,", ",w2,").replace(",b3,", ",w3,") for row in rows]
    data = written((BEFORE, sale("s1", "w3=0.5", **wallet)))
    assert take(data, *names, sold("2027-02-01T12:00:00Z", "0.5", **wallet)) == (["s1:w3=0.5"], [])
    shares = [
        tx(f"2025-0{n}-05T12:00:00Z", "buy", account="schwab", sent=f"{n}00 USD", received="1 ACME", id=f"a{n}", asset_class="security")
        for n in (1, 2)
    ]
    sell = tx("2026-06-01T15:00:00Z", "sell", account="schwab", sent="1 ACME", received="300 USD", id="s5", asset_class="security")
    mine = sale("s5", "a2=1", account="schwab", asset="ACME")
    assert take(written((BEFORE, mine)), *shares, sell) == (["s5:a1=1"], ["IDENTIFICATION_BROKER_NOT_TOLD"])
    assert take(written((BEFORE, mine), (BEFORE, Told(1, "order form"))), *shares, sell) == (["s5:a2=1"], [])


def test_a_transfer_and_a_gift_take_identified_lots(tmp_path):
    """By the id of the transaction. b2 goes to the wallet, where it is sold under its name there; b3 is given away."""
    rows = universal(
        *BOUGHT,
        tx("2026-06-01T12:00:00Z", "transfer", sent="1 BTC", counter_account="ledger", id="t1"),
        tx("2026-06-02T12:00:00Z", "gift-out", sent="0.4 BTC", id="g1"),
        sold("2026-06-03T12:00:00Z", "0.5", account="ledger"),
    )
    data = written((BEFORE, sale("t1", "b2=1")), (BEFORE, sale("g1", "b3=0.4")), (BEFORE, sale("s1", "b2@ledger=0.5", account="ledger")))
    book, problems = booked(tmp_path, rows, data)
    assert [(move["transaction_id"], move["lot_id"]) for move in records(book.moves)] == [("t1", "b2"), ("g1", "b3")]
    (piece,) = records(book.disposals)
    assert (piece["lot_id"], piece["method"].partition(" (")[0], piece["basis"]) == ("b2@ledger", "specific, record 3", 45000)
    assert "IDENTIFICATION_NOT_HELD" not in codes(problems)


def test_a_moved_lot_by_its_short_name(tmp_path):
    """Where no other lot there has it, `b2` names what is called b2@ledger in the wallet."""
    rows = universal(
        *BOUGHT,
        tx("2026-06-01T12:00:00Z", "transfer", sent="2 BTC", counter_account="ledger", id="t1"),
        sold("2026-06-03T12:00:00Z", "0.5", account="ledger"),
    )
    book, _ = booked(tmp_path, rows, written((BEFORE, sale("s1", "b2=0.5", account="ledger"))))
    assert [piece["lot_id"] for piece in records(book.disposals)] == ["b2@ledger"]


def test_a_fee_is_not_part_of_what_is_identified(take):
    """0.01 BTC of fee leave first, FIFO; the sale takes b2."""
    row = tx("2026-06-01T15:00:00Z", "sell", sent="0.5 BTC", received="50000 USD", fee="0.01 BTC", fee_value="1000", id="s1")
    assert take(written((BEFORE, sale("s1", "b2=0.5"))), row) == (["s1:b1=0.01", "s1:b2=0.5"], [])


def test_proceeds_and_basis_add_up(tmp_path):
    """Three pieces of a sale of 1.1: 110,000 in all; basis 0.7 of 90,000, 0.1 of 60,000 and 0.3 of 40,000."""
    rows = universal(*BOUGHT, sold("2026-06-01T15:00:00Z", "1.1"))
    book, _ = booked(tmp_path, rows, written((BEFORE, sale("s1", "b2=0.7,b3=0.1"))))
    pieces = records(book.disposals)
    assert [piece["basis"] for piece in pieces] == [63000, 6000, 12000]
    assert [piece["proceeds"] for piece in pieces] == [70000, 10000, 30000]


def test_one_pool_over_all_accounts(tmp_path):
    """An order for all accounts changes it, and an identified lot may lie in another account."""
    rows = universal(*BOUGHT, sold("2026-06-01T15:00:00Z", "0.5", account="coinbase"))
    wished = Elections(per_account=False)
    everything = written((BEFORE, standing("lifo", "2026-05-01T00:00:00Z", account=None)))
    assert [p["lot_id"] for p in records(booked(tmp_path, rows, everything, wished=wished)[0].disposals)] == ["b3"]
    named = written((BEFORE, sale("s1", "b2=0.5", account="coinbase")))
    assert [p["lot_id"] for p in records(booked(tmp_path, rows, named, wished=wished)[0].disposals)] == ["b2"]


def test_a_recorded_sequence_of_lots(take):
    """min-tax: b3 as far as it reaches, then b2, then what is left first in, first out; lots of the past are passed over."""
    order = Standing(
        "min-tax", "2026-05-01T00:00:00Z", account="kraken", asset="BTC", lots=(Part("gone", "1"), Part("b3", "1"), Part("b2", "1"))
    )
    sales = (sold("2026-06-01T12:00:00Z", "0.7"), sold("2026-06-02T12:00:00Z", "0.8", "s2"), sold("2026-06-03T12:00:00Z", "1.2", "s3"))
    assert take(written((BEFORE, order)), *sales) == (["s1:b3=0.7", "s2:b3=0.3", "s2:b2=0.5", "s3:b2=0.5", "s3:b1=0.7"], [])
    assert take.methods == ["min-tax, record 1"] * 4 + ["fifo"]


def test_the_order_of_rows_and_later_sales_do_not_matter(take):
    """The same pieces from rows in reverse; a further sale leaves the earlier ones as they are."""
    data = written((BEFORE, standing("hifo", "2026-05-01T00:00:00Z")), (BEFORE, sale("s1", "b3=0.5")))
    rows = (S1, sold("2026-06-02T15:00:00Z", "0.5", "s2"))
    first, _ = take(data, *rows)
    assert take(data, *reversed(rows))[0] == first == ["s1:b3=0.5", "s2:b2=0.5"]
    assert take(data, *rows, sold("2026-06-03T15:00:00Z", "0.9", "s3"))[0][:2] == first
