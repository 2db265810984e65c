"""`taxlots impact` from the command line: the worked case of its page, own policies, and what can't be had."""

import re
from pathlib import Path

import pytest

from support import folder, run

PAGE = (Path(__file__).parents[2] / "docs" / "impact.md").read_text()
CASE = ("impact", "ledger.csv", "--prices", "prices.csv", "--as-of", "2024-12-31")


def case(home, more=""):
    """The worked case, with more settings."""
    _, settings = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    ledger, prices = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    folder(home, {"taxlots.toml": settings + more, "ledger.csv": ledger, "prices.csv": prices})


def policies(home, *args):
    """The figures by policy, in the answer's order."""
    ran = run(home, *CASE, "--from", "2023-01-03", *args, "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.json["schema"] == "taxlots.impact/1"
    return {one["name"]: one for one in ran.json["policies"]}


def test_the_worked_case(tmp_path):
    case(tmp_path)
    found = policies(tmp_path, "--policy", "yearly")
    lines = [line for line in PAGE.splitlines() if line.startswith(("| policy | end_value", "| yearly | 2", "| buy-and-hold | 2"))]
    names, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert list(found) == [row[0] for row in rows]
    for row in rows:
        for name, told in zip(names[1:], row[1:], strict=True):
            value = found[row[0]][name]
            assert float(value) == pytest.approx(float(told), abs=1e-6), (row[0], name)
    assert found["yearly"]["taxes"] == {"2023": "0", "2024": "375"}
    assert found["yearly"]["cost_share"] == pytest.approx(0.15)


def test_ones_own_policy_and_all_of_the_table(tmp_path):
    """Without `--policy` all are there; the page's own example looks each quarter."""
    own, _ = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    case(tmp_path, own)
    found = policies(tmp_path)
    assert set(found) == {"buy-and-hold", "once", "careful", "yearly", "quarterly", "bands", "no-short-gains", "zero-tax"}
    # 20,000 of 30,000 are 66.7 %; then 75 x 150 of 26,250 are 42.9 %
    assert [(step["date"], step["why"]) for step in found["careful"]["steps"]] == [
        ("2024-01-02", "A was 16.7 points from its target"),
        ("2024-12-31", "A was 7.1 points from its target"),
    ]


def test_a_terminal_shows_the_comparison_and_each_step(tmp_path):
    case(tmp_path)
    ran = run(tmp_path, *CASE, "--from", "2023-01-03", "--policy", "yearly")
    assert ran.code == 0
    assert "25,312.50" in ran.out
    assert "the first day of a year" in ran.out


@pytest.mark.parametrize(
    ("args", "more", "said"),
    [
        (("--from", "2024-12-31"), "", "is not before"),
        (("--from", "soon"), "", "is no date"),
        (("--from", "2021-01-04"), "", "nothing was held on 2021-01-04"),
        (("--from", "2024-03-01"), "", "days with a price of every asset from 2024-03-01 on: 1"),
        (("--from", "2023-01-03", "--policy", "weekly"), "", "there is no policy 'weekly'"),
        (("--from", "2023-01-03", "--cash", "-5"), "", "--cash"),
        (("--from", "2023-01-03"), '[policies.x]\nalternative = "defer"\n', "is no plan of one day"),
        (("--from", "2023-01-03"), "[policies.x]\ndrift = 0.05\noutside_bands = true\n", "two limits of drift"),
        (("--from", "2023-01-03"), '[policies.x]\nevery = "fortnight"\n', "fortnight"),
    ],
)
def test_what_cannot_be_answered_says_why(tmp_path, args, more, said):
    case(tmp_path, more)
    ran = run(tmp_path, *CASE, *args)
    assert ran.code == 2
    assert said in ran.err


def test_without_targets_there_is_nothing_to_follow(tmp_path):
    case(tmp_path)
    settings = (tmp_path / "taxlots.toml").read_text().partition("[targets]")[0]
    (tmp_path / "taxlots.toml").write_text(settings)
    ran = run(tmp_path, *CASE, "--from", "2023-01-03")
    assert ran.code == 2
    assert "no targets" in ran.err
