"""`taxlots solve` and `taxlots verify-plan` from the command line, on the worked case of docs/solve.md."""

import json
import re
from pathlib import Path

import pytest

from support import run

PAGE = Path(__file__).parents[2] / "docs" / "solve.md"


@pytest.fixture
def worked(tmp_path):
    """The folder with the page's instance, and its answer as the page shows it."""
    instance, answer = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "instance.json").write_text(instance)
    return tmp_path, json.loads(answer)


def test_the_page_shows_what_is_answered(worked):
    """Every field of the shortened answer, and the contract's fields beside them."""
    home, answer = worked
    ran = run(home, "solve", "instance.json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["schema"] == "taxlots.solution/1"
    for key in ("status", "sells", "buys"):
        assert ran.json[key] == answer[key]
    assert ran.json["objective"] == pytest.approx(answer["objective"])
    assert ran.json["terms"] == pytest.approx(answer["terms"])
    assert ran.json["bound"] == pytest.approx(answer["objective"])
    assert ran.json["constraints"] == {"tracking_error": None, "turnover": 0.5, "cash": 2496.25}
    assert ran.json["why_infeasible"] is None
    assert ran.json["gap"] <= 1e-9
    assert ran.json["seconds"] > 0


def test_a_solution_is_verified_and_a_changed_one_rejected(worked):
    """Exit code 0, and 1 with PLAN_NOT_VERIFIED; the files may come in any order."""
    home, _ = worked
    assert run(home, "solve", "instance.json", "-o", "solution.json").code == 0
    good = run(home, "verify-plan", "solution.json", "instance.json", "--format", "json")
    assert (good.code, good.json["verified"]) == (0, True)
    plan = json.loads((home / "solution.json").read_text())
    plan["sells"] = [{"lot_id": "gain", "quantity": 25.0}]
    (home / "changed.json").write_text(json.dumps(plan))
    bad = run(home, "verify-plan", "instance.json", "changed.json", "--format", "json")
    assert (bad.code, bad.json["verified"]) == (1, False)
    assert {p["code"] for p in bad.json["problems"]} == {"PLAN_NOT_VERIFIED"}
    # The other lot: 439.175 of tax and 3.75 of cost.
    assert "the objective is 442.925000" in bad.json["objections"][0]


def test_the_worked_certificate(worked):
    """At 0.22 a dollar of gain each lot's best choice adds up to the optimum: 2,500 x (0.0015 - 0.22 x 0.2015), as the page derives."""
    home, answer = worked
    solved = run(home, "solve", "instance.json").json
    assert {round(piece["prices"]["short"], 9) for piece in solved["certificate"]["pieces"]} == {0.22}
    loss, gain = (0.0015 + 0.22 * (0.9985 - basis) for basis in (1.20, 0.20))
    assert (round(loss, 5), round(gain, 5)) == (-0.04283, 0.17717)
    for number in ("-0.04283", "0.17717", "-107.075"):
        assert number in PAGE.read_text().split("## The certificate")[1]
    assert solved["bound"] == pytest.approx(2500 * loss)
    assert answer["objective"] == pytest.approx(2500 * loss)


def test_frontier_and_table(worked):
    """Levels from the target on, as JSON and as a table."""
    home, _ = worked
    ran = run(home, "solve", "instance.json", "--frontier", "3")
    drifts = [point["drift"] for point in ran.json["frontier"]]
    assert drifts == sorted(drifts)
    shown = run(home, "solve", "instance.json", "--frontier", "3", "--format", "table")
    assert "Tax and cost against drift" in shown.out


def test_a_figure_that_rounds_to_zero_has_no_sign(worked):
    """Five units of a lot that lost 1e-8 each save 1e-8 of tax: nothing, and not "-0.000000"."""
    home, _ = worked
    lot = {"lot_id": "A-0", "asset": "A", "quantity": 10, "basis": 100.0000001, "term": "long", "wash_flag": False}
    tax = {"model": "linear", "short_rate": 0.35, "long_rate": 0.2, "loss_utilization": 1.0, "future_recapture": 0.0}
    instance = {"schema": "taxlots.instance/1", "name": "x", "assets": [{"asset": "A", "price": 10, "target": 0.5}], "lots": [lot]}
    (home / "tiny.json").write_text(json.dumps(instance | {"withdrawal": 50, "trading_cost_bps": 0, "tax": tax}))
    shown = run(home, "solve", "tiny.json", "--format", "table").out
    assert [line.split()[-1] for line in shown.splitlines() if line.split()[:1] == ["tax"]] == ["0.000000"]


def test_infeasible_is_an_answer(worked):
    """Exit code 0, no plan, and what to relax: 5,000 x (1 - 0.0015) = 4,992.50 is the most that can be raised."""
    home, _ = worked
    content = json.loads((home / "instance.json").read_text()) | {"withdrawal": 4999}
    (home / "instance.json").write_text(json.dumps(content))
    ran = run(home, "solve", "instance.json")
    assert (ran.code, ran.json["status"], ran.json["objective"]) == (0, "infeasible", None)
    (way,) = ran.json["why_infeasible"]
    assert way["constraint"] == "withdrawal"
    assert way["needed"] == pytest.approx(4992.5, abs=0.01)
    assert "INSTANCE_INFEASIBLE" in ran.err


@pytest.mark.parametrize(
    "arguments", [("solve", "none.json"), ("solve", "bad.json"), ("verify-plan", "instance.json"), ("verify-plan", "bad.json")]
)
def test_bad_files_end_with_2(worked, arguments):
    """No traceback; the file is named."""
    home, _ = worked
    (home / "bad.json").write_text('{"schema": "taxlots.instance/1", "assets": [')
    ran = run(home, *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.out == ""


REBALANCE = """[profile]
timezone = "UTC"
filing_status = "single"
[profile.2025]
wages = 90000
[targets]
BTC = 0.5
ETH = 0.3
"""
LEDGER = """time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,id
2024-01-05T12:00:00Z,kraken,buy,20000,USD,0.5,BTC,b1
2025-02-05T12:00:00Z,kraken,buy,9000,USD,3,ETH,b2
2025-03-05T12:00:00Z,kraken,buy,30000,USD,0.3,BTC,b3
"""
PRICES = "time,asset,price,currency\n2025-06-01,BTC,80000,USD\n2025-06-01,ETH,2500,USD\n"


def test_a_rebalance_document_carries_its_proof(tmp_path):
    """`rebalance --format json` is verified as it is, and not once its optimum, score or bound is changed."""
    for name, text in (("taxlots.toml", REBALANCE), ("h.csv", LEDGER), ("prices.csv", PRICES)):
        (tmp_path / name).write_text(text)
    ran = run(tmp_path, "rebalance", "h.csv", "prices.csv", "--as-of", "2025-06-01", "--format", "json")
    assert ran.code == 0, ran.err
    (tmp_path / "plan.json").write_text(ran.out)
    verified = run(tmp_path, "verify-plan", "plan.json", "--format", "json")
    assert verified.json["objections"] == []
    for change in (
        lambda plan: next(a for a in plan["alternatives"] if a["name"] == "optimal")["trades"].pop(),
        lambda plan: plan["optimal"].update(bound=plan["optimal"]["bound"] - 1),
        lambda plan: plan["optimal"].update(gap=plan["optimal"]["gap"] + 0.1),
        lambda plan: plan["optimal"]["certificate"]["instance"].update(cash="1000"),
        lambda plan: plan["optimal"]["certificate"]["solution"].update(objective=-1e6),
    ):
        plan = json.loads(ran.out)
        change(plan)
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        assert run(tmp_path, "verify-plan", "plan.json").code == 1
