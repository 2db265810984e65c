"""`taxlots rebalance --compare`: partial fills, other prices, days, accounts and lots, fees, and trades beside the plan."""

import json

from support import folder, run, tx, universal

SETTINGS = """[profile]
timezone = "America/New_York"
filing_status = "single"
[profile.2025]
wages = 90000
[profile.2026]
wages = 90000
"""
BEFORE = (
    tx("2023-03-01T17:00:00Z", "buy", sent="2000 USD", received="100 BTC", account="kraken", id="b1"),
    tx("2025-03-02T17:00:00Z", "buy", sent="8000 USD", received="100 BTC", account="kraken", id="b2"),
)
AFTER = (
    tx("2025-05-01T17:00:00Z", "sell", sent="10 BTC", received="1000 USD", account="kraken", id="late"),
    tx("2025-07-01T17:00:00Z", "sell", sent="70 BTC", received="7070 USD", fee="7 USD", account="kraken", id="s1"),
    tx("2026-01-04T17:00:00Z", "sell", sent="20 BTC", received="2200 USD", account="kraken", id="s2"),
    tx("2025-07-01T18:00:00Z", "buy", sent="2000 USD", received="20 ETH", fee="2 USD", account="coinbase", id="p1"),
    tx("2025-07-01T18:00:00Z", "buy", sent="3000 USD", received="30 ETH", account="kraken", id="p2"),
    tx("2025-07-02T18:00:00Z", "buy", sent="10500 USD", received="100 ETH", account="gemini", id="p3"),
    tx("2025-07-02T18:00:00Z", "buy", sent="500 USD", received="10 SOL", account="kraken", id="p4"),
)


def sale(quantity, lot, **more):
    """A planned sale at 100."""
    return trade("sell", "BTC", "kraken", quantity) | {"lot_id": lot} | more


def trade(side, asset, account, quantity):
    """A planned trade at 100."""
    return {"side": side, "asset": asset, "account": account, "quantity": str(quantity), "value": str(quantity * 100)}


PLAN = {
    "schema": "taxlots.plan/1",
    "plan": "graduated",
    "as_of": "2025-06-30",
    "after": "2025-03-02T17:00:00+00:00",
    "trading_cost_bps": "0",
    "tax_before": "11277",
    "tax_now": "264",
    "tax_after": "11541",
    "trades": [
        sale(60, "b2", gain="1200", term="short"),
        trade("buy", "ETH", "coinbase", 50),
        trade("buy", "ETH", "kraken", 30),
        sale(40, "b2", gain="800", term="short", on="2026-01-02"),
    ],
}


def compared(home, plan, *, as_of="2026-02-01", form="json"):
    """The answer about this plan with the later export, lots last in first out."""
    files = {"taxlots.toml": SETTINGS, "a.csv": universal(*BEFORE), "b.csv": universal(*AFTER), "plan.json": json.dumps(plan)}
    folder(home, files)
    ran = run(home, "rebalance", "a.csv", "b.csv", "--compare", "plan.json", "--method", "lifo", "--as-of", as_of, "--format", form)
    assert ran.code == 0, ran.err
    return ran


def test_one_lot_on_two_days_counts_once(tmp_path):
    """70 at 101 less 7: 60 for the first sale, 6,060 - 6 - 4,800 = 1,254; 10 and the 20 at 110 for the second: 1,010 - 1 - 800 + 600 = 809.

    The 10 sold in May, before the plan's day, are of neither, though the plan's exports did not have them.
    """
    first, second = (t for t in compared(tmp_path, PLAN).json["trades"] if t["side"] == "sell")
    assert (first["executed"], first["left"]) == ({"quantity": "60", "value": "6060", "cost": "6", "gain": "1254"}, "0")
    assert (second["executed"], second["left"]) == ({"quantity": "30", "value": "3210", "cost": "1", "gain": "809"}, "10")


def test_purchases_in_other_accounts_and_beside_the_plan(tmp_path):
    """Coinbase bought 20 of 50 (2,000), gemini 100 at 105: 30 of them (3,150) count; kraken its own 30. 70 ETH and SOL are beside it."""
    found = compared(tmp_path, PLAN).json
    coinbase, kraken = (t for t in found["trades"] if t["side"] == "buy")
    assert (coinbase["executed"], coinbase["elsewhere"]) == ({"quantity": "50", "value": "5150", "cost": "2", "gain": None}, "30")
    assert (kraken["executed"], kraken["elsewhere"]) == ({"quantity": "30", "value": "3000", "cost": "0", "gain": None}, "0")
    beside = {(b["side"], b["transaction_id"], b["account"], b["quantity"], b["value"]) for b in found["unplanned"]}
    assert beside == {("buy", "p3", "gemini", "70", "7350"), ("buy", "p4", "kraken", "10", "500")}


def test_the_tax_of_each_year(tmp_path):
    """All short-term at 22 %: 7,063 - 5,600 = 1,463 in 2025 (the 200 of May stay out), 600 in 2026."""
    found = compared(tmp_path, PLAN).json
    assert (found["tax_executed"], found["tax_executed_later"]) == ("321.86", "132")
    assert "321.86 executed with what was sold beside the plan, and 132.00 in later years" in compared(tmp_path, PLAN, form="table").out


def test_other_lots_than_planned_are_named(tmp_path):
    """A plan to sell b1, of which nothing was sold: the sales of b2 are beside it, and why is said."""
    plan = PLAN | {"trades": [sale(50, "b1", gain="4000", term="long")]}
    found = compared(tmp_path, plan).json
    assert [(b["lot_id"], b["quantity"], b["value"], b["gain"]) for b in found["unplanned"] if b["side"] == "sell"] == [
        ("b2", "70", "7070", "1463"),
        ("b2", "20", "2200", "600"),
    ]
    assert found["trades"][0]["left"] == "50"
    assert "Other lots of BTC were sold than planned" in compared(tmp_path, plan, form="table").out


def test_more_is_sold_of_a_lot_than_planned(tmp_path):
    """5 of b2 planned: all 90 that were sold of it are shown, 85 beyond the plan."""
    found = compared(tmp_path, PLAN | {"trades": [sale(5, "b2", gain="100", term="short")]}).json
    assert (found["trades"][0]["executed"]["quantity"], found["trades"][0]["left"]) == ("90", "-85")
