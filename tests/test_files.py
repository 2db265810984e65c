"""Safe writing: the old file or the whole new one, never half of it."""

import os
import subprocess
import sys

import pytest
from taxlots.files import append, write_bytes, write_text
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


def test_append_adds_to_what_is_there(tmp_path):
    """The present content is given, what comes of it is added, and the file is made where there is none."""
    path = tmp_path / "journal"
    append(path, lambda data: data + b"one\n")
    append(path, lambda data: b"two after " + data)
    assert path.read_bytes() == b"one\ntwo after one\n"


def test_append_is_on_the_disk_before_it_returns(tmp_path, monkeypatch):
    """The file is synced after the last byte, then its folder."""
    synced = []

    def fsync(handle):
        synced.append((os.fstat(handle).st_ino, (tmp_path / "journal").stat().st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    append(tmp_path / "journal", lambda _: b"12345")
    assert synced == [((tmp_path / "journal").stat().st_ino, 5), (tmp_path.stat().st_ino, 5)]


def test_append_writes_the_rest_where_the_system_takes_a_part(tmp_path, monkeypatch):
    """A write may take fewer bytes than given."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
    append(tmp_path / "journal", lambda _: b"0123456789")
    assert (tmp_path / "journal").read_bytes() == b"0123456789"


def test_append_tells_a_full_disk(tmp_path, monkeypatch):
    """What was written before stays: the reader sees a torn end."""

    def full(_handle, _data):
        raise OSError(28, "No space left on device")

    append(tmp_path / "journal", lambda _: b"one\n")
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(TaxlotsError, match="No space left"):
        append(tmp_path / "journal", lambda _: b"two\n")
    assert (tmp_path / "journal").read_bytes() == b"one\n"


def test_a_second_writer_is_kept_out(tmp_path):
    """While one composes, another one fails after its patience and adds nothing; after it, it may."""

    def meanwhile(_data: bytes) -> bytes:
        with pytest.raises(TaxlotsError, match="being written by another run"):
            append(tmp_path / "journal", lambda _: b"second\n", patience=0)
        return b"first\n"

    append(tmp_path / "journal", meanwhile)
    append(tmp_path / "journal", lambda _: b"second\n", patience=0)
    assert (tmp_path / "journal").read_bytes() == b"first\nsecond\n"


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    """Four processes, ten lines each, every one numbered by what it found."""
    code = (
        "import sys; from pathlib import Path; from taxlots.files import append\n"
        "for _ in range(10): append(Path(sys.argv[1]), lambda data: b'%d\\n' % data.count(b'\\n'), patience=60)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "journal")]) for _ in range(4)]
    assert [run.wait(120) for run in runs] == [0] * 4
    assert (tmp_path / "journal").read_text().split() == [str(n) for n in range(40)]


def test_append_where_there_is_no_folder_is_wrong_usage(tmp_path):
    """An error with a next step."""
    with pytest.raises(TaxlotsError, match="can't write"):
        append(tmp_path / "missing" / "journal", lambda _: b"x")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_takes_the_bytes_and_stays_one(tmp_path):
    """As a device does: a rename over it would put a plain file in its place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_bytes(pipe, b"content")
    assert pipe.is_fifo()
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
