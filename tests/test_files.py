"""Safe writing: the old file or the whole new one, never half of it."""

import os

import pytest
from taxlots.files import write_bytes, write_text
from taxlots.problems import TaxlotsError


def test_writes_and_replaces(tmp_path):
    """The target holds the new content, with line ends as given, and nothing else is left in the folder."""
    target = tmp_path / "out.csv"
    write_text(target, "old\n")
    write_text(target, "é\r\nnew\n")
    assert target.read_bytes() == "é\r\nnew\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_others_may_read_the_result(tmp_path):
    """A temporary file is private; the written one has ordinary permissions."""
    write_bytes(tmp_path / "out", b"x")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["missing/out.csv", "file/out.csv"])
def test_a_folder_that_can_not_take_it_is_wrong_usage(tmp_path, name):
    """A missing folder, or a file in its place: an error with a next step."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(TaxlotsError, match="can't write") as caught:
        write_text(tmp_path / name, "x")
    assert caught.value.problem.hint


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    """Writing over a folder fails, leaves it alone, and leaves no temporary file."""
    (tmp_path / "out").mkdir()
    with pytest.raises(TaxlotsError, match="can't write"):
        write_text(tmp_path / "out", "x")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """Where the disk is full, the old content stays and no half file remains."""
    target = tmp_path / "out.csv"
    write_text(target, "old\n")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TaxlotsError, match="No space left"):
        write_text(target, "new\n")
    assert target.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
