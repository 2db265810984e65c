"""`taxlots rebalance` from the command line: the worked case of its page, plans as files, limits, accounts, and what can't be had."""

import json
import re
from pathlib import Path

import openpyxl
import pytest

from support import folder, run, tx, universal

PAGE = (Path(__file__).parents[2] / "docs" / "rebalance.md").read_text()
DAY = ("--as-of", "2026-06-30")


def case(home, **changes):
    """The worked case with changes under [rebalance]; further tables under `more`."""
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    ledger, prices = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    more = changes.pop("more", "")
    for key, value in changes.items():
        settings, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", settings, flags=re.MULTILINE)
        settings = settings if found else settings + f"{key} = {value}\n"
    folder(home, {"taxlots.toml": settings + more, "ledger.csv": ledger, "prices.csv": prices})


def rows(*columns):
    """The rows of the page's table with these first columns."""
    lines = PAGE.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("| " + " | ".join(columns) + " |")))
    names = [cell.strip() for cell in lines[start].strip("|").split("|")]
    listed = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        listed.append(dict(zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    return listed


def plans(home, *args, code=0):
    """The alternatives by name."""
    ran = run(home, "rebalance", "ledger.csv", *args, *DAY, "--format", "json")
    assert ran.code == code, ran.err
    return {plan["name"]: plan for plan in ran.json["alternatives"]}


def sold(plan):
    """Units by lot."""
    return {t["lot_id"]: t["quantity"] for t in plan["trades"] if t["side"] == "sell"}


def test_the_worked_case(tmp_path):
    """Score and taxes of every alternative as the page derives them."""
    case(tmp_path)
    found = plans(tmp_path)
    table = rows("name", "score", "tax_now")
    assert {row["name"] for row in table} | {"contribute", "withdraw"} == set(found)
    for row in table:
        plan = found[row["name"]]
        assert float(row["score"]) == pytest.approx(plan["score"], abs=1e-6), row["name"]
        assert (row["tax_now"], row["tax_later"]) == (plan["tax_now"], plan["tax_later"]), row["name"]
    assert sold(found["zero-tax"]) == {"b3": "100", "b2": "100", "e1": "100"}
    assert sold(found["bands"]) == {"b3": "100", "b2": "75"}
    assert {t["lot_id"]: t["on"] for t in found["defer"]["trades"] if t["lot_id"]} == {"b3": None, "b2": "2027-03-03"}
    assert {t["lot_id"]: t["on"] for t in found["graduated"]["trades"] if t["lot_id"]} == {"b3": None, "b2": "2027-01-02"}


def test_the_break_even_of_a_sale_that_waits(tmp_path):
    """Selling b2 now: 100 - 22 % of 20 = 95.6; then: p - 15 % (p - 80) = 95.6 at p = (95.6 - 12) / 0.85 = 98.35."""
    case(tmp_path)
    waiting = next(t for t in plans(tmp_path)["defer"]["trades"] if t["on"] and t["lot_id"])
    assert "breaks even at a price of 98.35" in waiting["why"]


def test_purchases_are_made_where_the_money_is(tmp_path):
    """20,000 of ETH: the free 10,000 go to coinbase, which holds it, the 10,000 of b3 stay at kraken, where b3 was sold."""
    case(tmp_path)
    bought = {t["account"]: t["quantity"] for t in plans(tmp_path)["loss-only"]["trades"] if t["side"] == "buy"}
    assert bought == {"coinbase": "100", "kraken": "100"}


@pytest.mark.parametrize("name", ["optimal", "full-fifo", "harvest", "zero-tax"])
def test_a_plan_applied_comes_to_the_tax_that_it_predicts(tmp_path, name):
    """Wages of 90,000 leave 73,900: 1,240 + 4,560 + 5,170 = 10,970 before; after it what the plan says, to the cent, lot by lot."""
    case(tmp_path, trading_cost_bps=17)
    assert run(tmp_path, "rebalance", "ledger.csv", *DAY, "--plan", name, "-o", "plan.json").code == 0
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert (plan["schema"], plan["plan"], plan["tax_before"]) == ("taxlots.plan/1", name, "10970")
    applied = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--apply", "plan.json", "--format", "json").json
    assert applied["agrees"] is True
    assert applied["tax_before"] == "10970"
    assert round(float(applied["tax_after"]), 2) == round(float(plan["tax_after"]), 2)
    assert float(applied["tax_after"]) - 10970 == pytest.approx(float(plan["tax_now"]), abs=0.005)
    assert all(float(gain["planned"]) == pytest.approx(float(gain["booked"]), abs=1e-9) for gain in applied["gains"])


def test_a_plan_is_applied_on_its_own_day(tmp_path):
    """ETH of August 2025 is sold in June 2026 as short-term gain, 10,000 - 2,000 at 22 %, also where the command is run later."""
    case(tmp_path)
    settings = (tmp_path / "taxlots.toml").read_text()
    (tmp_path / "taxlots.toml").write_text(
        settings.replace("BTC = { weight = 0.2", "BTC = { weight = 0.9").replace("weight = 0.6", "weight = 0")
    )
    ledger = (tmp_path / "ledger.csv").read_text()
    (tmp_path / "ledger.csv").write_text(
        ledger.replace("2024-05-01T17:00:00Z,coinbase,buy,12000", "2025-08-01T17:00:00Z,coinbase,buy,2000")
    )
    run(tmp_path, "rebalance", "ledger.csv", *DAY, "--plan", "full-fifo", "-o", "plan.json")
    applied = run(tmp_path, "rebalance", "ledger.csv", "--apply", "plan.json", "--format", "json")
    assert applied.code == 0, applied.err
    assert (applied.json["agrees"], applied.json["tax_before"], applied.json["tax_after"]) == (True, "10970", "12730")


def test_a_plan_is_recorded_reported_and_compared(tmp_path):
    """`loss-only` sells b3 for 10,000; really 60 of b3 go at 101 and 10 of b1: 40 are left, the gain is 60 x (101 - 110) = -540."""
    case(tmp_path)
    run(tmp_path, "rebalance", "ledger.csv", *DAY, "--save-plan", "best.json", "--plan", "loss-only")
    recorded = run(tmp_path, "identify", "--plan", "best.json", "--sale", "2027-01-05")
    assert recorded.code == 0, recorded.err
    assert "b3 100" in recorded.out
    assert run(tmp_path, "report", "ledger.csv", *DAY, "--plan", "best.json", "-o", "r.xlsx").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Rebalance"]
    told = [str(row[0].value) for row in sheet.iter_rows(max_col=1) if row[0].value]
    assert any(text.startswith("Plan loss-only of 2026-06-30: tax 10750.00 predicted") for text in told)
    assert any(text.startswith("Frontier") for text in told)
    (tmp_path / "identifications.jsonl").unlink()
    later = [
        tx("2026-07-02T17:00:00Z", "sell", sent="60 BTC", received="6060 USD", id="s1"),
        tx("2026-07-03T17:00:00Z", "sell", sent="10 BTC", received="1000 USD", id="s2"),
    ]
    folder(tmp_path / "more", {"later.csv": universal(*later)})
    for sale, lot in (("s1", "b3=60"), ("s2", "b1=10")):
        recorded = run(
            tmp_path, "identify", "--sale", sale, "--account", "kraken", "--asset", "BTC", "--lots", lot, "--attest", "told on 1 July"
        )
        assert recorded.code == 0, recorded.err
    ran = run(tmp_path, "rebalance", "ledger.csv", "more", "--as-of", "2026-07-31", "--compare", "best.json", "--format", "json")
    assert ran.code == 0, ran.err
    (b3,) = [t for t in ran.json["trades"] if t["lot_id"] == "b3"]
    assert (b3["executed"]["quantity"], b3["executed"]["value"], b3["executed"]["gain"], b3["left"]) == ("60", "6060", "-540", "40")
    assert [(row["lot_id"], row["quantity"]) for row in ran.json["unplanned"]] == [("b1", "10")]
    # -540 short and 10 x (100 - 20) = 800 long: 260 x 15 % = 39
    assert (ran.json["tax_planned"], ran.json["tax_executed"]) == ("-220", "39")


def test_a_plan_that_does_not_fit(tmp_path):
    """A lot that is gone, and a file that is no plan."""
    case(tmp_path)
    run(tmp_path, "rebalance", "ledger.csv", *DAY, "--plan", "full-fifo", "-o", "plan.json")
    text = (tmp_path / "plan.json").read_text()
    (tmp_path / "plan.json").write_text(text.replace('"b1"', '"gone"'))
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--apply", "plan.json")
    assert (ran.code, "PLAN_NOT_APPLICABLE" in ran.err, "Traceback" in ran.err) == (2, True, False)
    (tmp_path / "plan.json").write_text("{}")
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--apply", "plan.json")
    assert (ran.code, "PLAN_INVALID" in ran.err) == (2, True)
    assert run(tmp_path, "rebalance", "ledger.csv", *DAY, "--plan", "optimum").code == 2


def test_without_lots_and_money_there_is_nothing_to_decide(tmp_path):
    case(tmp_path, cash=0)
    (tmp_path / "ledger.csv").write_text((tmp_path / "ledger.csv").read_text().splitlines()[0] + "\n")
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY)
    assert (ran.code, "nothing is held and there is no money" in ran.err) == (2, True)


def test_a_price_of_0_is_told(tmp_path):
    """What nobody buys is sold by no plan, and the person hears why."""
    case(tmp_path)
    prices = re.sub(r"(2026-06-30,ETH),[0-9.]+", r"\1,0", (tmp_path / "prices.csv").read_text())
    (tmp_path / "prices.csv").write_text(prices)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json")
    assert "PRICE_ZERO" in {problem["code"] for problem in ran.json["problems"]}
    assert not any(trade["asset"] == "ETH" for plan in ran.json["alternatives"] for trade in plan["trades"])


def test_the_worked_frontier(tmp_path):
    """Straight from 660 saved to 220 saved: 4.4 cents per dollar of b2."""
    case(tmp_path)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--frontier", "5", "--format", "json")
    shown = rows("drift", "cost")
    points = ran.json["frontier"]
    assert [point["drift"] for point in points] == pytest.approx([float(row["drift"]) for row in shown], abs=0.02)
    assert [point["cost"] for point in points] == pytest.approx([float(row["cost"]) for row in shown], abs=0.02)
    # the cheapest sells the loss b1 alone, the nearest all of what is out of place
    assert [sum(float(sale["quantity"]) for sale in point["sells"]) for point in points] == sorted(
        (sum(float(sale["quantity"]) for sale in point["sells"]) for point in points), reverse=True
    )
    assert {sale["lot_id"] for sale in points[-1]["sells"]} < {sale["lot_id"] for sale in points[0]["sells"]}


def test_contributions_are_a_third_axis(tmp_path):
    """No loss pays here, so that contributions and no sale cost nothing; no point is beaten or equalled on all three axes by another."""
    text = "BTC = { weight = 0.5, band = 0.05 }"
    case(tmp_path, contribution=500, recurring_contribution=500, cash=2500)
    settings = (tmp_path / "taxlots.toml").read_text()
    settings = settings.replace("BTC = { weight = 0.2, band = 0.05 }", text).replace("weight = 0.6", "weight = 0.3")
    (tmp_path / "taxlots.toml").write_text(settings)
    ledger = (tmp_path / "ledger.csv").read_text().replace(",12000,USD", ",10000,USD").replace(",11000,USD", ",9000,USD")
    (tmp_path / "ledger.csv").write_text(ledger)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--frontier", "5", "--contributions", "--format", "json")
    points = ran.json["frontier"]
    assert any(p["contributions"] > 0 and "no sale" in p["meaning"] and abs(p["cost"]) < 0.01 for p in points)
    axes = [(p["drift"], p["cost"], p["contributed"]) for p in points]
    for one in axes:
        assert not any(other is not one and all(a <= b for a, b in zip(other, one, strict=True)) for other in axes)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--plan", "contribute", "--format", "json")
    # BTC is 30,000 of 42,500 + 500 n: at most 55 % from 54,545 on; the first month is today, 24 further ones end on 30 June 2028
    assert "25 contributions of 500.00 and no sale bring every asset into its band" in " ".join(ran.json["notes"])
    assert "the last on 2028-06-30" in " ".join(ran.json["notes"])
    assert inside_after(25)
    assert not inside_after(24)


def inside_after(count):
    """Whether both assets are within 5 points: BTC 30,000 and ETH 10,000 with 2,500 of cash, new money on what is furthest below."""
    btc, eth, total = 30_000, 10_000, 42_500 + 500 * count
    for number in range(1, count + 1):
        wealth = 42_500 + 500 * number
        eth += min(500, max(0, 0.3 * wealth - eth))
    return abs(btc - 0.5 * total) <= 0.05 * total and abs(eth - 0.3 * total) <= 0.05 * total


def test_withdrawals_and_what_can_not_be_raised(tmp_path):
    """15,000 with 10,000 of cash: 5,000 are sold, of lots at a loss; 60,000: by how much which setting has to give way."""
    case(tmp_path, withdrawal=15000)
    found = plans(tmp_path)["withdraw"]
    assert list(sold(found)) == ["e1"]
    assert (float(sold(found)["e1"]), float(found["tax_now"])) == pytest.approx((50, -220), abs=1e-5)
    case(tmp_path, withdrawal=60000)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json")
    assert ran.code == 1
    assert "WITHDRAWAL_NOT_COVERED" in ran.err
    assert "lower withdrawal from 60000 to 50000 (by 10000)" in ran.err
    assert "raise cash from 10000 to 20000 (by 10000)" in ran.err
    assert not any(plan["feasible"] for plan in ran.json["alternatives"])


def test_limits_hold_in_every_alternative(tmp_path):
    """b3 and ETH stay, 4,000 are kept, nothing below 3,000 is traded, BTC in whole units, only ETH is bought."""
    limits = {"never_sell": '["b3", "ETH"]', "cash_reserve": 4000, "min_trade": 3000, "whole_units": '["digital"]', "buy_only": '["ETH"]'}
    case(tmp_path, **limits, trading_cost_bps=30)
    for name, plan in plans(tmp_path).items():
        assert not {"b3", "e1"} & set(sold(plan)), name
        assert float(plan["cash_after"]) >= 4000 - 0.01, name
        for side in ("buy", "sell"):
            for asset in ("BTC", "ETH"):
                mine = [t for t in plan["trades"] if (t["side"], t["asset"]) == (side, asset)]
                assert not mine or sum(float(t["value"]) for t in mine) >= 3000, name
        assert all(float(t["quantity"]).is_integer() for t in plan["trades"]), name
        assert not [t for t in plan["trades"] if t["side"] == "buy" and t["asset"] == "BTC"], name


def test_contradictory_wishes_are_named(tmp_path):
    """BTC is 40 points above its target and may not be sold, ETH 40 below and may not be bought; a contribution too small to be placed."""
    case(tmp_path, never_sell='"BTC"', buy_only='["BTC"]', cash=0, contribution=100, min_trade=200)
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY)
    assert ran.code == 0, ran.err
    assert "never_sell keeps it there" in ran.err
    assert "not in buy_only" in ran.err
    assert "raise it to 200, or lower min_trade to 100" in ran.err


def test_a_tax_deferred_account_goes_first(tmp_path):
    """Kraken is tax-deferred: its BTC becomes ETH there at no tax, and its old sales are on no return."""
    case(tmp_path, more='[accounts.kraken]\ntype = "deferred"\n')
    found = plans(tmp_path)
    full = found["full-fifo"]
    assert full["tax_now"] == "0"
    assert {t["account"] for t in full["trades"] if t["side"] == "sell"} == {"kraken"}
    assert float(full["drift_after"]) == pytest.approx(0, abs=1e-6)
    assert found["optimal"]["score"] >= max(p["score"] for p in found.values() if not p["several_dates"])
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json", "-o", "r.json")
    assert run(tmp_path, "verify-plan", "r.json").code == 0, ran.err


def test_a_spouses_account_on_another_return_is_left_out(tmp_path):
    """What kraken holds is not one's own to trade."""
    case(tmp_path, more='[accounts.kraken]\ntype = "spouse"\n')
    accounts = {t["account"] for plan in plans(tmp_path).values() for t in plan["trades"]}
    assert accounts
    assert "kraken" not in accounts


def test_risk_aversion_has_its_effect(tmp_path):
    """With a history of 40 days tracking variance costs; without one the setting is said to have none."""
    case(tmp_path, risk_aversion=50)
    assert "risk_aversion has no effect" in run(tmp_path, "rebalance", "ledger.csv", *DAY).err
    without = plans(tmp_path)["hold"]
    days = [f"2026-{5 + n // 30:02}-{n % 30 + 1:02}" for n in range(60)]
    lines = [f"{day},{asset},{100 + step * (n % 5)},USD,x" for n, day in enumerate(days) for asset, step in (("BTC", 3), ("ETH", -2))]
    (tmp_path / "prices.csv").write_text(
        "\n".join(
            ["time,asset,price,currency,source", *lines, "2026-06-30T20:00:00Z,BTC,100,USD,x", "2026-06-30T20:00:00Z,ETH,100,USD,x", ""]
        )
    )
    found = plans(tmp_path)
    assert float(found["hold"]["drift_cost"]) > float(without["drift_cost"])
    assert found["hold"]["tracking_error"] > 0
    assert found["optimal"]["score"] >= max(p["score"] for p in found.values() if not p["several_dates"])
    ran = run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json", "-o", "r.json")
    assert run(tmp_path, "verify-plan", "r.json").code == 0, ran.err


@pytest.mark.parametrize("command", ["rebalance", "harvest"])
def test_plots(tmp_path, command):
    """A figure in each of the two formats, never without its ending; another ending is refused."""
    case(tmp_path)
    for name, begins in (("figure.svg", b"<?xml"), ("figure.PNG", b"\x89PNG")):
        ran = run(tmp_path, command, "ledger.csv", *DAY, "--plot", name)
        assert (ran.code, (tmp_path / name).read_bytes()[: len(begins)]) == (0, begins)
    ran = run(tmp_path, command, "ledger.csv", *DAY, "--plot", "figure.pdf")
    assert (ran.code, ".png, .svg" in ran.err) == (2, True)


def test_a_plan_without_anything_to_trade_is_verified(tmp_path):
    """Nothing may be sold and there is no cash: to do nothing is the optimum, and the checker says so."""
    case(tmp_path, never_sell='["BTC", "ETH"]', cash=0)
    assert run(tmp_path, "rebalance", "ledger.csv", *DAY, "--format", "json", "-o", "r.json").code == 0
    ran = run(tmp_path, "verify-plan", "r.json", "--format", "json")
    assert (ran.code, ran.json["objections"]) == (0, [])


def test_the_class_of_what_is_not_held_yet(tmp_path):
    """VTI has a target and a class of its own: of funds whole units are bought, although no export names it."""
    case(tmp_path, whole_units='["fund"]', more='[assets]\nVTI = { class = "fund" }\n[targets.VTI]\nweight = 0.15\n')
    with (tmp_path / "prices.csv").open("a") as file:
        file.write("2026-06-30,VTI,70,USD,broker\n")
    bought = [t["quantity"] for t in plans(tmp_path)["full-fifo"]["trades"] if (t["side"], t["asset"]) == ("buy", "VTI")]
    assert bought
    assert all("." not in quantity for quantity in bought)
