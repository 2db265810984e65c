"""Problem files: every kind of bad input is refused with its place, and what is written is read exactly."""

import json
from decimal import Decimal

import numpy as np
import pytest
from taxlots.decisions.instance import parse_instance
from taxlots.decisions.risk import principal_axes, variance_of
from taxlots.decisions.solution import solve
from taxlots.problems import TaxlotsError

GOOD = {
    "schema": "taxlots.instance/1",
    "assets": [{"asset": "A", "price": 100, "target": 0.5}, {"asset": "B", "price": 20, "target": 0.3}],
    "lots": [{"lot_id": "a1", "asset": "A", "quantity": 25, "basis": 3000, "term": "short"}],
    "cash": 100,
    "tax": {"model": "us-federal", "year": 2026, "position": {"filing_status": "single", "wages": 90_000}},
    "risk": {"covariance": [[0.04, 0.01], [0.01, 0.09]]},
}


def put(place, value):
    """The good document with one value replaced (or removed: None as the string "gone")."""
    document = json.loads(json.dumps(GOOD))
    *path, last = place
    inner = document
    for key in path:
        inner = inner[key]
    if value == "gone":
        del inner[last]
    else:
        inner[last] = value
    return document


BAD = {
    "no schema": (("schema",), "gone", "$.schema"),
    "another schema": (("schema",), "taxlots.plan/1", "schema"),
    "no assets": (("assets",), [], "there are no assets"),
    "price 0": (("assets", 0, "price"), 0, "$.assets[0].price: the price of A is 0"),
    "negative price": (("assets", 1, "price"), -2, "$.assets[1].price: -2: it can't be negative"),
    "price as text": (("assets", 0, "price"), "cheap", "$.assets[0].price"),
    "price missing": (("assets", 0, "price"), "gone", "`price`"),
    "asset twice": (("assets", 1, "asset"), "A", "$.assets[1].asset: 'A' is there twice"),
    "target above 1": (("assets", 0, "target"), 1.2, "$.assets[0].target: 1.2"),
    "targets add up to more than 1": (("assets", 1, "target"), 0.6, "the targets add up to 1.1"),
    "negative band": (("assets", 0, "band"), -0.1, "$.assets[0].band"),
    "lot of an unknown asset": (("lots", 0, "asset"), "Z", "$.lots[0].asset: 'Z' is not among $.assets"),
    "quantity 0": (("lots", 0, "quantity"), 0, "$.lots[0].quantity: lot a1 has quantity 0"),
    "negative basis": (("lots", 0, "basis"), -1, "$.lots[0].basis"),
    "term missing": (("lots", 0, "term"), "gone", "`term`"),
    "a rate missing": (("tax",), {"model": "linear", "short_rate": 0.35}, "`long_rate`"),
    "unknown term": (("lots", 0, "term"), "medium", "$.lots[0].term"),
    "negative cash": (("cash",), -1, "$.cash: -1: it can't be negative"),
    "negative withdrawal": (("withdrawal",), -1, "$.withdrawal"),
    "cost of everything": (("trading_cost_bps",), 10_000, "$.trading_cost_bps"),
    "unknown tax model": (("tax", "model"), "flat", "$.tax"),
    "year without rules": (("tax", "year"), 2050, "2050"),
    "unknown status": (("tax", "position", "filing_status"), "alone", "$.tax.position"),
    "negative wages": (("tax", "position", "wages"), -5, "wages is -5"),
    "wages as text": (("tax", "position", "wages"), "much", "$.tax.position.wages: 'much' is no amount"),
    "unknown field of the position": (("tax", "position", "salary"), 5, "$.tax.position.salary: unknown field"),
    "two years": (("tax", "position", "year"), 2025, "$.tax.position.year: 2025 contradicts"),
    "state without schedule or rate": (("tax", "position", "state"), "ZZ", "no rules for the income tax of ZZ"),
    "rate above 1": (("tax", "carryforward_value"), 15, "$.tax.carryforward_value: 15"),
    "covariance of another size": (("risk", "covariance"), [[0.04]], "$.risk.covariance: 1 rows for 2 assets"),
    "covariance with a short row": (("risk", "covariance"), [[0.04, 0], [0]], "$.risk.covariance[1]"),
    "covariance that is uneven": (("risk", "covariance"), [[0.04, 0.02], [0.01, 0.09]], "differs from the number across"),
    "covariance not positive": (("risk", "covariance"), [[0.01, 0.09], [0.09, 0.01]], "not positive semidefinite (least eigenvalue -0.08)"),
    "both risk models": (("risk", "factors"), [[1], [1]], "$.risk: give either"),
    "factors without variances": (("risk",), {"factors": [[1], [1]]}, "$.risk.specific_variance: 0 numbers for 2 assets"),
    "negative variance": (("risk",), {"factors": [[1], [1]], "specific_variance": [0, -1]}, "$.risk.specific_variance[1]"),
    "factors of another size": (("risk",), {"factors": [[1], [1], [1]], "specific_variance": [0, 1]}, "$.risk.factors: 3 rows"),
    "wages beyond any number": (("tax", "position", "wages"), "1e999999999", "wages is 1.000e+999999999"),
    "price of hundreds of digits": (("assets", 0, "price"), 10**400, "$.assets[0].price: 1.000e+400: it must lie"),
    "covariance beyond any return": (("risk", "covariance", 0, 0), 1e300, "$.risk.covariance[0]: it has a number"),
    "variance beyond any return": (("risk",), {"factors": [[1], [1]], "specific_variance": [0, 1e300]}, "$.risk.specific_variance[1]"),
    "tracking error without risk": (("risk",), None, "$.max_tracking_error"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_its_place(case):
    """Each by itself; the message names the place in the document and the value."""
    place, value, message = BAD[case]
    document = put(place, value)
    if case == "tracking error without risk":
        document["max_tracking_error"] = 0.02
    with pytest.raises(TaxlotsError) as caught:
        parse_instance(json.dumps(document).encode(), "bad.json")
    assert caught.value.problem.code in {"INSTANCE_INVALID", "RULE_MISSING"}
    assert message in caught.value.problem.message


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_named_with_its_line(word):
    """Python writes NaN into JSON, which has no such thing."""
    text = json.dumps(GOOD, indent=1).replace("0.04", word)
    with pytest.raises(TaxlotsError) as caught:
        parse_instance(text.encode(), "bad.json")
    assert word in caught.value.problem.message
    assert "no number" in caught.value.problem.message
    assert text.splitlines()[caught.value.problem.row - 1].strip() == f"{word},"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema": "taxlots.instance/1"}', b'{"a":' * 100_000])
def test_what_is_no_document(content):
    """Cut off, of another kind, or no text at all."""
    with pytest.raises(TaxlotsError) as caught:
        parse_instance(content, "bad.json")
    assert caught.value.problem.code == "INSTANCE_INVALID"


def test_numbers_are_read_exactly_and_unknown_keys_are_told():
    """A quantity of 20 digits stays; a misspelt constraint gets a remark."""
    document = put(("max_turnovr",), 0.1)
    text = json.dumps(document).replace('"quantity": 25', '"quantity": 25.123456789012345678')
    instance, problems = parse_instance(text.encode(), "i.json")
    assert instance.lots[0].quantity == Decimal("25.123456789012345678")
    assert [p.code for p in problems] == ["INSTANCE_KEY_UNUSED"]
    assert "$.max_turnovr" in problems[0].message


@pytest.mark.parametrize(("assets", "factors"), [(20, 3), (60, 5), (9, 2)])
def test_a_covariance_of_few_factors_is_factored_into_them(assets, factors):
    """F F' + D is found again: as many axes as factors, the same specific variances, and the same matrix."""
    numbers = np.random.default_rng(assets)
    loadings, specific = numbers.normal(0, 0.1, (assets, factors)), numbers.uniform(0.01, 0.1, assets)
    found = principal_axes(loadings @ loadings.T + np.diag(specific))
    assert found.loadings.shape == (assets, factors)
    assert found.specific == pytest.approx(specific)
    assert found.loadings @ found.loadings.T == pytest.approx(loadings @ loadings.T)


def test_any_covariance_is_kept():
    """Of 40 observations of 30 assets, and of 10 observations (singular): all axes, the same matrix to rounding."""
    for observations in (40, 10):
        returns = np.random.default_rng(observations).normal(size=(observations, 30))
        covariance = returns.T @ returns / observations
        found = principal_axes(covariance)
        assert found.loadings @ found.loadings.T + np.diag(found.specific) == pytest.approx(covariance, abs=1e-10)


@pytest.mark.parametrize(
    "risk",
    [{"covariance": [[0, 0], [0, 0]]}, {"factors": [], "specific_variance": [0, 0]}, {"factors": [[], []], "specific_variance": [0, 0]}],
)
def test_no_risk_at_all_is_a_risk_model(risk):
    """A covariance of zeros is positive semidefinite, and an empty list of factors means that there are none."""
    instance, _ = parse_instance(json.dumps(put(("risk",), risk)).encode(), "i.json")
    assert variance_of(instance.risk, 2).of(np.array([1.0, -2.0])) == 0


def test_factors_by_row_of_assets_or_of_factors():
    """A row per asset is the contract; a row per factor is understood where the sizes tell them apart."""
    one = json.loads(json.dumps(GOOD)) | {"risk": {"factors": [[0.1, 0.2, 0.3], [0.2, 0.1, 0]], "specific_variance": [0.01, 0.02]}}
    other = json.loads(json.dumps(GOOD)) | {"risk": {"factors": [[0.1, 0.2], [0.2, 0.1], [0.3, 0]], "specific_variance": [0.01, 0.02]}}
    variances = [variance_of(parse_instance(json.dumps(d).encode(), "")[0].risk, 2) for d in (one, other)]
    assert variances[0].loadings == pytest.approx(variances[1].loadings)
    # (0.1 + 0.2)^2 + (0.2 + 0.1)^2 + 0.3^2 + 0.01 + 0.02
    assert variances[0].of(np.array([1.0, 1.0])) == pytest.approx(0.27 + 0.03)


def test_a_year_with_personal_exemptions_is_refused():
    """Their steps (26 USC 151(d)(3)) are no pieces of the program, so that no optimum could be proven; 2018 is the first year without."""
    years = {year: parse_instance(json.dumps(put(("tax", "year"), year)).encode(), "x.json")[0] for year in (2017, 2018)}
    with pytest.raises(TaxlotsError, match="personal exemptions of 2017"):
        solve(years[2017])
    assert solve(years[2018]).status == "optimal"
