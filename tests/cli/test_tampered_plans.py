"""`taxlots verify-plan` on a rebalance document of which one number or text after the other is changed."""

import copy
import json
from pathlib import Path

import pytest
from taxlots.cli.solving import verify_plan
from taxlots.reports.plan_figures import disagreements

from support import folder, run, tx, universal

SETTINGS = """[profile]
timezone = "America/New_York"
filing_status = "single"
[profile.2026]
wages = 90000
[targets]
BTC = { weight = 0.2, band = 0.05 }
ETH = { weight = 0.6, band = 0.05 }
VTI = 0.1
[rebalance]
cash = 10000
cash_reserve = 500
trading_cost_bps = 10
never_sell = ["b4"]
[accounts.ira]
type = "deferred"
cash = 100
[accounts.home]
cash = 3000
[assets]
VTI = { class = "fund" }
"""
PRICES = "time,asset,price,currency,source\n" + "".join(f"2026-06-30,{asset},100,USD,x\n" for asset in ("BTC", "ETH", "VTI"))
LEDGER = universal(
    tx("2023-03-01T17:00:00Z", "buy", sent="2000 USD", received="100 BTC", account="kraken", id="b1"),
    tx("2024-05-01T17:00:00Z", "buy", sent="12000 USD", received="100 ETH", account="coinbase", id="e1"),
    tx("2026-02-02T17:00:00Z", "buy", sent="11000 USD", received="100 BTC", account="kraken", id="b3"),
    tx("2026-03-02T17:00:00Z", "buy", sent="8000 USD", received="100 BTC", account="kraken", id="b2"),
    tx("2025-03-02T17:00:00Z", "buy", sent="900 USD", received="10 BTC", account="kraken", id="b4"),
    tx("2025-03-02T17:00:00Z", "buy", sent="900 USD", received="10 VTI", account="schwab", id="v1"),
    tx("2025-03-02T17:00:00Z", "buy", sent="5000 USD", received="50 BTC", account="ira", id="i1"),
)
# Words about a plan that no figure follows from.
FREE = {"notes", "why_infeasible"}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """A document with every kind of alternative, a reserve, a lot that stays and a tax-deferred account."""
    home = tmp_path_factory.mktemp("plan")
    folder(home, {"taxlots.toml": SETTINGS, "ledger.csv": LEDGER, "prices.csv": PRICES})
    ran = run(home, "rebalance", "ledger.csv", "--as-of", "2026-06-30", "--format", "json")
    assert ran.code == 0, ran.err
    assert any(not t["taxed"] for t in ran.json["alternatives"][0]["trades"])
    return ran.json


def objections(document, home):
    """What the command says of a document."""
    (home / "plan.json").write_text(json.dumps(document))
    return verify_plan([Path(home / "plan.json")]).document["objections"]


def leaves(value, path=()):
    """Every number and text with its place, but for words that are not followed."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in FREE:
                yield from leaves(inner, (*path, key))
    else:
        yield path, value


def other(value):
    """A value that says something else: a number a percent higher, a text with a letter more."""
    if isinstance(value, bool):
        return not value
    if value is None:
        return 1
    if isinstance(value, int | float):
        return value * 1.01 + (value == 0)
    try:
        number = float(value)
    except ValueError:
        return value + "x"
    return str(round(number * 1.01 + (number == 0), 9))


def changed(document, path, value):
    """A copy with one value changed."""
    copied = copy.deepcopy(document)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


def test_the_document_as_it_was_written_is_verified(document, tmp_path):
    """Nothing to object to, whatever the accounts."""
    assert objections(document, tmp_path) == []


def test_a_document_of_money_alone_is_verified(tmp_path):
    """Everything held is in a tax-deferred account: a purchase with free cash stands in no account."""
    ledger = universal(tx("2025-03-02T17:00:00Z", "buy", sent="5000 USD", received="50 BTC", account="ira", id="i1"))
    folder(tmp_path, {"taxlots.toml": SETTINGS.replace("cash = 3000", "cash = 0"), "ledger.csv": ledger, "prices.csv": PRICES})
    ran = run(tmp_path, "rebalance", "ledger.csv", "--as-of", "2026-06-30", "--format", "json")
    assert any(t["account"] == "" for plan in ran.json["alternatives"] for t in plan["trades"])
    assert objections(ran.json, tmp_path) == []


@pytest.mark.parametrize("name", ["optimal", "defer", "graduated", "full-fifo", "withdraw"])
def test_each_number_and_word_of_an_alternative_is_followed(document, name):
    """Also those that the proof is not about: other alternatives, tax by lot, accounts, the value at the horizon."""
    from taxlots.cli.solving import _carried

    number = next(n for n, one in enumerate(document["alternatives"]) if one["name"] == name)
    unnoticed = []
    for path, value in leaves(document["alternatives"][number]):
        instance, content, _ = _carried(changed(document, ("alternatives", number, *path), other(value)), "plan.json")
        if not list(disagreements(content, instance)):
            unnoticed.append((path, value))
    assert [(path, value) for path, value in unnoticed if abs(float(value)) > 1e-6] == []


def test_a_better_score_is_no_proven_score(document, tmp_path):
    """A score above the bound leaves no gap to it, and is noticed all the same."""
    assert any("score" in told for told in objections(changed(document, ("alternatives", 0, "score"), 1e6), tmp_path))


def test_a_portfolio_or_decision_that_is_another_one(document, tmp_path):
    """The lots, the money and the rates that the figures come from belong to the proof as well."""
    proof = ("optimal", "certificate")
    for path, value in (
        ((*proof, "portfolio", "lots", 0, "basis"), "1"),
        ((*proof, "portfolio", "terms", "horizon_years"), "20"),
        ((*proof, "portfolio", "prices", "VTI"), "101"),
        ((*proof, "instance", "drift_penalty"), "0.03"),
        ((*proof, "instance", "assets"), []),
        ((*proof, "portfolio"), None),
        ((*proof, "solution", "terms", "tax"), "x"),
        ((*proof, "solution", "constraints", "cash"), 1e6),
        ((*proof, "solution", "status"), "proven"),
        (("alternatives",), document["alternatives"][1:]),
        (("alternatives",), document["alternatives"][::-1]),
    ):
        assert objections(changed(document, path, value), tmp_path), path


def test_a_plan_file_is_verified_and_each_number_followed(tmp_path):
    """The file of `optimal` carries its proof; that of another alternative has none, which is said."""
    folder(tmp_path, {"taxlots.toml": SETTINGS, "ledger.csv": LEDGER, "prices.csv": PRICES})
    for name in ("optimal", "bands"):
        assert run(tmp_path, "rebalance", "ledger.csv", "--as-of", "2026-06-30", "--plan", name, "-o", f"{name}.json").code == 0
    assert "carries no proof" in run(tmp_path, "verify-plan", "bands.json").err
    plan = json.loads((tmp_path / "optimal.json").read_text())
    assert objections(plan, tmp_path) == []
    for key in ("plan", "as_of", "trading_cost_bps", "tax_before", "tax_now", "tax_after", "notes"):
        assert objections(changed(plan, (key,), None), tmp_path), key
    for path in (("tax_after",), ("trades", 0, "quantity"), ("trades", 0, "gain"), ("figures", "tax_now"), ("optimal", "bound")):
        value = plan
        for key in path:
            value = value[key]
        assert objections(changed(plan, path, other(value)), tmp_path), path
    assert run(tmp_path, "rebalance", "ledger.csv", "--apply", "optimal.json", "--format", "json").json["agrees"] is True
