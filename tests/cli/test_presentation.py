"""What decisions print and write for people: digits, sums of what does not pay, remarks that can be read and copied."""

import csv
import io
import json

import pytest

from support import folder, run, tx, universal

DAY = ("--as-of", "2026-06-30")
SETTINGS = """[profile]
timezone = "America/New_York"
filing_status = "single"
[profile.2026]
wages = 90000
[rebalance]
trading_cost_bps = 7
drift_penalty = 0.02
interest = 0.04
[targets]
BTC = 0.333333
ETH = 0.333333
SOL = 0.333334
"""
TRADES = universal(
    tx("2024-02-05T12:00:00Z", "buy", sent="10000 USD", received="0.7 BTC", id="b1"),
    tx("2025-11-05T12:00:00Z", "buy", sent="1000.01 USD", received="0.3 ETH", id="e1"),
    tx("2026-01-05T12:00:00Z", "buy", sent="500 USD", received="7 SOL", id="s1"),
)
PRICES = "time,asset,price,currency,source\n2026-06-29,BTC,61234.567,USD,x\n2026-06-29,ETH,4321.0123,USD,x\n2026-06-29,SOL,33.7,USD,x\n"


@pytest.fixture
def home(tmp_path):
    """Three lots, of which one is a short-term gain, at prices that divide into nothing round."""
    return folder(tmp_path, {"taxlots.toml": SETTINGS, "ledger.csv": TRADES, "prices.csv": PRICES})


def numbers(found):
    """Every text of a document that is a number."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        return [one for part in found for one in numbers(part)]
    return [found] if isinstance(found, str) and found.lstrip("-").replace(".", "", 1).isdigit() else []


@pytest.mark.parametrize(
    "asked", [("wait",), ("rebalance",), ("harvest",), ("sell", "BTC", "--cash", "1000"), ("rebalance", "--plan", "defer")]
)
def test_no_number_has_more_than_18_decimals(home, asked):
    """Break-even prices and shares are quotients of 100 digits; CSV and JSON write them in the 18 decimals of all exact numbers."""
    cells = {}
    for kind in ("csv", "json"):
        ran = run(home, *asked, "ledger.csv", *DAY, "--format", kind)
        assert ran.code == 0, ran.err
        cells[kind] = numbers(json.loads(ran.out) if kind == "json" else [list(row) for row in csv.reader(io.StringIO(ran.out))])
        assert cells[kind]
        assert [one for one in cells[kind] if len(one.partition(".")[2]) > 18] == []


def losing(count):
    """A history of so many lots at a loss of some dollars, and one at a loss of 20,000."""
    buys = [tx(f"2026-01-05T12:{n // 60:02}:{n % 60:02}Z", "buy", sent="3 USD", received="0.001 ETH", id=f"e{n}") for n in range(count)]
    return universal(tx("2026-02-05T12:00:00Z", "buy", sent="20000 USD", received="100 SOL", id="s1"), *buys)


def test_harvest_lists_what_pays_and_adds_up_the_rest(tmp_path):
    """SOL: 100 x 33.70 less 20,000 pays. ETH: 70 lots worth 2.99 lose a cent each, which saves less than it costs: one line for all.

    CSV, JSON and `--all` keep each.
    """
    prices = "time,asset,price,currency,source\n2026-06-29,ETH,2990,USD,x\n2026-06-29,SOL,33.7,USD,x\n"
    settings = SETTINGS.split("[targets]", maxsplit=1)[0]
    folder(tmp_path, {"taxlots.toml": settings, "ledger.csv": losing(70), "prices.csv": prices})
    short = run(tmp_path, "harvest", "ledger.csv", *DAY).out
    assert "1 of 71 lots at a loss pay" in short
    others = short.split("Losses that do not pay")[1].splitlines()
    # a lot: 2.99 - 2.99 x 0.0007 - 3 = -0.012093; 70 of them -0.84651
    (line,) = [line.split() for line in others if line.strip().startswith("ETH") and "short" in line]
    assert line[:4] == ["ETH", "short", "70", "0.85"]
    assert "e69" not in short
    assert "e69" in run(tmp_path, "harvest", "ledger.csv", *DAY, "--all").out
    listed = run(tmp_path, "harvest", "ledger.csv", *DAY, "--format", "csv").out.splitlines()
    assert len(listed) == 72
    assert len(run(tmp_path, "harvest", "ledger.csv", *DAY, "--format", "json").json["losses"]) == 71


def test_harvest_says_that_there_is_no_loss(home):
    """At a price of 99 for SOL every lot is a gain."""
    (home / "prices.csv").write_text(PRICES.replace("SOL,33.7", "SOL,99"))
    assert "No open lot would be sold at a loss today." in run(home, "harvest", "ledger.csv", *DAY).out


def test_what_a_loss_carried_on_does_to_later_years_is_told(tmp_path):
    """SOL is sold in two years: the loss carried out of 2026 lowers the tax of 2027 beside its sale.

    2,000 SOL cost 100,000 and are worth 67,400: all above the target is sold in two halves. The first loses more than 3,000, so the
    carryover lowers 2027's ordinary income by 3,000 at 22 %: 660 that are no trade's, since the second sale adds to that loss only.
    """
    trades = universal(
        tx("2024-01-05T12:00:00Z", "buy", sent="100000 USD", received="2000 SOL", id="s1"),
        tx("2026-01-05T12:00:00Z", "buy", sent="3000 USD", received="1 ETH", id="e1"),
    )
    settings = SETTINGS.split("[targets]", maxsplit=1)[0].replace("trading_cost_bps = 7", "trading_cost_bps = 0")
    more = 'tranches = 2\ntranche_every = "year"\n[targets]\nSOL = 0.2\nETH = 0.8\n'
    folder(tmp_path, {"taxlots.toml": settings + more, "ledger.csv": trades, "prices.csv": PRICES})
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json")
    (plan,) = [plan for plan in ran.json["alternatives"] if plan["name"] == "graduated"]
    now = sum(float(t["tax"]) for t in plan["trades"] if t["side"] == "sell" and not (t["on"] or "2026").startswith("2027"))
    later = sum(float(t["tax"]) for t in plan["trades"] if t["side"] == "sell" and (t["on"] or "").startswith("2027"))
    assert float(plan["tax_now"]) == now == -660
    assert (float(plan["tax_later"]), later) == (-660, 0)
    assert any("carries out of 2026 lowers the tax of later years by 660.00" in note for note in plan["notes"])


def test_years_without_a_profile_are_one_problem(tmp_path):
    """A loss of 20,000 in 2023 is carried through 2024 and 2025 to 2026: all three lack a profile beside 2023."""
    trades = universal(
        tx("2022-01-05T12:00:00Z", "buy", sent="30000 USD", received="1 BTC", id="b1"),
        tx("2023-06-05T12:00:00Z", "sell", sent="1 BTC", received="10000 USD", id="s1"),
    )
    settings = '[profile]\ntimezone = "America/New_York"\n[profile.2023]\nwages = 90000\n'
    folder(tmp_path, {"taxlots.toml": settings, "ledger.csv": trades})
    ran = run(tmp_path, "tax", "ledger.csv", "--year", "2026", "--format", "json")
    (told,) = [one for one in ran.json["problems"] if one["code"] == "PROFILE_ASSUMED"]
    assert told["hint"] == "Add [profile.2024], [profile.2025], [profile.2026] to taxlots.toml."
    assert "2024, 2025, 2026: the profile of 2023" in told["message"]
