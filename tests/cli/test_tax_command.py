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


def test_lot_orders_where_the_state_s_rules_begin_after_the_first_purchase(tmp_path):
    """New York's schedule begins in 2024, the book in 2023: 2023 is ranked by federal rates, and that is told."""
    settings = PROFILE + 'state = "NY"\n[profile.2025]\nwages = 65750\n'
    ran = tax(tmp_path, TRADES, settings, "--year", "2025", "--compare", "all")
    assert (ran.code, set(ran.json["compared"])) == (0, {"fifo", "lifo", "hifo", "lofo", "min-tax"})
    told = [p["message"] for p in tax(tmp_path, TRADES, settings, "--year", "2025", "--method", "min-tax").json["problems"]]
    assert any(message.endswith("without state tax, which the rules do not cover: 2023") for message in told)


def test_form_8960_has_no_negative_net_investment_income(tmp_path):
    """The second lot alone: a loss of 2,000 lowers net investment income below zero; line 12 is then 0."""
    ran = tax(tmp_path, TRADES, PROFILE, "--year", "2025", "--method", "hifo")
    assert [x["amount"] for x in ran.json["lines"] if (x["form"], x["line"]) == ("Form 8960", "12")] == ["0"]


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


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        ("withheld = 5000\n", ["required (prior_tax, last year's tax, is not given)", "owed with the return"]),
        ("withheld = 7000\n", ["required: nothing, as less than 1,000 is left after withholding", "owed with the return"]),
        ("withheld = 8000\nprior_tax = 6000\nprior_agi = 160000\n", ["110 % of last year's tax", "overpaid, at this tax"]),
        ("withheld = 5000\nprior_tax = 6000\n", ["100 % of last year's tax (prior_agi is not given: taken as not high, else"]),
    ],
)
def test_the_safe_harbour_s_table_says_what_counts(tmp_path, said, rows):
    folder(tmp_path, {"a.csv": TRADES, "taxlots.toml": f"{PROFILE}[profile.2025]\nwages = 65750\n{said}"})
    shown = run(tmp_path, "tax", "a.csv", "--year", "2025").out
    assert "90 % of the year's tax" in shown
    assert "that the profile plans" not in shown
    assert all(row in shown for row in rows), shown


def test_the_safe_harbour_names_what_a_planned_gain_adds(tmp_path):
    settings = PROFILE + "[profile.2025]\nwages = 65750\nwithheld = 5000\nlong_term = 10000\n"
    folder(tmp_path, {"a.csv": TRADES, "taxlots.toml": settings})
    # 10,000 at 15 %
    [row] = [line for line in run(tmp_path, "tax", "a.csv", "--year", "2025").out.splitlines() if "that the profile plans" in line]
    assert row.split()[-1] == "1,500.00"
    ran = run(tmp_path, "tax", "a.csv", "--year", "2025", "--format", "json")
    assert ran.json["estimated_tax"]["added_by_planned_gains"] == "1500"


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


@pytest.mark.parametrize(("state", "year", "wages"), [("CO", "2025", 65_750), ("CA", "2023", 63_850)])
def test_a_state_tax_that_is_not_in_the_rules_leaves_the_federal_lines_and_says_which_line_to_add(tmp_path, state, year, wages):
    """No schedule, or none of that year: the federal tax is shown, the total is not, and the result is incomplete."""
    settings = f'{PROFILE}state = "{state}"\n[profile.{year}]\nwages = {wages}\n'
    trades = TRADES if year == "2025" else TRADES.replace("2025-06-05", "2023-06-05").replace("2025-02-05", "2023-02-05")
    ran = tax(tmp_path, trades, settings, "--year", year, "--compare", "lifo")
    assert (ran.code, ran.json["draft"], ran.json["state_tax"], ran.json["total"]) == (1, True, None, None)
    # 50,000 ordinary and 8,000 long-term, or 58,000 of short-term gain and wages.
    assert ran.json["regular_tax"] == ("7114" if year == "2025" else "8067.5")
    assert ran.json["compared"]["lifo"]["total"] is None
    [told] = [p for p in ran.json["problems"] if p["code"] == "RULE_MISSING"]
    assert f"`state_rate = 0.05` under [profile.{year}]" in told["hint"]
    lines = [line["what"] for line in ran.json["lines"]]
    assert f"total: federal tax before credits; the tax of {state} is missing" in lines
    assert not any(what.startswith("state tax") for what in lines)
    answered = tax(tmp_path, trades, settings + "state_rate = 0.04\n", "--year", year)
    # 58,000 x 4 %
    assert (answered.code, answered.json["state_tax"]) == (0, "2320")
    everywhere = settings.replace("[profile]", "[profile]\nstate_rate = 0.03")
    assert tax(tmp_path, trades, everywhere, "--year", year).json["state_tax"] == "1740"


def test_the_rate_of_one_year_is_not_that_of_another(tmp_path):
    """Without [profile.2025] the profile of 2023 holds but for its rate: Illinois's own 4.95 % of 58,000."""
    settings = f'{PROFILE}state = "IL"\n[profile.2023]\nwages = 65750\nstate_rate = 0.01\n'
    assert tax(tmp_path, TRADES, settings, "--year", "2025").json["state_tax"] == "2871"


def test_a_year_in_another_state(tmp_path):
    """Texas in 2025: no tax, and the flat rate of the profile is that of its own state."""
    settings = f'{PROFILE}state = "CO"\nstate_rate = 0.044\n[profile.2025]\nwages = 65750\nstate = "tx"\n'
    assert tax(tmp_path, TRADES, settings, "--year", "2025").json["state_tax"] == "0"


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


# A unit costs 5,000. Sold for 2,000 in 2023 (a loss of 3,000) and for 18,000 in 2025 (a gain of 13,000).
ABROAD = universal(
    tx("2022-01-05T12:00:00Z", "buy", sent="10000 GBP", received="2 BTC", id="b1"),
    tx("2023-06-05T12:00:00Z", "sell", sent="1 BTC", received="2000 GBP", id="s0"),
    tx("2025-06-05T12:00:00Z", "sell", sent="1 BTC", received="18000 GBP", id="s1"),
)


@pytest.mark.parametrize(
    ("jurisdiction", "currency", "year", "taxable"),
    [
        ("uk", "GBP", "2025", "7000"),  # 13,000 less the loss of 3,000 brought forward, less 3,000 exempt
        ("ca", "CAD", "2025", "5000"),  # a half of 10,000
        ("au", "AUD", "2024", "5000"),  # the loss of 2022-23 comes off before the discount of a half
    ],
)
def test_a_country_s_own_currency_is_no_draft_and_losses_are_carried(tmp_path, jurisdiction, currency, year, taxable):
    settings = PROFILE + f"[profile.{year}]\npersonal_rate = 0.4\n"
    ran = tax(tmp_path, ABROAD.replace("GBP", currency), settings, "--year", year, "--jurisdiction", jurisdiction)
    assert (ran.code, ran.json["draft"], ran.json["currency"], ran.json["taxable"]) == (0, False, currency, taxable)
    # UK: 24 % of 7,000; else the personal rate: 40 % of 5,000.
    assert D(ran.json["tax"]) == (1680 if jurisdiction == "uk" else 2000)
    assert [p["code"] for p in ran.json["problems"]] == ["PROFILE_ASSUMED"]
    assert "losses of 3000.00 left since" in ran.json["problems"][0]["message"]


def test_australia_lets_the_taxpayer_choose_parcels_also_by_the_least_tax(tmp_path):
    """The rules allow the order min-tax, so the tax does not call it foreign to the law."""
    rates = "".join(f"[profile.{year}]\npersonal_rate = 0.4\n" for year in range(2021, 2025))
    options = ("--year", "2024", "--jurisdiction", "au", "--method", "min-tax")
    ran = tax(tmp_path, ABROAD.replace("GBP", "AUD"), PROFILE + rates, *options)
    assert "LAW_NOT_FOLLOWED" not in {p["code"] for p in ran.json["problems"]}


def test_what_the_profile_says_of_losses_goes_before_the_exports(tmp_path):
    settings = PROFILE + "[profile.2025]\nlosses_brought_forward = 1000\n"
    ran = tax(tmp_path, ABROAD, settings, "--year", "2025", "--jurisdiction", "uk")
    # 13,000 less 1,000 less 3,000
    assert (ran.json["taxable"], ran.json["problems"]) == ("9000", [])


def test_a_loss_within_a_year_is_carried_in_germany_and_a_free_one_is_not(tmp_path):
    """Bought and sold within the year: a loss of 500 in 2023; a loss of 3,000 after more than a year is of no use."""
    trades = universal(
        tx("2022-01-05T12:00:00Z", "buy", sent="5000 EUR", received="1 BTC", id="b1"),
        tx("2023-06-05T12:00:00Z", "sell", sent="1 BTC", received="2000 EUR", id="s1"),
        tx("2023-07-05T12:00:00Z", "buy", sent="2500 EUR", received="1 BTC", id="b2"),
        tx("2023-09-05T12:00:00Z", "sell", sent="1 BTC", received="2000 EUR", id="s2"),
        tx("2025-01-05T12:00:00Z", "buy", sent="1000 EUR", received="1 BTC", id="b3"),
        tx("2025-06-05T12:00:00Z", "sell", sent="1 BTC", received="3000 EUR", id="s3"),
    )
    ran = tax(tmp_path, trades, PROFILE + "[profile.2025]\npersonal_rate = 0.4\n", "--year", "2025", "--jurisdiction", "de")
    # 2,000 are above the limit of 1,000; less 500: 1,500 at 40 %
    assert (ran.json["taxable"], D(ran.json["tax"])) == ("1500", 600)


def test_income_that_a_country_s_computation_leaves_out_is_named(tmp_path):
    mined = tx("2025-05-05T12:00:00Z", "income:mining", received="2 ETH", value="500", value_currency="GBP", id="i1")
    trades = ABROAD + universal(mined).split("\n", 1)[1]
    ran = tax(tmp_path, trades, PROFILE + "[profile.2025]\nlosses_brought_forward = 0\n", "--year", "2025", "--jurisdiction", "uk")
    assert [p["message"][:20] for p in ran.json["problems"] if p["code"] == "TAX_INCOMPLETE"] == ["income of 500.00 (st"]


def test_losses_of_years_that_the_rules_do_not_cover_are_named(tmp_path):
    old = ABROAD.replace("2022-01", "2014-01").replace("2023-06", "2016-06")
    ran = tax(tmp_path, old, PROFILE + "[profile.2025]\n", "--year", "2025", "--jurisdiction", "uk")
    told = [p["message"] for p in ran.json["problems"] if p["code"] == "TAX_INCOMPLETE"]
    assert told[0].startswith("losses of 2016 may be carried into 2025")
    assert ran.json["taxable"] == "10000"  # 13,000 less 3,000 exempt


def test_the_currency_of_the_profile_goes_before_that_of_the_exports(tmp_path):
    settings = PROFILE.replace("[profile]", '[profile]\njurisdiction = "uk"\ncurrency = "GBP"') + "[profile.2025]\n"
    prices = "time,asset,price,currency,source\n" + "".join(
        f"{day}T12:00:00Z,USD,0.5,GBP,bank\n" for day in ("2023-01-05", "2025-02-05", "2025-06-05")
    )
    folder(tmp_path, {"prices.csv": prices})
    ran = tax(tmp_path, TRADES, settings, "--year", "2025")
    # Section 104: 2 BTC for 5,000 + 10,000 pounds, one sold for 9,000: a gain of 1,500, all of it exempt
    assert (ran.code, ran.json["currency"], ran.json["taxable"], ran.json["draft"]) == (0, "GBP", "0", False)
    assert {line["what"]: line["amount"] for line in ran.json["lines"]}["gains of the year"] == "1500"


@pytest.mark.parametrize(("jurisdiction", "currency", "said"), [("us", "GBP", "computed in USD"), ("uk", "BTC", "no national currency")])
def test_a_currency_that_can_not_be(tmp_path, jurisdiction, currency, said):
    settings = f'[profile]\njurisdiction = "{jurisdiction}"\ncurrency = "{currency}"\n'
    ran = tax(tmp_path, TRADES, settings, "--year", "2025")
    assert ran.code == 2
    assert said in ran.err
    assert "taxlots.toml:3" in ran.err


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


def test_a_year_that_is_not_covered_is_named_even_where_losses_reach_it(tmp_path):
    ran = tax(tmp_path, ABROAD.replace("GBP", "USD"), PROFILE, "--year", "2030")
    assert ran.code == 2
    assert "no value for 2030: covered is 2017-01-01 to 2026-12-31" in ran.err


def test_pending_bills_are_listed_apart(tmp_path):
    document = run(tmp_path, "rules", "wash_sale", "--year", "2026", "--format", "json").json
    assert {row["rule"] for row in document["pending"]} == {"us/federal/wash_sale/covers_digital_assets"}
    assert next(row["value"] for row in document["rules"] if row["rule"].endswith("covers_digital_assets")) == "False"
