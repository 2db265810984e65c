"""`taxlots filed` and `[filed.YEAR]`: a year stays as filed, whatever is imported later."""

import json

import pytest

from support import folder, run, tx, universal

BOUGHT = tx("2023-03-01T12:00:00Z", "buy", sent="100 USD", received="1 BTC", id="b1")
MORE = tx("2024-02-01T12:00:00Z", "buy", sent="300 USD", received="1 BTC", id="b2")
SOLD = tx("2024-06-01T12:00:00Z", "sell", sent="1 BTC", received="500 USD", id="s1")
LATER = tx("2025-06-01T12:00:00Z", "sell", sent="0.5 BTC", received="400 USD", id="s2")
EARLIER = tx("2022-01-01T12:00:00Z", "buy", sent="50 USD", received="1 BTC", id="b0")
SETTINGS = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n'


def filed(tmp_path, *rows, settings=SETTINGS, year="2024"):
    """A folder in which the year was filed on these rows, and is called filed in the settings."""
    folder(tmp_path / "in", {"ledger.csv": universal(*rows)})
    folder(tmp_path, {"taxlots.toml": settings})
    ran = run(tmp_path, "filed", year, "in", "--format", "json")
    assert ran.code == 0, ran.err
    folder(tmp_path, {"taxlots.toml": f"{settings}\n[filed.{year}]\n"})
    return tmp_path / f"filed-{year}.json"


def gains(tmp_path, *more):
    """(transaction, basis, gain, term) of every piece, and the problems."""
    ran = run(tmp_path, "gains", "in", "--format", "json", *more)
    names = ("transaction_id", "basis", "gain", "term")
    return [tuple(row[name] for name in names) for row in ran.json["disposals"]], ran.json["problems"]


def test_what_is_kept(tmp_path):
    """First in, first out: s1 takes b1 (100), gain 400, long-term; b2 is carried out with 300; no loss is carried over."""
    document = json.loads(filed(tmp_path, BOUGHT, MORE, SOLD).read_text())
    assert [(row["transaction_id"], row["gain"]) for row in document["disposals"]] == [("s1", "400")]
    assert [(lot["lot_id"], lot["quantity"], lot["basis"]) for lot in document["lots"]] == [("b2", "1", "300")]
    assert document["carryover"] == {"short": "0", "long": "0"}


def test_nothing_changes_without_a_difference(tmp_path):
    """A sale of the next year: half of b2, 400 - 150 = 250; no Problem."""
    filed(tmp_path, BOUGHT, MORE, SOLD)
    folder(tmp_path / "in", {"more.csv": universal(LATER)})
    rows, problems = gains(tmp_path)
    assert rows == [("s1", "100", "400", "long"), ("s2", "150", "250", "long")]
    assert problems == []


def test_a_later_import_does_not_change_the_year(tmp_path):
    """An older purchase turns up: today s1 would take b0 (50), gain 450. The year stays at 400, and is said to differ by 50.

    The next year starts from b2 as carried out: s2 takes half of it, 150; by today's exports it would have taken b1 (50).
    """
    filed(tmp_path, BOUGHT, MORE, SOLD)
    folder(tmp_path / "in", {"more.csv": universal(LATER, EARLIER)})
    rows, problems = gains(tmp_path)
    assert rows == [("s1", "100", "400", "long"), ("s2", "150", "250", "long")]
    (told,) = [p for p in problems if p["code"] == "FILED_YEAR_DIFFERS"]
    assert "long-term gain: filed 400, now 450" in told["message"]
    assert told["file"] == "filed-2024.json"


def test_income_of_a_filed_year(tmp_path):
    """A reward of 2024 that turns up later: 30 of income that was not filed is said, not shown."""
    filed(tmp_path, BOUGHT, SOLD)
    reward = tx("2024-08-01T12:00:00Z", "income:staking", received="0.1 BTC", value="30", id="r1")
    folder(tmp_path / "in", {"more.csv": universal(reward)})
    assert run(tmp_path, "income", "in", "--format", "json").json["income"] == []
    (told,) = [p for p in gains(tmp_path)[1] if p["code"] == "FILED_YEAR_DIFFERS"]
    assert "income: filed 0, now 30" in told["message"]


def test_the_carryover_as_filed(tmp_path):
    """Sold for 10,000 less than it cost: 3,000 deducted (26 USC 1211(b)), 7,000 carried; kept although a later import adds a gain."""
    high = tx("2024-02-01T12:00:00Z", "buy", sent="10100 USD", received="1 BTC", id="b1")
    low = tx("2024-06-01T12:00:00Z", "sell", sent="1 BTC", received="100 USD", id="s1")
    settings = f"{SETTINGS}\n[profile.2024]\nwages = 50000\n\n[profile.2025]\nwages = 50000\n"
    path = filed(tmp_path, high, low, settings=settings)
    assert json.loads(path.read_text())["carryover"] == {"short": "7000", "long": "0"}
    found = tx("2024-03-01T12:00:00Z", "buy", account="gemini", sent="100 USD", received="1 ETH", id="e1")
    gone = tx("2024-04-01T12:00:00Z", "sell", account="gemini", sent="1 ETH", received="5100 USD", id="e2")
    folder(tmp_path / "in", {"more.csv": universal(found, gone)})
    document = run(tmp_path, "tax", "in", "--year", "2025", "--format", "json").json
    assert (document["carryover"]["short"], document["deductible_loss"]) == ("4000", "3000")


def test_a_carryover_without_a_document(tmp_path):
    """The history starts with a carryover of 5,000: 3,000 deducted, 2,000 carried on."""
    settings = f"{SETTINGS}\n[profile.2025]\nwages = 50000\n\n[filed.2024]\ncarryover_short = 5000\n"
    folder(tmp_path / "in", {"ledger.csv": universal(tx("2025-02-01T12:00:00Z", "buy", sent="100 USD", received="1 BTC"))})
    folder(tmp_path, {"taxlots.toml": settings})
    document = run(tmp_path, "tax", "in", "--year", "2025", "--format", "json").json
    assert (document["deductible_loss"], document["carryover"]["short"]) == ("3000", "2000")


def test_a_carryover_is_no_profile(tmp_path):
    """That the profile of the year after is missing is still said."""
    settings = f"{SETTINGS}\n[filed.2024]\ncarryover_short = 5000\n"
    folder(tmp_path / "in", {"ledger.csv": universal(tx("2025-02-01T12:00:00Z", "buy", sent="100 USD", received="1 BTC"))})
    folder(tmp_path, {"taxlots.toml": settings})
    document = run(tmp_path, "tax", "in", "--year", "2025", "--format", "json").json
    assert {p["code"] for p in document["problems"]} == {"PROFILE_ASSUMED"}
    # Taxable income below zero absorbs nothing more (Sch. D worksheet): how much is carried on is not asked here.
    assert document["deductible_loss"] == "3000"


def test_a_loss_that_waits_for_a_purchase_of_the_next_year(tmp_path):
    """Shares sold at a loss of 50 on 20 December, bought again on 5 January: the filed year hands the 50 on to that purchase.

    Later an older purchase turns up, so that the next year starts from the document: its lot has basis 60 + 50 = 110.
    """
    rows = [
        tx("2024-01-02T12:00:00Z", "buy", sent="100 USD", received="10 VTI", id="a", asset_class="security"),
        tx("2024-12-20T12:00:00Z", "sell", sent="10 VTI", received="50 USD", id="x"),
        tx("2025-01-05T12:00:00Z", "buy", sent="60 USD", received="10 VTI", id="b"),
    ]
    document = json.loads(filed(tmp_path, *rows).read_text())
    assert [(row["adjustment"], row["gain"]) for row in document["disposals"]] == [("50", "0")]
    held = {"held_from": "2024-01-02", "sold_on": "2024-12-20"}
    assert document["waiting_losses"] == [{"purchase": "b", "quantity": "10", "denied": "50", **held}]
    folder(tmp_path / "in", {"more.csv": universal(tx("2023-01-02T12:00:00Z", "buy", sent="90 USD", received="1 VTI", id="old"))})
    shown = run(tmp_path, "lots", "in", "--format", "json").json
    assert [(lot["lot_id"], lot["basis"]) for lot in shown["lots"]] == [("b", "110")]
    # The purchase shrinks to 4 shares: 50 x 4/10 = 20 go there, 30 find no shares.
    folder(tmp_path / "in", {"ledger.csv": universal(*rows[:2], rows[2].replace("60", "24").replace(",10,", ",4,"))})
    shown = run(tmp_path, "lots", "in", "--format", "json").json
    assert [(lot["lot_id"], lot["basis"]) for lot in shown["lots"]] == [("b", "44")]
    (told,) = [p for p in shown["problems"] if p["code"] == "WASH_SALE_UNPLACED"]
    assert "30 of it finds no shares" in told["message"]


def test_a_gift_that_a_filed_year_carries_out(tmp_path):
    """Two given in 2024 (basis 100 each, worth 80): one sold in that year, the other in March 2025 for 70, after an older purchase came.

    The loss counts from the value, 80, and the time from 1 May 2024: 10, short-term, although the giver had bought in 2015.
    """
    given = {"value": "160", "value_currency": "USD", "basis": "200", "acquired": "2015-01-01T00:00:00Z"}
    gift = tx("2024-05-01T12:00:00Z", "gift-in", received="2 BTC", id="g", **given)
    filed(tmp_path, gift, tx("2024-06-01T12:00:00Z", "sell", sent="1 BTC", received="500 USD", id="s1"))
    folder(tmp_path / "in", {"more.csv": universal(EARLIER, tx("2025-03-01T12:00:00Z", "sell", sent="1 BTC", received="70 USD", id="s2"))})
    rows, _ = gains(tmp_path)
    assert rows[-1] == ("s2", "80", "-10", "short")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace('"gain": "400"', '"gain": "40"'), "was changed"),
        (lambda _: "{}", "can't be read"),
        (None, "is not there"),
    ],
)
def test_a_document_that_cant_be_used(tmp_path, change, why):
    """Changed, no document, or gone: an error, and the exports of today are used."""
    path = filed(tmp_path, BOUGHT, MORE, SOLD)
    if change is None:
        path.unlink()
    else:
        path.write_text(change(path.read_text()))
    rows, problems = gains(tmp_path)
    assert rows == [("s1", "100", "400", "long")]
    (told,) = [p for p in problems if p["code"] == "FILED_YEAR_UNUSABLE"]
    assert why in told["message"]


def test_a_year_is_never_written_over(tmp_path):
    """A second time: wrong usage, and the first document stays."""
    path = filed(tmp_path, BOUGHT, MORE, SOLD)
    before = path.read_bytes()
    ran = run(tmp_path, "filed", "2024", "in")
    assert (ran.code, path.read_bytes()) == (2, before)
    assert "is there already" in ran.err


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("[filed.24]\n", 1, "'24' is no year"),
        ("[filed.2024]\ncarryover_short = -1\n", 2, "not negative"),
        ("[filed.2024]\nfiles = 'x'\n", 2, "unknown field"),
        ("[profile.2025]\ncarryover_long = 2\n[filed.2024]\ncarryover_long = 1\n", 4, "is given under [profile.2025] too"),
    ],
)
def test_settings_that_are_wrong(tmp_path, text, line, why):
    """An error with file and line."""
    folder(tmp_path, {"taxlots.toml": text, "a.csv": universal(BOUGHT)})
    ran = run(tmp_path, "gains", "a.csv")
    assert ran.code == 2
    assert f"taxlots.toml:{line}" in ran.err
    assert why in ran.err
