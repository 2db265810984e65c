"""What happens in accounts of another person, or in those whose gains are not taxed, is in no figure of the person's tax."""

import pytest

from support import folder, run, tx, universal

LEDGER = universal(
    tx("2025-01-10T12:00:00Z", "buy", account="mine", sent="1000 USD", received="10 ACME", asset_class="security", id="b1"),
    tx("2025-02-10T12:00:00Z", "sell", account="mine", sent="10 ACME", received="400 USD", asset_class="security", id="s1"),
    tx("2025-02-20T12:00:00Z", "buy", account="hers", sent="450 USD", received="10 ACME", asset_class="security", id="b2"),
    tx("2025-06-10T12:00:00Z", "sell", account="hers", sent="10 ACME", received="2000 USD", asset_class="security", id="s2"),
    tx("2025-07-10T12:00:00Z", "income:interest", account="hers", received="70 USD", id="i1"),
)


YEAR = "[profile.2025]\nwages = 90000\n"


def settings(status: str, kind: str = "spouse") -> str:
    return f'[profile]\ntimezone = "UTC"\nfiling_status = "{status}"\n{YEAR}[accounts.hers]\ntype = "{kind}"\n'


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        # Her purchase within 30 days denies the loss of 600. Joint return: her basis is 450 + 600 = 1,050, gain 950, interest 70.
        ("married_joint", "spouse", ("950", "59520")),  # 90,000 + 950 + 70 - 31,500
        # On separate returns she is taxed on hers: mine has no loss, no gain, and wages of 90,000.
        ("married_separate", "spouse", ("0", "74250")),  # 90,000 - 15,750
        ("single", "deferred", ("0", "74250")),
    ],
)
def test_a_spouse_is_on_a_joint_return_only(tmp_path, status, kind, expected):
    """The loss is denied in each case (26 USC 1091; Pub. 550); whose gain the deferred one is, depends on the return."""
    folder(tmp_path, {"taxlots.toml": settings(status, kind), "ledger.csv": LEDGER})
    due = run(tmp_path, "tax", "ledger.csv", "--year", "2025", "--format", "json").json
    assert (due["short_term_net"], due["taxable_income"]) == expected
    gains = run(tmp_path, "gains", "ledger.csv", "--format", "json").json
    mine = next(row for row in gains["disposals"] if row["account"] == "mine")
    assert (mine["adjustment_code"], mine["adjustment"]) == ("W", "600")
    assert ("ACCOUNT_OFF_RETURN" in [p["code"] for p in gains["problems"]]) is (status != "married_joint")


def test_decisions_leave_a_spouses_lots_out(tmp_path):
    """Her ten are not one's own to sell; what she bought 19 days ago defers the loss on five of one's own still (26 USC 1091)."""
    rows = [
        tx("2024-01-10T12:00:00Z", "buy", account="mine", sent="1000 USD", received="10 ACME", asset_class="security", id="b1"),
        tx("2025-02-10T12:00:00Z", "buy", account="hers", sent="250 USD", received="5 ACME", asset_class="security", id="b2"),
    ]
    prices = "time,asset,price\n2025-03-01,ACME,50\n"
    folder(tmp_path, {"taxlots.toml": settings("married_separate"), "ledger.csv": universal(*rows), "prices.csv": prices})
    ran = run(tmp_path, "harvest", "ledger.csv", "--as-of", "2025-03-01", "--year", "2025", "--format", "json")
    (lot,) = ran.json["losses"]
    assert (lot["lot_id"], lot["wash_sale"]["deferred_quantity"]) == ("b1", "5")
    sold = run(tmp_path, "sell", "ACME", "--quantity", "11", "ledger.csv", "--as-of", "2025-03-01")
    assert sold.code != 0


@pytest.mark.parametrize("kind", ["spouse", "deferred"])
def test_other_countries_leave_them_out(tmp_path, kind):
    """Canada: the loss of 600 is superficial, since hers holds ten at the end; her gain and interest are no lines of mine."""
    ledger = LEDGER.replace("USD", "CAD")
    folder(
        tmp_path,
        {"taxlots.toml": settings("single", kind).replace('filing_status = "single"\n', "").replace(YEAR, ""), "ledger.csv": ledger},
    )
    own = run(tmp_path, "tax", "ledger.csv", "--year", "2025", "--jurisdiction", "ca", "--format", "json").json
    assert own["taxable"] == "0"
    assert not [p for p in own["problems"] if "income of" in p["message"]]
