"""A million rows that fail alike are a thousand problems and a count; each row keeps its fate."""

from taxlots.importers.findings import LIMIT_TOLD, Findings
from taxlots.importers.read import read
from taxlots.problems import problem

from support import folder

HEADER = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,note\n"


def _found(code, rows, file="a.csv"):
    return [problem(code, f"cause {row}", file=file, row=row) for row in rows]


def test_beyond_the_limit_problems_are_counted():
    """1,000 + 3 of one code become 1,000 and one that counts 3; another code and another file have their own thousand."""
    findings = Findings(_found("ROW_INVALID", range(2, LIMIT_TOLD + 5)))
    findings += _found("TIME_INVALID", [7]) + _found("ROW_INVALID", [9], "b.csv")
    findings.tell_counts()
    assert len(findings) == LIMIT_TOLD + 2 + 1
    last = findings[-1]
    # the rows 2 to 1001 are told, 1002 is the first of the rest, 1004 the last
    assert (last.code, last.row, last.message) == (
        "ROW_INVALID",
        1002,
        "3 more rows to row 1004 have problems of this kind, the first: cause 1002",
    )


def test_counts_add_up():
    """A list of problems that is added to another brings what it counted: 2 + 1,000 + 1 of which the first 1,000 are kept."""
    findings = Findings(_found("ROW_INVALID", [2, 3]))
    findings.extend(Findings(_found("ROW_INVALID", range(4, LIMIT_TOLD + 5))))
    findings.tell_counts()
    assert len(findings) == LIMIT_TOLD + 1
    assert findings[-1].message.startswith("3 more rows to row 1004 ")


def test_one_more_is_told_itself():
    """A single problem beyond the limit needs no count, and problems without a row are never counted."""
    findings = Findings(_found("ROW_INVALID", range(2, LIMIT_TOLD + 3)))
    findings += [problem("SETTING_UNUSED", "a")] * (LIMIT_TOLD + 5)
    findings.tell_counts()
    assert [p.message for p in findings if p.row == LIMIT_TOLD + 2] == [f"cause {LIMIT_TOLD + 2}"]
    assert sum(p.code == "SETTING_UNUSED" for p in findings) == LIMIT_TOLD + 5


def test_every_row_keeps_its_fate(tmp_path):
    """5,000 rows of an unknown kind: all unusable, in 1,000 problems and one for the other 4,000; read by column and row by row."""
    for note in ("", "x" * 60):  # 0.2 and 0.5 MB
        rows = "".join(f"2024-01-01T00:00:00Z,desk,byy,1,USD,1,BTC,{note}{n}\n" for n in range(5000))
        imported = read([folder(tmp_path / str(len(note)), {"a.csv": (HEADER + rows).encode()})])
        assert (imported.files[0].rows, len(imported.unusable), len(imported.problems)) == (5000, 5000, 1001)
        assert imported.problems[-1].message.startswith("4000 more rows to row 5001 ")
