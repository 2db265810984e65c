"""Every override, rule, decided transfer and opening lot is logged: as a Problem of severity info, in JSON, and in the workbook."""

import openpyxl

from support import folder, run, tx, universal

FILES = {
    "ledger.csv": universal(
        tx("2024-01-05T17:00:00Z", "buy", sent="100 USD", received="2 ETH", id="b1"),
        tx("2024-02-05T17:00:00Z", "withdrawal", sent="1 ETH", id="w1"),
        tx("2024-03-05T17:00:00Z", "deposit", account="ledger", received="0.9 ETH", id="d1"),
        tx("2024-04-05T17:00:00Z", "withdrawal", sent="0.1 ETH", id="w2", note="Coffee", value="5"),
        tx("2024-05-05T17:00:00Z", "deposit", received="1 ADA", id="d2"),
    ),
    "transfers.csv": "out_id,in_id\nw1,d1\n",
    "overrides.csv": "id,kind,value,basis,acquired,note\nd2,,,7,2023-01-01,from a friend\n",
    "opening_lots.csv": (
        "account,asset,quantity,basis,acquired,holding_starts,id,note\n"
        "kraken,BTC,0.5,1000.10,2020-01-01,,o1,paper wallet\n"
        "kraken,BTC,0.25,10,2030-01-01,,o2,after the as-of date\n"
    ),
    "taxlots.toml": (
        '[profile]\ntimezone = "UTC"\n[[rule]]\nbecomes = "spend"\nkind = "withdrawal"\nnote = "coffee"\n'
        '[files]\nopening_lots = "opening_lots.csv"\ntransfers = "transfers.csv"\noverrides = "overrides.csv"\n'
    ),
}
LOGGED = {
    ("OVERRIDE_APPLIED", "overrides.csv", 2): "d2 (deposit): basis -> 7, acquired -> 2023-01-01T00:00:00+00:00 (from a friend)",
    ("RULE_APPLIED", None, None): "[[rule]] 1 (kind withdrawal, note coffee -> spend) fits 1 transaction",
    ("TRANSFER_DECIDED", "transfers.csv", 2): "w1 -> d1: 1 ETH from kraken to ledger, sent 2024-02-05",
    ("OPENING_LOT_USED", "opening_lots.csv", 2): "o1: 0.5 BTC in kraken, basis 1000.1, acquired 2020-01-01 (paper wallet)",
}


def test_each_decision_is_a_logged_problem(tmp_path):
    """With its file and row, before and after; an opening lot after the as-of date is not used, so not logged."""
    folder(tmp_path, FILES)
    for command in ("check", "gains", "lots"):
        ran = run(tmp_path, command, "ledger.csv", "--as-of", "2026-01-01", "--format", "json")
        infos = {(p["code"], p["file"], p["row"]): p["message"] for p in ran.json["problems"] if (p["code"], p["file"], p["row"]) in LOGGED}
        assert infos == LOGGED
        assert len([p for p in ran.json["problems"] if p["code"] == "OPENING_LOT_USED"]) == 1


def test_the_workbook_lists_them(tmp_path):
    """Below the problems, each with its sort and place; Methods counts them."""
    folder(tmp_path, FILES)
    run(tmp_path, "report", "ledger.csv", "--as-of", "2026-01-01", "-o", "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    rows = [row for row in book["Problems"].iter_rows(values_only=True) if row[0] in {"override", "rule", "transfer", "opening lot"}]
    assert [row[2] for row in rows] == list(LOGGED.values())
    assert [row[4] for row in rows] == ["overrides.csv:2", "taxlots.toml", "transfers.csv:2", "opening_lots.csv:2"]
    methods = {row[0]: row[1] for row in book["Methods"].iter_rows(values_only=True)}
    assert methods["Opening lots (opening_lots.csv)"] == "1; listed under Problems"
    assert methods["Transfers decided (transfers.csv)"] == "1; listed under Problems"
