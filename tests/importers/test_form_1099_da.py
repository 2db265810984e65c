"""Form 1099-DA by a `[[layout]]`: each line is set aside or named as wrong, and `check` compares it with the disposals."""

from decimal import Decimal

import pytest
from taxlots.problems import TaxlotsError

from support import assert_rows_add_up, folder, ledger_of, run, tx, universal

SETTINGS = """\
[profile]
timezone = "America/New_York"
[[layout]]
form = "1099-DA"
id = "da"
account = "coinbase"
asset = "Asset"
units = "Units"
acquired = "Acquired"
sold = "Sold"
proceeds = "Proceeds"
basis = "Basis"
basis_reported = "Box 2"
covered = "Covered"
renames = { XBT = "BTC" }
"""
HEADER = "Asset,Units,Acquired,Sold,Proceeds,Basis,Box 2,Covered"
# 1 BTC for 20,000 + fee 10 = 20,010; half sold for 30,000 - 30 = 29,970 with basis 10,005.
LEDGER = universal(
    tx("2024-01-05T17:00:00Z", "buy", account="coinbase", sent="20000 USD", received="1 BTC", fee="10 USD"),
    tx("2025-03-05T17:00:00Z", "sell", account="coinbase", sent="0.5 BTC", received="30000 USD", fee="30 USD"),
)


def check(path, *lines, ledger=LEDGER):
    """The check of the ledger and a form of these lines."""
    (path / "taxlots.toml").write_text(SETTINGS)
    folder(path, {"ledger.csv": ledger, "form.csv": "\n".join((HEADER, *lines, ""))})
    return run(path, "check", "ledger.csv", "form.csv", "--format", "json")


def test_a_form_that_agrees(tmp_path):
    """Two lines whose units and cents add up to the disposal: 14,970.00 + 15,000.00 = 29,970, 5,005 + 5,000 = 10,005."""
    ran = check(
        tmp_path,
        'XBT,0.25,01/05/2024,03/05/2025,"14,970.00",5005.00,Yes,covered',
        "BTC,0.25,various,03/05/2025,15000,5000,x,Y",
    )
    (form,) = ran.json["forms"]
    assert (form["account"], form["year"], form["asset"], form["lines"], form["basis_reported"]) == ("coinbase", 2025, "BTC", 2, True)
    assert form["proceeds"] == {"form": "29970", "disposals": "29970", "difference": "0"}
    assert form["basis"] == {"form": "10005", "disposals": "10005", "difference": "0"}
    assert (form["units"]["difference"], form["agrees"], form["notes"]) == ("0", True, [])
    file = next(f for f in ran.json["files"] if f["file"] == "form.csv")
    assert (file["layout"], file["rows"], file["used"], file["set_aside"], file["unusable"]) == ("da", 2, 0, 2, 0)
    assert_rows_add_up(ran.json)
    assert (ran.code, [p for p in ran.json["problems"] if p["code"] == "FORM_DIFFERS"]) == (0, [])


def test_proceeds_before_costs_and_a_wrong_basis(tmp_path):
    """The form shows 30,000 (the cost of 30 is not in it) and a reported basis of 10,000 instead of 10,005."""
    ran = check(tmp_path, "BTC,0.5,,03/05/2025,30000,10000,yes,yes")
    (form,) = ran.json["forms"]
    assert (form["proceeds"]["difference"], form["basis"]["difference"], form["agrees"]) == ("30", "-5", False)
    assert form["notes"] == [
        "the form is before selling costs of 30.00 (code E)",
        "a basis reported to the IRS stays in column (e), with code B and the correction in (g)",
    ]
    (problem,) = [p for p in ran.json["problems"] if p["code"] == "FORM_DIFFERS"]
    assert (problem["severity"], problem["file"], problem["row"]) == ("warning", "form.csv", 2)
    assert "proceeds 30, basis -5" in problem["message"]


def test_cents_may_be_rounded_but_not_more(tmp_path):
    """One line may be half a cent off: 29,970.00 for 29,970.005 agrees, 29,969.99 does not."""
    ledger = LEDGER.replace("30000,USD", "30000.005,USD")
    assert check(tmp_path, "BTC,0.5,,2025-03-05,29970.00,,no,no", ledger=ledger).json["forms"][0]["agrees"]
    assert not check(tmp_path, "BTC,0.5,,2025-03-05,29969.99,,no,no", ledger=ledger).json["forms"][0]["agrees"]


def test_lines_on_one_side_only(tmp_path):
    """A coin on the form that was not sold here, one that was sold but is not on it; another account and year are not compared."""
    more = universal(
        tx("2024-01-05T17:00:00Z", "buy", account="coinbase", sent="100 USD", received="10 ETH"),
        tx("2025-01-05T17:00:00Z", "sell", account="coinbase", sent="1 ETH", received="9 USD"),
        tx("2024-12-31T17:00:00Z", "sell", account="coinbase", sent="1 ETH", received="9 USD"),
        tx("2024-01-05T17:00:00Z", "buy", account="kraken", sent="100 USD", received="10 ETH"),
        tx("2025-01-05T17:00:00Z", "sell", account="kraken", sent="1 ETH", received="9 USD"),
    )
    ran = check(tmp_path, "SOL,2,,2025-05-01,300,,no,no", ledger=more)
    eth, sol = ran.json["forms"]
    assert (eth["asset"], eth["units"]["disposals"], eth["notes"]) == ("ETH", "1", ["sold here, but not on the form"])
    assert (sol["asset"], sol["notes"]) == ("SOL", ["on the form, but nothing was disposed of here"])
    assert sol["basis"] == {"form": None, "disposals": "0", "difference": None}


def test_fees_paid_in_the_asset_that_the_form_leaves_out(tmp_path):
    """0.5 BTC sold with a fee of 0.001 BTC worth 60: the form has the 0.5 only."""
    ledger = universal(
        tx("2024-01-05T17:00:00Z", "buy", account="coinbase", sent="20000 USD", received="1 BTC"),
        tx("2025-03-05T17:00:00Z", "sell", account="coinbase", sent="0.5 BTC", received="30000 USD", fee="0.001 BTC", fee_value="60"),
    )
    (form,) = check(tmp_path, "BTC,0.5,,2025-03-05,30000,,no,no", ledger=ledger).json["forms"]
    assert form["units"]["difference"] == "-0.001"
    assert form["notes"][0] == "the form leaves out 0.001 paid as fees, worth 60.00"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (",1,,2025-03-05,5,,,", "names its asset"),
        ("BTC,0,,2025-03-05,5,,,", "not above 0"),
        ("BTC,1,,,5,,,", "tax year"),
        ("BTC,1,,2025-03-05,,,,", "'Proceeds' is empty"),
        ("BTC,1,,2025-03-05,-5,,,", "negative"),
        ("BTC,1,,2025-03-05,5,-1,,", "negative"),
        ("BTC,1,2025-03-06,2025-03-05,5,,,", "after the sale"),
        ("BTC,1,,2025-03-05,5,,maybe,", "neither yes nor no"),
        ("BTC,1,,2025-13-05,5,,,", "not a time"),
    ],
)
def test_a_line_that_can_not_be(tmp_path, line, cause):
    """It is unusable with its row; it takes no part in the comparison."""
    ran = check(tmp_path, line)
    (problem,) = [p for p in ran.json["problems"] if p["file"] == "form.csv"]
    assert (problem["row"], problem["severity"], cause in problem["message"]) == (2, "error", True), problem
    assert_rows_add_up(ran.json)
    assert (ran.code, ran.json["forms"]) == (1, [])


def test_the_line_as_a_value(tmp_path):
    """Exact numbers, days in the taxpayer's zone: 03:00Z on 6 March is still the 5th in New York; an empty box is not checked."""
    (tmp_path / "taxlots.toml").write_text(SETTINGS)
    ledger = ledger_of(tmp_path, {"form.csv": f"{HEADER}\nXBT,0.123456789012345678,,2025-03-06T03:00:00Z,10.10,,,noncovered\n"})
    (line,) = ledger.form_lines
    assert (line.asset, line.units, line.proceeds) == ("BTC", Decimal("0.123456789012345678"), Decimal("10.10"))
    assert (f"{line.sold}", line.acquired, line.basis, line.basis_reported, line.covered) == ("2025-03-05", None, None, False, False)


@pytest.mark.parametrize("change", [('form = "1099-DA"', 'form = "1099-X"'), ('sold = "Sold"\n', ""), ('id = "da"', 'id = "universal"')])
def test_a_form_layout_that_can_not_be(tmp_path, change):
    """Another form, a missing column, a taken id."""
    (tmp_path / "taxlots.toml").write_text(SETTINGS.replace(*change))
    with pytest.raises(TaxlotsError):
        ledger_of(tmp_path, {"form.csv": HEADER + "\n"})


def test_the_table_of_the_terminal(tmp_path):
    """`check` prints the comparison, and only where there is a form."""
    check(tmp_path, "BTC,0.5,,03/05/2025,29970,,no,no")
    assert "Form 1099-DA against the disposals" in run(tmp_path, "check", "ledger.csv", "form.csv").out
    assert "Form 1099-DA" not in run(tmp_path, "check", "ledger.csv").out
