"""The universal ledger CSV: every kind with the legs it needs, and each way to get a row wrong."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from taxlots.kinds import KINDS

from support import HEADER, codes, ledger_of, records, tx, universal

CONTRACT_KINDS = [
    *(
        "buy",
        "sell",
        "swap",
        "transfer",
        "deposit",
        "withdrawal",
        "income:staking",
        "income:interest",
        "income:mining",
        "income:airdrop",
        "income:fork",
    ),
    *(
        "income:reward",
        "income:referral",
        "income:wages",
        "income:dividend",
        "income:qualified-dividend",
        "income:capital-gain-distribution",
        "income:other",
        "return-of-capital",
    ),
    *("spend", "fee", "gift-in", "gift-out", "donation", "inheritance", "theft", "lost", "split", "convert", "adjust"),
]
WHEN = "2024-01-05T12:00:00Z"
BOTH = {"buy", "sell", "swap", "convert"}
SENT = {"transfer", "withdrawal", "spend", "gift-out", "donation", "theft", "lost"}
EITHER = {"fee": ("sent", "fee"), "split": ("sent", "received"), "adjust": ("sent", "received")}


def legs_of(kind: str) -> list[dict[str, str]]:
    """The smallest sets of legs that a kind needs, from the contract."""
    if kind in EITHER:
        return [{side: "2 ETH"} for side in EITHER[kind]]
    if kind in BOTH:
        return [{"sent": "100 USD", "received": "2 ETH"}]
    if kind == "transfer":
        return [{"sent": "2 ETH", "counter_account": "ledger"}]
    return [{"sent": "2 ETH"} if kind in SENT else {"received": "2 ETH"}]


def problems(tmp_path, *rows: str) -> list[str]:
    """Codes that these rows lead to."""
    return codes(ledger_of(tmp_path, universal(*rows)).problems)


def only(tmp_path, *rows: str, **options):
    """The one transaction of these rows."""
    (row,) = records(ledger_of(tmp_path, universal(*rows), **options).transactions)
    return row


def test_the_kinds_are_those_of_the_contract():
    """No kind is missing, and two more are known."""
    assert list(KINDS) == [*CONTRACT_KINDS, "spin-off", "realized-gain"]


@pytest.mark.parametrize("kind", ["return-of-capital", "spin-off"])
def test_the_holding_that_a_row_is_about(tmp_path, kind):
    """The sent asset names it without a quantity; a quantity there is an error, since no units leave."""
    row = only(tmp_path / "a", tx(WHEN, kind, received="2 XYZ", sent_asset="ko", value="100", basis="0.1"))
    assert (row["sent_asset"], row["sent_quantity"]) == ("KO", None)
    assert problems(tmp_path / "b", tx(WHEN, kind, received="2 XYZ", sent="1 KO", value="100")) == ["ROW_INVALID"]


@pytest.mark.parametrize("kind", [*CONTRACT_KINDS, "spin-off"])
def test_each_kind_with_its_legs(tmp_path, kind):
    """The smallest row of each kind is read as that kind, with just its legs."""
    for number, legs in enumerate(legs_of(kind)):
        row = only(tmp_path / str(number), tx(WHEN, kind, value="100", **legs))
        assert row["kind"] == kind
        given = {side for side in ("sent", "received", "fee") if row[f"{side}_quantity"] is not None}
        assert given == legs.keys() & {"sent", "received", "fee"}


@pytest.mark.parametrize("kind", CONTRACT_KINDS)
def test_each_kind_without_its_legs(tmp_path, kind):
    """Without the legs, or with quantity 0 in them, the row can't be used."""
    assert problems(tmp_path / "none", tx(WHEN, kind, value="100", counter_account="ledger")) == ["ROW_INVALID"]
    zero = dict.fromkeys(("sent", "received", "fee"), "0 ETH")
    assert problems(tmp_path / "zero", tx(WHEN, kind, value="100", counter_account="ledger", **zero)) == ["ROW_INVALID"]


@pytest.mark.parametrize("kind", sorted(BOTH))
@pytest.mark.parametrize("side", ["sent", "received"])
def test_one_leg_of_two(tmp_path, kind, side):
    """A trade with one side only is no trade."""
    assert problems(tmp_path, tx(WHEN, kind, value="1", **{side: "1 ETH"})) == ["ROW_INVALID"]


WRONG = {
    "negative quantity": (tx(WHEN, "spend", sent="-1 ETH", value="1"), "ROW_INVALID"),
    "negative fee": (tx(WHEN, "spend", sent="1 ETH", fee="-1 USD", value="1"), "ROW_INVALID"),
    "negative value": (tx(WHEN, "spend", sent="1 ETH", value="-1"), "ROW_INVALID"),
    "negative basis": (tx(WHEN, "deposit", received="1 ETH", basis="-1"), "ROW_INVALID"),
    "no number": (tx(WHEN, "spend", sent="1.2.3 ETH", value="1"), "ROW_INVALID"),
    "percent": (tx(WHEN, "spend", sent="100% ETH", value="1"), "ROW_INVALID"),
    "too large": (tx(WHEN, "spend", sent="1e18 ETH", value="1"), "ROW_INVALID"),
    "quantity without asset": (tx(WHEN, "spend", sent_quantity="1", value="1"), "ROW_INVALID"),
    "fee without asset": (tx(WHEN, "spend", sent="1 ETH", fee_quantity="1", value="1"), "ROW_INVALID"),
    "no account": (tx(WHEN, "spend", account="", sent="1 ETH", value="1"), "ROW_INVALID"),
    "unknown kind": (tx(WHEN, "stake", sent="1 ETH"), "ROW_UNKNOWN_KIND"),
    "no kind": (tx(WHEN, "", sent="1 ETH"), "ROW_UNKNOWN_KIND"),
    "no time": (tx("", "spend", sent="1 ETH", value="1"), "TIME_INVALID"),
    "year 1": (tx("0001-01-01T00:00:00+00:00", "spend", sent="1 ETH", value="1"), "TIME_INVALID"),
    "no such day": (tx("2023-02-29", "spend", sent="1 ETH", value="1"), "TIME_INVALID"),
    "impossible offset": (tx("2024-01-05T12:00:00+25:00", "spend", sent="1 ETH", value="1"), "TIME_INVALID"),
    "bad acquired": (tx(WHEN, "deposit", received="1 ETH", basis="1", acquired="soon"), "TIME_INVALID"),
    "unknown class": (tx(WHEN, "spend", sent="1 ETH", value="1", asset_class="stone"), "ROW_INVALID"),
    "transfer to nowhere": (tx(WHEN, "transfer", sent="1 ETH"), "ROW_INVALID"),
    "transfer that grows": (tx(WHEN, "transfer", sent="1 ETH", received="1.1 ETH", counter_account="b"), "ROW_INVALID"),
    "transfer that changes": (tx(WHEN, "transfer", sent="1 ETH", received="1 BTC", counter_account="b"), "ROW_INVALID"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_refused_and_the_rest_is_used(tmp_path, case):
    """One error at the row's line, and the row beside it counts."""
    row, code = WRONG[case]
    good = tx(WHEN, "buy", sent="100 USD", received="1 SOL")
    ledger = ledger_of(tmp_path, universal(good, row))
    assert [(p.code, p.row) for p in ledger.problems] == [(code, 3)]
    assert [r["received_asset"] for r in records(ledger.transactions)] == ["SOL"]
    assert (ledger.files[0].used, ledger.files[0].unusable) == (1, 1)


def test_names_are_normalised(tmp_path):
    """Assets are upper case, kinds lower case."""
    row = only(tmp_path, tx(WHEN, "BUY", sent="100 usd", received="2 eth"))
    assert (row["kind"], row["sent_asset"], row["received_asset"]) == ("buy", "USD", "ETH")


def test_carried_basis_and_dates(tmp_path):
    """A gift brings its basis and acquisition date along; an asset class is kept."""
    row = only(tmp_path, tx(WHEN, "gift-in", received="2 ETH", basis="50.5", acquired="2020-02-29", asset_class="Collectible"))
    assert (row["basis"], row["acquired"], row["asset_class"]) == (Decimal("50.5"), datetime(2020, 2, 29, tzinfo=UTC), "collectible")


def test_only_the_needed_columns(tmp_path):
    """A file with time, account, kind and the legs is enough."""
    text = "time,account,kind,received_quantity,received_asset,sent_quantity,sent_asset\n2024-01-05T12:00:00Z,kraken,buy,2,ETH,100,USD\n"
    (row,) = records(ledger_of(tmp_path, text).transactions)
    assert (row["received_quantity"], row["home_value"], row["fee_quantity"]) == (2, 100, None)


def test_the_last_three_columns_may_be_missing(tmp_path):
    """A file in the layout before carried basis was added reads without a problem."""
    text = f"{HEADER.removesuffix(',basis,acquired,asset_class')}\n{tx(WHEN, 'buy', sent='1 USD', received='1 ETH').removesuffix(',,,')}\n"
    assert ledger_of(tmp_path, text).problems == []


def test_extra_columns_are_noted(tmp_path):
    """An extra column is ignored with an info that names it."""
    text = universal(tx(WHEN, "buy", sent="1 USD", received="1 ETH")).replace("\n", ",mood\n")
    (found,) = ledger_of(tmp_path, text).problems
    assert (found.code, str(found.severity)) == ("HEADER_EXTRA", "info")
    assert "mood" in found.message


def test_a_zero_fee_is_no_fee(tmp_path):
    """A fee of 0, as exports print it, is as good as an empty cell."""
    assert only(tmp_path, tx(WHEN, "spend", sent="1 ETH", fee="0 USD", value="5"))["fee_quantity"] is None


def test_more_than_18_decimals_are_rounded_and_said(tmp_path):
    """A token with 24 decimals: 0.0000000000000000015 becomes ...002 (half to even), with an info."""
    ledger = ledger_of(tmp_path, universal(tx(WHEN, "buy", sent="1 USD", received="0.0000000000000000015 NEAR")))
    assert records(ledger.transactions)[0]["received_quantity"] == Decimal("0.000000000000000002")
    assert codes(ledger.problems) == ["NUMBER_ROUNDED"]


def test_a_date_alone_is_midnight_in_the_zone(tmp_path):
    """A row with a date only happened on that day where the taxpayer lives."""
    row = only(tmp_path, tx("2024-01-05", "buy", sent="1 USD", received="1 ETH"), timezone="America/New_York")
    assert (row["time"], row["date_only"]) == (datetime(2024, 1, 5, 5, tzinfo=UTC), True)


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x"])
def test_the_guard_against_formulas_is_taken_off(tmp_path, text):
    """`taxlots ledger --format csv` writes '=1+1 with an apostrophe; read back, the note and the id are what they were."""
    row = only(tmp_path, tx(WHEN, "buy", sent="1 USD", received="1 ETH", id=f"'{text}", note=f"'{text}"))
    assert (row["id"], row["note"]) == (text, text)
