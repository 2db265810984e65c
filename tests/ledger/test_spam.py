"""Unsolicited tokens: what is set aside, what is not, and how it comes back."""

import pytest

from support import assert_rows_add_up, codes, folder, ledger_of, records, run, tx, universal

WHEN = "2024-03-05T12:00:00Z"
SPAM = tx(WHEN, "deposit", account="eth", received="5000 CLAIM-AT-GIFT.IO", id="spam")


def kept(tmp_path, *rows: str, settings: str = "", prices: str = ""):
    """Ids of the transactions that are left, and the codes of the problems."""
    files = {"a.csv": universal(*rows)} | ({"p.csv": f"time,asset,price\n{prices}\n"} if prices else {})
    tmp_path.mkdir(parents=True, exist_ok=True)
    (tmp_path / "taxlots.toml").write_text(settings)
    ledger = ledger_of(tmp_path, files, config=tmp_path / "taxlots.toml")
    return [row["id"] for row in records(ledger.transactions)], codes(ledger.problems)


@pytest.mark.parametrize(
    "asset", ["VISIT-ETHGIFT.COM", "$1000 USDC", "WWW.AB.XYZ", "CLAIM REWARDS", "ZEPE.IO", "HTTPS://X.CC", "USDC-AIRDROP.NET"]
)
@pytest.mark.parametrize("kind", ["deposit", "income:airdrop", "gift-in"])
def test_an_advertisement_is_set_aside(tmp_path, asset, kind):
    """No lot, no income, no missing price: one info that names it."""
    row = tx(WHEN, kind, account="eth", received_quantity="9", received_asset=asset)
    assert kept(tmp_path, row) == ([], ["ASSET_SPAM"])


def test_an_advertisement_in_the_note(tmp_path):
    """A web address to visit or to claim at, in the note; an address alone is no advertisement."""
    row = tx(WHEN, "income:airdrop", received="9 ABC", note="Visit abc.gift to claim")
    assert kept(tmp_path / "a", row) == ([], ["ASSET_SPAM"])
    plain = tx(WHEN, "income:airdrop", received="9 ABC", note="https://etherscan.io/tx/0x1", id="x")
    assert kept(tmp_path / "b", plain) == (["x"], ["PRICE_MISSING"])


def test_what_the_export_itself_values_at_nothing(tmp_path):
    """A value of 0 in every row of a token that was never moved on."""
    row = tx(WHEN, "deposit", received="9 ABC", value="0", id="x")
    assert kept(tmp_path / "a", row) == ([], ["ASSET_SPAM"])
    sent = tx("2024-03-06T12:00:00Z", "withdrawal", sent="9 ABC", value="0", id="y")
    assert kept(tmp_path / "b", row, sent)[0] == ["x", "y"]


NOT_SPAM = {
    "a usual name": tx(WHEN, "deposit", received="9 ABC", id="x"),
    "a value": tx(WHEN, "income:airdrop", received="9 ZEPE.IO", value="3", id="x"),
    "a basis": tx(WHEN, "deposit", received="9 ZEPE.IO", basis="3", id="x"),
    "a purchase": tx(WHEN, "buy", sent="9 USD", received="9 ZEPE.IO", id="x"),
    "a bridged stablecoin": tx(WHEN, "deposit", received="9 USDC.E", id="x"),
    "a reward": tx(WHEN, "income:reward", received="9 ZEPE.IO", id="x"),
}


@pytest.mark.parametrize("case", NOT_SPAM)
def test_what_is_no_spam(tmp_path, case):
    """Anything that was paid for, has a value or is known stays, with the usual problems."""
    ids, found = kept(tmp_path, NOT_SPAM[case])
    assert ids == ["x"]
    assert "ASSET_SPAM" not in found


def test_a_price_or_a_trade_makes_it_an_asset(tmp_path):
    """Priced in the table, or sold later, it was worth something."""
    assert kept(tmp_path / "a", SPAM, prices=f"{WHEN},CLAIM-AT-GIFT.IO,2")[0] == ["spam"]
    sold = tx("2024-04-05T12:00:00Z", "sell", account="eth", sent="5000 CLAIM-AT-GIFT.IO", received="3 USD", id="sold")
    assert kept(tmp_path / "b", SPAM, sold)[0] == ["spam", "sold"]


def test_the_person_decides(tmp_path):
    """Spam = false brings it back with its problem; spam = true sets aside what looks like nothing of the kind, but no trade."""
    assert kept(tmp_path / "a", SPAM, settings='[assets]\n"CLAIM-AT-GIFT.IO" = { spam = false }\n') == (["spam"], ["DEPOSIT_UNPAIRED"])
    usual = tx(WHEN, "deposit", received="9 ABC", id="x")
    assert kept(tmp_path / "b", usual, settings="[assets]\nabc = { spam = true }\n") == ([], ["ASSET_SPAM"])
    sold = tx("2024-04-05T12:00:00Z", "sell", sent="9 ABC", received="3 USD", id="sold")
    ids, found = kept(tmp_path / "c", usual, sold, settings="[assets]\nabc = { spam = true }\n")
    assert (ids, found) == (["sold"], ["ASSET_SPAM", "NOT_COVERED"] if "NOT_COVERED" in found else ["ASSET_SPAM"])


def test_rows_set_aside_are_counted_and_listed(tmp_path):
    """Three rows of two tokens: set aside with a reason, counted in the file, named with their numbers."""
    other = tx(WHEN, "income:airdrop", account="eth", received_quantity="1", received_asset="VISIT.XYZ")
    again = tx("2024-03-07T12:00:00Z", "income:airdrop", account="eth", received_quantity="1", received_asset="VISIT.XYZ")
    folder(tmp_path, universal(SPAM, other, again))
    document = run(tmp_path, "check", "ledger.csv", "--format", "json").json
    assert_rows_add_up(document)
    assert document["files"][0]["set_aside"] == 3
    (found,) = [p for p in document["problems"] if p["code"] == "ASSET_SPAM"]
    assert found["message"] == "3 rows of 2 tokens are set aside as spam: CLAIM-AT-GIFT.IO (1), VISIT.XYZ (2)"
    assert found["hint"] == 'To use one of them: [assets] "CLAIM-AT-GIFT.IO" = { spam = false }'


def test_a_reported_balance_of_spam_is_not_checked(tmp_path):
    """Its units were left out, so that they can't be missing."""
    balances = "time,account,asset,quantity\n2024-04-01,eth,CLAIM-AT-GIFT.IO,5000\n"
    ledger = ledger_of(tmp_path, {"a.csv": universal(SPAM), "b.csv": balances})
    assert codes(ledger.problems) == ["ASSET_SPAM"]
    assert ledger.balances == []
