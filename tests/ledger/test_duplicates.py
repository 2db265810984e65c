"""Overlapping exports: what two files say twice counts once, what happened twice counts twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.importers.records import Transaction
from taxlots.importers.transaction_columns import from_transactions
from taxlots.ledger.duplicates import distinct
from taxlots.ledger.plain import Decisions, separate
from taxlots.ledger.valuation import Valuer
from taxlots.prices import PriceTable

from support import codes, ledger_of, tx, universal

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
ORDER = {name: (name, False) for name in ("a.csv", "b.csv", "c.csv")}


def buy(file: str, row: int, **changes) -> Transaction:
    """A purchase of 1 BTC for 40,000 dollars, as a file's row says it."""
    given = {
        "time": NOON,
        "account": "kraken",
        "kind": "buy",
        "sources": ((file, row),),
        "sent_quantity": Decimal(40000),
        "sent_asset": "USD",
        "received_quantity": Decimal(1),
        "received_asset": "BTC",
    }
    return Transaction(**(given | changes))


def left(*transactions: Transaction, zone=UTC) -> int:
    """How many stay."""
    return len(distinct(transactions, ORDER, zone).transactions)


def test_one_id_is_one_transaction():
    """The platform's own id decides across files; two such rows of one file may be fills of one order: both stay, with a warning."""
    result = distinct([buy("a.csv", 2, id="x"), buy("b.csv", 2, id="x")], ORDER)
    assert [t.id for t in result.transactions] == ["x"]
    result = distinct([buy("a.csv", 2, id="x"), buy("a.csv", 3, id="x"), buy("b.csv", 2, id="x"), buy("b.csv", 3, id="x")], ORDER)
    assert [t.id for t in result.transactions] == ["x", "x~2"]
    assert {p.code for p in result.problems} == {"ID_REPEATED"}
    assert sorted(result.merged) == [("b.csv", 2), ("b.csv", 3)]


def withdrawal(file: str, sent: str, fee: str | None, **changes) -> Transaction:
    """BTC that leaves with a fee of its own, or with the fee in its sum."""
    given = {"time": NOON, "account": "binance", "kind": "withdrawal", "sources": ((file, 2),), "sent_asset": "BTC"}
    given |= {"sent_quantity": Decimal(sent), "fee_quantity": Decimal(fee) if fee else None, "fee_asset": "BTC" if fee else None}
    return Transaction(**(given | changes))


@pytest.mark.parametrize("files", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
@pytest.mark.parametrize(("sent", "fee", "expected"), [("0.0095", "0.0005", 1), ("0.01", "0.0005", 1), ("0.0099", "0.0005", 2)])
def test_a_withdrawal_with_its_fee_inside_or_beside(files, sent, fee, expected):
    """0.0095 and a fee of 0.0005 are the 0.01 of an export with one sum, 0.01 and a fee that of one without fees; the fee is kept."""
    kept = distinct([withdrawal(files[0], "0.01", None), withdrawal(files[1], sent, fee)], ORDER).transactions
    assert len(kept) == expected
    assert Decimal("0.0005") in {one.fee_quantity for one in kept}


def test_a_large_file_leaves_such_withdrawals_to_that_comparison():
    """The files that are settled by column compare by account and asset only; a purchase of the other file stays out of it."""
    bought = buy("a.csv", 3, account="binance", id="y")
    large = (withdrawal("a.csv", "0.0095", "0.0005", id="x"), bought)
    other = withdrawal("b.csv", "0.01", None)
    entangled = separate([from_transactions(large)], [other], Decisions(), Valuer(PriceTable())).entangled
    assert [one.kind for one in entangled] == ["withdrawal"]


def moved(kind: str, file: str, row: int, **changes) -> Transaction:
    """0.5 BTC from kraken to a wallet, with a fee of 0.001, as one of three rows tells it; it arrives after five hours."""
    sent = {"sent_quantity": Decimal("0.5"), "sent_asset": "BTC", "fee_quantity": Decimal("0.001"), "fee_asset": "BTC"}
    received = {"received_quantity": Decimal("0.5"), "received_asset": "BTC"}
    given = {
        "transfer": {"time": NOON, "account": "kraken", "counter_account": "wallet", **sent, **received},
        "withdrawal": {"time": NOON, "account": "kraken", **sent},
        "deposit": {"time": NOON + timedelta(hours=5), "account": "wallet", **received},
    }[kind]
    return Transaction(**(given | {"kind": kind, "sources": ((file, row),)} | changes))


@pytest.mark.parametrize("whole", ["a.csv", "c.csv"])
@pytest.mark.parametrize("ids", [{}, {"transfer": "w", "withdrawal": "w", "deposit": "d"}, {"withdrawal": "w", "deposit": "d"}])
@pytest.mark.parametrize("other", ["b.csv", "a.csv"])
def test_a_transfer_told_whole_absorbs_both_of_its_ends(whole, ids, other):
    """The ends may stand in one file or in two, each with an id of its own; the transfer stays, and each other row says what of."""
    if whole == other:
        other = "c.csv"
    places = {"transfer": (whole, 2), "withdrawal": ("b.csv", 2), "deposit": (other, 3)}
    rows = [moved(kind, *place, id=ids.get(kind, "")) for kind, place in places.items()]
    result = distinct(rows, ORDER)
    assert [t.kind for t in result.transactions] == ["transfer"]
    assert sorted(result.merged) == sorted([("b.csv", 2), (other, 3)])
    assert not result.problems


@pytest.mark.parametrize(
    ("change", "left_over"),
    [
        ({"time": NOON + timedelta(days=5)}, 2),  # arrives too late to be this transfer
        ({"account": "other"}, 2),
        ({"received_quantity": Decimal("0.49")}, 2),
        ({"txid": "0xa2"}, 2),  # another hash than the transfer's
        ({"txid": "0xa1", "time": NOON + timedelta(days=3)}, 1),
    ],
)
def test_an_end_of_another_transfer_stays(change, left_over):
    """Account, quantity, time and hash of a deposit tell whose end it is."""
    assert left(moved("transfer", "a.csv", 2, txid="0xa1"), moved("deposit", "b.csv", 2, **change)) == left_over


def test_one_transfer_absorbs_one_end_of_each_kind_and_file():
    """Two equal deposits of one file, one transfer: one of them came from elsewhere; rows of the transfer's own file are not its ends."""
    deposits = [moved("deposit", "b.csv", row) for row in (2, 3)]
    assert left(moved("transfer", "a.csv", 2), *deposits) == 2
    assert left(moved("transfer", "a.csv", 2), moved("withdrawal", "a.csv", 3), moved("deposit", "a.csv", 4)) == 3


def test_a_large_file_leaves_transfers_and_their_ends_to_that_comparison():
    """The column path hands out a transfer whose ends another file tells, and the ends whose transfer another file tells."""
    rows = {kind: moved(kind, "a.csv", 2, id=kind) for kind in ("transfer", "withdrawal", "deposit")}
    apart = buy("a.csv", 3, id="y")

    def entangled(large: Transaction, *others: Transaction) -> list[str]:
        elsewhere = [replace(other, sources=(("b.csv", 2),)) for other in others]
        found = separate([from_transactions((large, apart))], elsewhere, Decisions(), Valuer(PriceTable()))
        return [one.kind for one in found.entangled]

    assert entangled(rows["transfer"], rows["deposit"]) == ["transfer"]
    assert entangled(rows["transfer"], rows["withdrawal"]) == ["transfer"]
    assert entangled(rows["withdrawal"], rows["transfer"]) == ["withdrawal"]
    assert entangled(rows["deposit"], rows["transfer"]) == ["deposit"]
    assert entangled(rows["transfer"], replace(rows["deposit"], account="other")) == []


def test_two_ids_are_two_transactions():
    """Equal fills with ids of their own both happened, also in two files."""
    assert left(buy("a.csv", 2, id="x"), buy("b.csv", 2, id="y")) == 2


def test_one_id_at_two_accounts_is_two_transactions():
    """Ids are the platform's: another account may use the same."""
    assert left(buy("a.csv", 2, id="1"), buy("b.csv", 2, id="1", account="coinbase")) == 2


def test_equal_fills_in_one_file_stay():
    """Without ids, rows of one file that say the same are two fills."""
    assert left(buy("a.csv", 2), buy("a.csv", 3)) == 2


def test_a_repeated_export_is_merged_by_count():
    """Two equal fills, exported three times, are two; a third fill in one of the exports is a third."""
    two = [buy("a.csv", 2), buy("a.csv", 3), buy("b.csv", 2), buy("b.csv", 3), buy("c.csv", 7)]
    assert left(*two) == 2
    assert left(*two, buy("c.csv", 8), buy("c.csv", 9)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"time": NOON + timedelta(seconds=1)},
        {"account": "coinbase"},
        {"kind": "swap"},
        {"received_quantity": Decimal("1.00000001")},
        {"sent_quantity": Decimal(41000)},
        {"fee_quantity": Decimal(5), "fee_asset": "USD"},
    ],
)
def test_what_differs_without_ids_stays(changes):
    """Another time, account, kind, quantity, price or fee is another fill."""
    assert left(buy("a.csv", 2), buy("b.csv", 2, **changes)) == 2


@pytest.mark.parametrize(
    "changes", [{"sent_quantity": Decimal(41000)}, {"received_quantity": Decimal(2)}, {"time": NOON + timedelta(hours=1)}]
)
def test_one_id_with_two_contents_is_a_conflict(changes):
    """Price, quantity or time differ under one id: both stay and an error says so."""
    result = distinct([buy("a.csv", 2, id="x"), buy("b.csv", 2, id="x", **changes)], ORDER)
    assert [t.id for t in result.transactions] == ["x", "x~2"]
    assert [(p.code, p.file, p.row) for p in result.problems] == [("ID_CONFLICT", "b.csv", 2)]


def test_a_conflict_does_not_grow_with_every_copy():
    """The two contents of one id, exported again, are still two."""
    again = [buy(file, row, id="x", received_quantity=Decimal(row)) for file in ("a.csv", "b.csv", "c.csv") for row in (2, 3)]
    assert left(*again) == 2


@pytest.mark.parametrize(("seconds", "expected"), [(0, 1), (2, 1), (-2, 1), (3, 2)])
def test_exports_of_two_eras(seconds, expected):
    """An export with ids and an older one without are the same row where legs agree and times are within two seconds."""
    older = buy("b.csv", 2, kind="swap", time=NOON + timedelta(seconds=seconds))
    assert left(buy("a.csv", 2, id="x"), older) == expected


def test_two_eras_around_midnight():
    """One second apart is one second apart, though the dates differ."""
    midnight = datetime(2024, 3, 6, tzinfo=UTC)
    assert left(buy("a.csv", 2, id="x", time=midnight), buy("b.csv", 2, time=midnight - timedelta(seconds=1))) == 1


def test_rounding_of_money_between_eras():
    """Exports of two eras round dollars differently: a cent is no other price."""
    assert left(buy("a.csv", 2, id="x"), buy("b.csv", 2, sent_quantity=Decimal("40000.01"))) == 1


def test_the_older_rows_id_leads_to_the_kept_one():
    """An override written for the older export's id still finds the transaction."""
    older = buy("b.csv", 2)
    alone = distinct([older], ORDER).transactions[0].id
    assert distinct([buy("a.csv", 2, id="x"), older], ORDER).aliases[alone] == "x"


@pytest.mark.parametrize(("hour", "expected"), [(5, 1), (28, 1), (4, 2), (29, 2)])
def test_dates_without_time_hold_in_the_taxpayers_zone(hour, expected):
    """5 March in New York lasts from 05:00 UTC to 05:00 UTC of the 6th: within, a dated row is the same as a timed one."""
    from zoneinfo import ZoneInfo

    new_york = ZoneInfo("America/New_York")
    dated = buy("b.csv", 2, time=datetime(2024, 3, 5, tzinfo=new_york).astimezone(UTC), date_only=True)
    timed = buy("a.csv", 2, id="x", time=datetime(2024, 3, 5, tzinfo=UTC) + timedelta(hours=hour))
    assert left(timed, dated, zone=new_york) == expected


def test_a_made_id_says_what_the_row_says():
    """The id of a row without one does not depend on its file or place, and is unique among equals."""
    first = [t.id for t in distinct([buy("a.csv", 2), buy("a.csv", 3)], ORDER).transactions]
    moved = [t.id for t in distinct([buy("c.csv", 40), buy("c.csv", 77)], ORDER).transactions]
    assert first == moved
    assert len(set(first)) == 2


rows = st.lists(
    st.builds(
        lambda day, n: tx(f"2024-03-0{day}T12:00:00Z", "buy", sent="5 USD", received=f"{n} ETH"), st.integers(1, 3), st.integers(1, 2)
    )
)


@given(rows.filter(bool), st.data())
def test_importing_again_adds_nothing(tmp_path_factory, lines, data):
    """A copy with the rows shuffled, and a part of it, under other names: the same transactions, and every further row is merged."""
    copy = data.draw(st.permutations(lines))
    part = copy[: data.draw(st.integers(0, len(copy)))]
    once = ledger_of(tmp_path_factory.mktemp("once"), universal(*lines))
    twice = ledger_of(tmp_path_factory.mktemp("twice"), {"a.csv": universal(*lines), "b.csv": universal(*copy), "c.csv": universal(*part)})
    assert sorted(twice.transactions["id"]) == sorted(once.transactions["id"])
    assert sum(f.merged for f in twice.files) == len(copy) + len(part)
    assert codes(twice.problems) == []


def lesser(file: str, row: int, **changes) -> Transaction:
    """The same purchase as an export tells it that another one knows better."""
    return buy(file, row, **({"id": "x", "lesser": True} | changes))


def test_the_better_export_counts_whatever_the_lesser_says():
    """One id: the fee, the quantity and even the minute may differ, as where rounding or the fee's asset do. All lines of it go."""
    other = {"received_quantity": Decimal("1.01"), "time": NOON + timedelta(minutes=5), "fee_quantity": Decimal(3), "fee_asset": "USD"}
    result = distinct([lesser("a.csv", 2, **other), lesser("a.csv", 3, **other), buy("b.csv", 9, id="x")], ORDER)
    assert [(t.received_quantity, t.sources) for t in result.transactions] == [(Decimal(1), (("b.csv", 9),))]
    assert (sorted(result.merged), result.problems) == ([("a.csv", 2), ("a.csv", 3)], [])


def test_what_only_the_lesser_export_has_counts_with_one_warning_per_file():
    result = distinct([lesser("a.csv", 2), lesser("a.csv", 3, id="y"), lesser("b.csv", 2), buy("c.csv", 2, id="z")], ORDER)
    assert sorted(t.id for t in result.transactions) == ["x", "y", "z"]
    assert [(p.code, p.file, p.message[:1]) for p in result.problems] == [("EXPORT_LESSER", "a.csv", "2")]


def test_the_id_of_another_account_is_no_better_export():
    assert left(lesser("a.csv", 2), buy("b.csv", 2, id="x", account="coinbase")) == 2


def test_two_costs_of_one_day_are_two_rows():
    """A later export of dates only, made after more was traded that day: the new rows are added as they are, whatever their order."""
    day = {"time": NOON.replace(hour=0), "date_only": True}
    first = buy("a.csv", 2, sent_quantity=Decimal(101), **day)
    later = [buy("b.csv", 2, sent_quantity=Decimal(102), **day), buy("b.csv", 3, sent_quantity=Decimal(101), **day)]
    kept = distinct([first, *later], ORDER).transactions
    assert sorted(t.sent_quantity for t in kept) == [Decimal(101), Decimal(102)]
    nothing = {"sent_quantity": None, "sent_asset": None, "received_quantity": None, "received_asset": None}
    fees = [("a.csv", 2, "2.49"), ("b.csv", 2, "25"), ("b.csv", 3, "2.49")]
    charged = [buy(file, row, kind="fee", fee_quantity=Decimal(fee), fee_asset="USD", **nothing, **day) for file, row, fee in fees]
    assert sorted(t.fee_quantity for t in distinct(charged, ORDER).transactions) == [Decimal("2.49"), Decimal(25)]


def test_an_era_that_has_the_fee_in_the_sum_tells_the_same_purchase():
    day = {"time": NOON.replace(hour=0), "date_only": True}
    whole = buy("a.csv", 2, sent_quantity=Decimal(41000), **day)
    parts = buy("b.csv", 2, fee_quantity=Decimal(1000), fee_asset="USD", id="x")
    assert left(whole, parts) == 1
