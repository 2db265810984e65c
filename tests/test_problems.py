"""Problems: the catalogue is complete, and a problem says where, why and what next."""

import re

import pytest
from taxlots.problems import Severity, TaxlotsError, catalogue, has_errors, problem


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_code_is_explained(code):
    """Title, meaning and a next step, each a sentence."""
    kind = catalogue()[code]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", code)
    assert kind.title.strip()
    assert kind.meaning.endswith(".")
    assert kind.remedy.endswith((".", ")"))


def test_severity_comes_from_the_catalogue():
    """An unpaired deposit is an error, an unpaired withdrawal a warning, an unused column an info."""
    found = [problem(code, "x").severity for code in ("DEPOSIT_UNPAIRED", "WITHDRAWAL_UNPAIRED", "HEADER_EXTRA")]
    assert found == [Severity.ERROR, Severity.WARNING, Severity.INFO]


def test_the_hint_defaults_to_the_remedy():
    """Without a hint of its own a problem gives the catalogue's next step."""
    assert problem("FILE_EMPTY", "x").hint == catalogue()["FILE_EMPTY"].remedy
    assert problem("FILE_EMPTY", "x", "do this").hint == "do this"


def test_an_unknown_code_is_a_mistake_of_the_program():
    """A code that is not catalogued raises KeyError, it is not made up."""
    with pytest.raises(KeyError):
        problem("NO_SUCH_CODE", "x")


@pytest.mark.parametrize(("file", "row", "shown"), [("a.csv", 3, "a.csv:3"), ("a.csv", None, "a.csv"), (None, None, "")])
def test_where(file, row, shown):
    """File and row, file alone, or nothing."""
    assert problem("FILE_EMPTY", "x", file=file, row=row).where() == shown


def test_json_form():
    """The keys of the contract, in its order."""
    found = problem("FILE_EMPTY", "no content", "again", file="a.csv", row=1).as_dict()
    assert found == {"code": "FILE_EMPTY", "severity": "error", "message": "no content", "hint": "again", "file": "a.csv", "row": 1}
    assert list(found) == ["code", "severity", "message", "hint", "file", "row"]


def test_only_errors_make_a_result_incomplete():
    """Warnings and infos do not."""
    mild = [problem("WITHDRAWAL_UNPAIRED", "x"), problem("HEADER_EXTRA", "x")]
    assert not has_errors(mild)
    assert has_errors([*mild, problem("FILE_EMPTY", "x")])


def test_the_exception_carries_its_problem():
    """Wrong usage is an exception whose text is the problem's message."""
    error = TaxlotsError(problem("USAGE", "there are no targets"))
    assert str(error) == "there are no targets"
    assert error.problem.code == "USAGE"
