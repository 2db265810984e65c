"""`[[rule]]`: many rows decided at once, and counted."""

import pytest
from taxlots.problems import TaxlotsError

from support import codes, ledger_of, records, run, tx, universal

ROWS = universal(
    tx("2024-01-01T12:00:00Z", "buy", sent="10 USD", received="9 ETH", id="b"),
    tx("2024-02-01T12:00:00Z", "withdrawal", sent="1 ETH", id="w1", note="Coffee shop", value="3"),
    tx("2024-03-01T12:00:00Z", "withdrawal", sent="5 ETH", id="w2", note="coffee bar", value="9"),
    tx("2024-04-01T12:00:00Z", "withdrawal", sent="1 ETH", id="w3", note="to cold storage"),
)


def kinds(tmp_path, rules):
    """Kind per id, and the codes of all problems."""
    (tmp_path / "taxlots.toml").write_text(rules)
    ledger = ledger_of(tmp_path, ROWS)
    return {row["id"]: row["kind"] for row in records(ledger.transactions)}, codes(ledger.problems)


def test_a_note_pattern(tmp_path):
    """Withdrawals whose note says coffee are spends; the other stays, and the rule says that it fits two."""
    found, problems = kinds(tmp_path, '[[rule]]\nbecomes = "spend"\nkind = "withdrawal"\nnote = "coffee"\n')
    assert found == {"b": "buy", "w1": "spend", "w2": "spend", "w3": "withdrawal"}
    assert problems == ["RULE_APPLIED", "WITHDRAWAL_UNPAIRED"]


def test_amounts_account_and_layout(tmp_path):
    """Every condition must hold: only w2 has at least 2 ETH."""
    rule = '[[rule]]\nbecomes = "gift-out"\nasset = "ETH"\naccount = "kraken"\nlayout = "universal"\nkind = "withdrawal"\n'
    rule += "least = 2\nmost = 6\n"
    found, _ = kinds(tmp_path, rule)
    assert [name for name, kind in found.items() if kind == "gift-out"] == ["w2"]


def test_the_first_rule_that_fits_decides(tmp_path):
    """Of two rules that fit a row the first one counts; the second then fits nothing and says so."""
    rules = '[[rule]]\nbecomes = "spend"\nkind = "withdrawal"\n[[rule]]\nbecomes = "donation"\nnote = "coffee"\n'
    found, problems = kinds(tmp_path, rules)
    assert set(found.values()) == {"buy", "spend"}
    assert "RULE_UNUSED" in problems


def test_exclude(tmp_path):
    """Excluded rows are set aside and counted as such."""
    found, _ = kinds(tmp_path, '[[rule]]\nbecomes = "exclude"\nnote = "coffee"\n')
    assert set(found) == {"b", "w3"}


def test_a_kind_without_its_legs_is_refused(tmp_path):
    """A withdrawal can't become a buy: the row stays what it is, with an error at its place."""
    found, problems = kinds(tmp_path, '[[rule]]\nbecomes = "buy"\nnote = "storage"\n')
    assert found["w3"] == "withdrawal"
    assert "OVERRIDE_INVALID" in problems


@pytest.mark.parametrize("rule", ['becomes = "nothing"\nnote = "x"', 'becomes = "spend"', 'becomes = "spend"\nnote = "("'])
def test_a_rule_that_can_not_be(tmp_path, rule):
    """An unknown kind, no condition, or a broken pattern: settings error."""
    with pytest.raises(TaxlotsError):
        kinds(tmp_path, f"[[rule]]\n{rule}\n")


def test_templates_close_the_gaps(tmp_path):
    """`check --templates` writes one line per missing price, deposit, other end and purchase; filled in, nothing is missing."""
    rows = universal(
        tx("2024-01-01T12:00:00Z", "deposit", received="2 ETH", id="d", account="ledger"),
        tx("2024-02-01T12:00:00Z", "income:staking", received="1 SOL", id="i"),
        tx("2024-03-01T12:00:00Z", "withdrawal", sent="1 SOL", id="w"),
        tx("2024-03-09T12:00:00Z", "deposit", received="1 SOL", id="late", account="ledger"),
        tx("2024-04-01T12:00:00Z", "sell", sent="3 ADA", received="2 USD", id="s"),
    )
    (tmp_path / "h.csv").write_text(rows)
    assert run(tmp_path, "check", "h.csv", "--templates", "todo").code == 1
    todo = tmp_path / "todo"
    assert run(tmp_path, "check", "h.csv", "todo").code == 1  # lines that are not filled in have no effect
    names = ("prices", "overrides", "transfers", "opening_lots")
    prices, overrides, transfers, opening = ((todo / f"{name}.csv").read_text() for name in names)
    assert "2024-02-01,SOL,,USD," in prices
    (todo / "prices.csv").write_text(prices.replace(",SOL,,", ",SOL,20,"))
    (todo / "overrides.csv").write_text(overrides.replace("d,,,,,", "d,deposit,,4000,2023-05-01,"))
    (todo / "transfers.csv").write_text(transfers.replace("w,,", "w,late,"))
    (todo / "opening_lots.csv").write_text(opening.replace("ADA,3,,,", "ADA,3,1,2023-04-01,"))
    done = run(tmp_path, "check", "h.csv", "todo", "--format", "json")
    assert (done.code, done.json["gaps"]) == (0, [])
