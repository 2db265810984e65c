"""`taxlots tax` and `taxlots rules`: lines, lot orders, carryovers over the years, other countries, rules of one's own."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from support import folder, run, tx, universal

RULES = Path(__file__).parents[2] / "rules"
D = Decimal
# Two purchases, and one sale of a unit in 2025: the first lot gains 8,000 long-term, the second loses 2,000 short-term.
TRADES = universal(
    tx("2023-01-05T12:00:00Z", "buy", sent="10000 USD", received="1 BTC", id="b1"),
    tx("2025-02-05T12:00:00Z", "buy", sent="20000 USD", received="1 BTC", id="b2"),
    tx("2025-06-05T12:00:00Z", "sell", sent="1 BTC", received="18000 USD", id="s1"),
)
PROFILE = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n'


def tax(tmp_path, trades, settings, *options):
    folder(tmp_path, {"a.csv": trades, "taxlots.toml": settings})
    return run(tmp_path, "tax", "a.csv", *options, "--format", "json")


def test_lines_and_rules_used(tmp_path):
    document = tax(tmp_path, TRADES, PROFILE + "[profile.2025]\nwages = 65750\n", "--year", "2025").json
    lines = {(line["form"], line["line"]): line for line in document["lines"]}
    assert lines["Schedule D", "15"]["amount"] == "8000"
    # 65,750 + 8,000 - 15,750; 50,000 ordinary: 5,578.50 + 22 % x 1,525 = 5,914; 8,000 x 15 % = 1,200
    assert lines["Form 1040", "15"]["amount"] == "58000"
    assert lines["Form 1040", "16"]["amount"] == "7114"
    assert lines["Form 1040", "12e"]["rule"] == "us/federal/standard_deduction/amount"
    used = {row["rule"]: row for row in document["rules"]["used"]}
    assert used["us/federal/standard_deduction/amount"]["value"].startswith("single 15750")
    assert len(document["rules"]["sha256"]) == 64


def test_the_year_under_each_lot_order(tmp_path):
    document = tax(tmp_path, TRADES, PROFILE + "[profile.2025]\nwages = 65750\n", "--year", "2025", "--compare", "hifo").json
    assert list(document["compared"]) == ["fifo", "hifo"]
    assert document["compared"]["fifo"]["total"] == document["total"] == "7114"
    # hifo sells the second lot: a loss of 2,000 lowers 50,000 to 48,000: 1,192.50 + 12 % x 36,075 = 5,521.50
    assert document["compared"]["hifo"]["total"] == "5521.5"
    every = tax(tmp_path, TRADES, PROFILE, "--year", "2025", "--compare", "all").json["compared"]
    assert set(every) == {"fifo", "lifo", "hifo", "lofo", "min-tax"}
    assert tax(tmp_path, TRADES, PROFILE, "--year", "2025", "--compare", "best").code == 2


def test_a_loss_is_carried_over_years_without_any_sale(tmp_path):
    """20,000 lost in 2023: 3,000 a year; 11,000 are left for 2026."""
    trades = universal(
        tx("2023-01-05T12:00:00Z", "buy", sent="30000 USD", received="1 BTC", id="b1"),
        tx("2023-06-05T12:00:00Z", "sell", sent="1 BTC", received="10000 USD", id="s1"),
    )
    years = "".join(f"[profile.{year}]\nwages = 90000\n" for year in range(2023, 2027))
    document = tax(tmp_path, trades, PROFILE + years, "--year", "2026").json
    assert (document["short_term_net"], document["deductible_loss"]) == ("-11000", "3000")
    assert document["carryover"] == {"short": "8000", "long": "0"}
    assert document["problems"] == []


def test_a_year_without_profile_is_assumed_with_a_warning(tmp_path):
    ran = tax(tmp_path, TRADES, PROFILE + "[profile.2024]\nwages = 65750\nprior_tax = 5\nlosses_brought_forward = 7\n", "--year", "2025")
    assert ran.code == 0
    [told] = ran.json["problems"]
    assert told["code"] == "PROFILE_ASSUMED"
    assert "2024" in told["message"]
    assert ran.json["total"] == "7114"
    assert "estimated_tax" not in ran.json


def test_whether_staking_is_investment_income_is_asked_where_it_matters(tmp_path):
    trades = universal(tx("2025-03-05T12:00:00Z", "income:staking", received="2 ETH", value="5000", id="i1"))
    rich, year = PROFILE + "{}[profile.2025]\nwages = 250000\n", ("--year", "2025")
    asked = tax(tmp_path, trades, rich.format(""), *year).json
    # 3.8 % x 5,000
    assert ["190.00 more is due" in p["message"] for p in asked["problems"] if p["code"] == "STAKING_STATUS_ASKED"] == [True]
    assert asked["niit"] == "0"
    counted = tax(tmp_path, trades, rich.format("staking_is_investment_income = true\n"), *year).json
    assert (counted["niit"], counted["problems"]) == ("190", [])
    assert tax(tmp_path, trades, rich.format("staking_is_investment_income = false\n"), *year).json["niit"] == "0"
    modest = PROFILE + "[profile.2025]\nwages = 50000\n"
    assert tax(tmp_path, trades, modest, *year).json["problems"] == []


def test_safe_harbour_is_shown_where_payments_are_known(tmp_path):
    settings = PROFILE + "[profile.2025]\nwages = 65750\nwithheld = 5000\nprior_tax = 6000\nprior_agi = 60000\n"
    found = tax(tmp_path, TRADES, settings, "--year", "2025").json["estimated_tax"]
    # The lesser of 90 % of 7,114 = 6,402.60 and 6,000; 5,000 are withheld.
    assert (found["by_current_year"], found["required"], found["missing"], found["owed"]) == ("6402.6", "6000", "1000", "2114")


def test_whole_dollars(tmp_path):
    ran = tax(tmp_path, TRADES, PROFILE + "[profile.2025]\nwages = 65750.75\n", "--year", "2025", "--as-filed")
    # 50,001 ordinary lies in the line from 50,000 to 50,050: the tax on 50,025 is 5,919.50, rounded 5,920; + 1,200
    assert ran.json["regular_tax"] == "7120"


def test_state_tax_by_the_state_of_the_profile(tmp_path):
    settings = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\nstate = "il"\n[profile.2025]\nwages = 65750\n'
    # 58,000 x 4.95 %
    assert tax(tmp_path, TRADES, settings, "--year", "2025").json["state_tax"] == "2871"
    ran = tax(tmp_path, TRADES, settings.replace('"il"', '"CO"'), "--year", "2025")
    assert ran.code == 2
    assert "state_rate" in ran.err


@pytest.mark.parametrize(
    ("jurisdiction", "taxable", "currency"), [("uk", "0", "GBP"), ("ca", "1500", "CAD"), ("au", "4000", "AUD"), ("de", "0", "EUR")]
)
def test_other_countries_take_the_book_s_gains_and_say_what_is_not_theirs(tmp_path, jurisdiction, taxable, currency):
    """At average cost 18,000 - 15,000 = 3,000, less 3,000, or a half of it; else 8,000, long held: a discount of a half, or free."""
    year = "2024" if jurisdiction == "au" else "2025"
    ran = tax(tmp_path, TRADES, PROFILE, "--year", year, "--jurisdiction", jurisdiction)
    document = ran.json
    assert (document["schema"], document["taxable"], document["currency"]) == ("taxlots.tax/1", taxable, currency)
    assert ran.code == 1
    told = [p["message"] for p in document["problems"] if p["code"] == "LAW_NOT_FOLLOWED"]
    assert "USD" in told[0]
    assert len(told) == 1


def test_other_countries_have_no_decisions_yet(tmp_path):
    folder(tmp_path, {"a.csv": TRADES, "taxlots.toml": PROFILE})
    ran = run(tmp_path, "harvest", "a.csv", "--jurisdiction", "uk")
    assert ran.code == 2
    assert "no tax that decisions can use" in ran.err


def test_rules_of_one_s_own_take_the_place_of_the_packaged_ones(tmp_path):
    own = tmp_path / "own" / "us" / "federal"
    own.mkdir(parents=True)
    text = (RULES / "us" / "federal" / "standard_deduction.toml").read_text()
    (own / "standard_deduction.toml").write_text(text.replace('single = "15750"', 'single = "20750"'))
    settings = PROFILE + "[profile.2025]\nwages = 65750\n"
    document = tax(tmp_path, TRADES, settings, "--year", "2025", "--rules", str(tmp_path / "own")).json
    # 5,000 less of ordinary income: 45,000: 1,192.50 + 12 % x 33,075 = 5,161.50; 53,000: 3,350 at 0 %, 4,650 at 15 % = 697.50
    assert document["regular_tax"] == "5859"


def test_rules_of_a_new_year_are_data_only(tmp_path):
    """A fictional 2027 in a temporary folder, shown by `taxlots rules` and computed by `taxlots tax`."""
    copied = Path(shutil.copytree(RULES, tmp_path / "law"))
    for topic, rule in (
        ("ordinary_brackets", "upper_bounds"),
        ("capital_gain_rates", "upper_bounds"),
        ("standard_deduction", "amount"),
        ("amt", "upper_bounds"),
        ("amt", "exemption"),
        ("amt", "phaseout_start"),
    ):
        path = copied / "us" / "federal" / f"{topic}.toml"
        text = path.read_text()
        last = text[text.index(f"[[{rule}.values]]\nyear = 2026") :].split("\n\n")[0]
        path.write_text(f"{text.rstrip()}\n\n{last.replace('year = 2026', 'year = 2027')}\n")
    trades = TRADES.replace("2025-06-05", "2027-06-05")
    settings = PROFILE + "[profile.2027]\nwages = 66100\n"
    options = ("--year", "2027", "--as-of", "2027-12-31")
    assert tax(tmp_path, trades, settings, *options).code == 2
    document = tax(tmp_path, trades, settings, *options, "--rules", str(copied)).json
    # As in 2026: 50,000 ordinary: 1,240 + 12 % x 37,600 = 5,752; 8,000 x 15 % of which none is below 49,450
    assert document["regular_tax"] == "6952"
    shown = run(tmp_path, "rules", "standard_deduction", "--year", "2027", "--rules", str(copied), "--format", "json").json
    assert shown["rules"][0]["value"].startswith("single 16100")


def test_rules_of_a_year_that_is_not_covered(tmp_path):
    ran = run(tmp_path, "rules", "standard_deduction", "--year", "2031")
    assert ran.code == 2
    assert "2017-01-01 to 2026-12-31" in ran.err


def test_pending_bills_are_listed_apart(tmp_path):
    document = run(tmp_path, "rules", "wash_sale", "--year", "2026", "--format", "json").json
    assert {row["rule"] for row in document["pending"]} == {"us/federal/wash_sale/covers_digital_assets"}
    assert next(row["value"] for row in document["rules"] if row["rule"].endswith("covers_digital_assets")) == "False"
