"""No command ever shows a traceback: wrong usage ends with 2 and one message, bad data with 1 and a place."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import HEADER, assert_rows_add_up, folder, run, tx, universal

GOOD = universal(tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH"))
USAGE = {
    "no command that is known": ("frobnicate",),
    "no paths": ("check",),
    "unknown option": ("check", "a.csv", "--frob"),
    "unknown format": ("check", "a.csv", "--format", "yaml"),
    "year that is no number": ("gains", "a.csv", "--year", "soon"),
    "unknown method": ("gains", "a.csv", "--method", "random"),
    "unknown pool": ("gains", "a.csv", "--pool", "world"),
    "unknown jurisdiction": ("gains", "a.csv", "--jurisdiction", "mars"),
    "unknown zone": ("gains", "a.csv", "--timezone", "Mars/Olympus"),
    "zone that is a path": ("gains", "a.csv", "--timezone", "../../etc/passwd"),
    "date that is none": ("gains", "a.csv", "--as-of", "2024-02-30"),
    "date with two readings": ("gains", "a.csv", "--as-of", "01/02/2024"),
    "date that is text": ("gains", "a.csv", "--as-of", "soon"),
    "date in the year 1": ("gains", "a.csv", "--as-of", "0001-01-01"),
    "impossible offset": ("gains", "a.csv", "--as-of", "2024-01-01T00:00:00+25:00"),
    "settings that are missing": ("gains", "a.csv", "--config", "nowhere.toml"),
    "settings that are a folder": ("gains", "a.csv", "--config", "."),
    "prices that are missing": ("gains", "a.csv", "--prices", "nowhere.csv"),
    "tax without a year": ("tax", "a.csv"),
    "tax of an unknown year": ("tax", "a.csv", "--year", "1850"),
    "rebalance without targets": ("rebalance", "a.csv"),
    "output into nowhere": ("lots", "a.csv", "-o", "no/such/folder/x.json"),
    "output onto a folder": ("lots", "a.csv", "-o", "."),
    "report into nowhere": ("report", "a.csv", "-o", "no/such/folder/x.xlsx"),
    "unknown problem code": ("explain", "NO_SUCH_CODE"),
    "unknown rule": ("rules", "no-such-rule"),
}
MESSY = [
    "",
    "x",
    "0",
    "-1",
    "1e400",
    "NaN",
    "１２",
    "2024-01-05",
    "0001-01-01T00:00:00+00:00",
    "2024-02-30",
    '"',
    '"a\nb"',
    "=1+1",
    "USD",
    "ETH",
    "buy",
    "swap",
    "transfer",
    "split",
    "convert",
    "fee",
    "\x85",
    "'",
    "kraken",
]


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_ends_with_2(tmp_path, case):
    """Exit code 2, nothing on stdout, a message on stderr that is neither a traceback nor a fault of the program."""
    folder(tmp_path, {"a.csv": GOOD})
    ran = run(tmp_path, *USAGE[case])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert "error INTERNAL_FAULT" not in ran.err


@pytest.mark.parametrize("command", ["check", "ledger", "lots", "gains", "income", "harvest", "report"])
@pytest.mark.parametrize("content", ["", "what,is,this\n1,2,3\n", HEADER, f"{HEADER}\nnever,x\n", "\x00\x01"])
def test_every_command_on_a_hopeless_file(tmp_path, command, content):
    """An empty, foreign, headed-only, cut-off or binary file: a result, exit code 0 or 1, no traceback."""
    folder(tmp_path, {"a.csv": content})
    ran = run(tmp_path, command, "a.csv", "--as-of", "2026-06-30", *(["-o", "x.xlsx"] if command == "report" else []))
    assert ran.code == (0 if content == HEADER else 1), ran.err
    assert "error INTERNAL_FAULT" not in ran.err


@pytest.mark.parametrize("command", ["lots", "gains", "income", "tax"])
def test_every_kind_at_once(tmp_path, command):
    """A file with every kind, most of it uncovered: no traceback from any command."""
    from taxlots.kinds import KINDS

    legs = {"sent": "2 BTC", "received": "3 ETH", "fee": "0.1 SOL"}
    rows = []
    for n, (kind, spec) in enumerate(KINDS.items()):
        sides = {side: legs[side] for side in spec.needs}
        if kind == "transfer":
            sides |= {"counter_account": "ledger"}
        rows.append(tx(f"2024-01-{n % 28 + 1:02}T12:00:00Z", kind, value="10", fee_value="1", **sides))
    folder(tmp_path, universal(*rows))
    ran = run(tmp_path, command, "ledger.csv", "--format", "json", *(["--year", "2024"] if command == "tax" else []))
    assert "error INTERNAL_FAULT" not in ran.err
    assert ran.json["problems"]


cells = st.sampled_from(MESSY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.lists(cells, max_size=21).map(",".join), max_size=6))
def test_any_cells_at_all(tmp_path, lines):
    """Whatever stands under the universal header: check answers, and every row has one fate."""
    folder(tmp_path, {"a.csv": "\n".join((HEADER, *lines))})
    ran = run(tmp_path, "check", "a.csv", "--format", "json")
    assert "error INTERNAL_FAULT" not in ran.err
    assert_rows_add_up(ran.json)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.binary(max_size=300)
    | st.binary(max_size=60).map(lambda data: b"PK\x03\x04" + data)
    | st.binary(max_size=60).map(lambda data: b"\x1f\x8b" + data)
)
def test_any_bytes_at_all(tmp_path, data):
    """Whatever a file holds: check answers, and the file is listed."""
    folder(tmp_path, {"a.csv": data})
    ran = run(tmp_path, "check", "a.csv", "--format", "json")
    assert "error INTERNAL_FAULT" not in ran.err
    assert [file["file"] for file in ran.json["files"]] == ["a.csv"]


def test_a_folder_without_files_is_no_year_without_gains(tmp_path):
    (tmp_path / "exports").mkdir()
    ran = run(tmp_path, "gains", "exports", "--format", "json")
    assert ran.code == 1
    assert [problem["code"] for problem in ran.json["problems"]] == ["NO_EXPORTS"]
