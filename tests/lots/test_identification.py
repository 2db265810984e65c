"""The journal: what a crash or a change of any byte leaves, and what is told of it."""

import json
from hashlib import sha256

import pytest
from journals import at, sale, standing, written
from taxlots.lots.identification import FIRST, Told, compose, read

RECORDS = [
    ("2026-11-01T09:00:00", standing("hifo", "2026-11-01T09:00:00Z")),
    ("2026-11-02T09:00:00", sale("s1", "b1=0.5,b2=0.25", note='Zürich, "quoted"')),
    ("2026-11-03T09:00:00", Told(2, "message 17")),
]
DATA = written(*RECORDS)
LINES = DATA.splitlines(keepends=True)
NEXT = standing("fifo", "2026-12-01T00:00:00Z")
LATER = at("2026-11-04T09:00:00")


def contents(data: bytes):
    return [record.content for record in read(data).records]


def test_what_was_written_is_read():
    """Contents, times and lines come back, and the chain holds."""
    journal = read(DATA)
    assert contents(DATA) == [content for _, content in RECORDS]
    assert [record.made for record in journal.records] == [at(time) for time, _ in RECORDS]
    assert [record.line for record in journal.records] == [1, 2, 3]
    assert (journal.broken, journal.torn) == (None, ())


def test_the_chain_can_be_followed_without_this_program():
    """`previous` is the SHA-256 of the line before, without its line end; numbers are strings."""
    previous = FIRST
    for line in DATA.splitlines():
        assert json.loads(line)["previous"] == previous
        previous = sha256(line).hexdigest()
    assert read(DATA).last == previous
    assert json.loads(LINES[1])["lots"] == [{"lot_id": "b1", "quantity": "0.5"}, {"lot_id": "b2", "quantity": "0.25"}]


def test_an_empty_journal():
    """No bytes are a whole journal without records."""
    assert (read(b"").records, read(b"").broken) == ((), None)


@pytest.mark.parametrize("kept", range(len(LINES[2])))
def test_a_crash_at_every_byte_of_the_last_line(kept):
    """The lines before stay; the torn one is told and kept; the next record follows and the chain holds.

    All of the line without its line end is a whole record: nothing of it is missing.
    """
    torn = DATA[: len(LINES[0]) + len(LINES[1]) + kept]
    journal = read(torn)
    whole = kept == len(LINES[2]) - 1
    assert len(journal.records) == (3 if whole else 2)
    assert journal.broken is None
    assert journal.torn == (() if whole or not kept else (3,))
    further = torn + compose(torn, [NEXT], LATER)
    assert further.startswith(torn)
    assert read(further).broken is None
    assert contents(further) == [*contents(torn), NEXT]
    assert read(further).pending == b""


@pytest.mark.parametrize("first", [1, 40, 150])
@pytest.mark.parametrize("kept", [1, 5, 8, 9, 60])
def test_a_second_crash_while_going_on_after_the_first(first, kept):
    """Torn lines may follow each other; the record after them vouches for all."""
    torn = LINES[0] + LINES[1][:first]
    again = torn + compose(torn, [NEXT], LATER)[:kept]
    further = again + compose(again, [NEXT], LATER)
    assert contents(further) == [RECORDS[0][1], NEXT]
    assert read(further).broken is None
    assert further.startswith(again)


def test_zeros_after_a_power_cut_are_a_torn_line():
    """Some file systems fill a block with zeros."""
    assert read(DATA + b"\0" * 100).torn == (4,)
    assert len(read(DATA + b"\0" * 100).records) == 3


@pytest.mark.parametrize("line", range(3))
def test_a_change_of_any_byte_names_its_line(line):
    """Whatever byte of a line is changed: that line breaks the chain, and the ones before it still count."""
    start = sum(map(len, LINES[:line]))
    for place in range(start, start + len(LINES[line]) - 1):
        changed = DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]
        journal = read(changed)
        assert journal.broken is not None, place
        assert journal.broken.line == line + 1, place
        assert len(journal.records) == line


def test_a_torn_line_may_not_be_changed_either():
    """The record after it holds its hash."""
    torn = DATA + LINES[0][:50]
    whole = torn + compose(torn, [NEXT], LATER)
    assert read(whole).broken is None
    changed = whole.replace(LINES[0][:50] + b" (torn)", LINES[0][:49] + b" (torn)")
    assert read(changed).broken.line == 5


@pytest.mark.parametrize(
    ("order", "line"), [((1, 2), 1), ((0, 2), 2), ((1, 0, 2), 1), ((0, 2, 1), 2), ((0, 0, 1, 2), 2), ((0, 1, 1, 2), 3)]
)
def test_lines_removed_moved_or_repeated(order, line):
    """The first line that does not follow from the one before it is named."""
    assert read(b"".join(LINES[place] for place in order)).broken.line == line


def test_a_line_that_is_no_record_breaks_the_chain():
    """Only the end of the file can be torn."""
    assert read(LINES[0] + b"hello\n" + LINES[1]).broken.line == 2
    assert read(DATA + b"hello\n").broken.line == 4
    assert read(LINES[0] + b"\n" + LINES[1]).broken.line == 2


def test_a_removed_end_shows_only_beside_a_hash_kept_elsewhere():
    """Two of three lines are a whole journal; but the last hash is another one."""
    cut = b"".join(LINES[:2])
    assert read(cut).broken is None
    assert read(DATA).last not in {record.sha256 for record in read(cut).records}


def test_no_record_is_added_to_a_broken_journal_or_before_its_last():
    """Neither backdating by the clock nor covering up a change."""
    with pytest.raises(ValueError, match="line 1"):
        compose(LINES[1], [NEXT], LATER)
    with pytest.raises(ValueError, match="clock"):
        compose(DATA, [NEXT], at("2026-11-03T08:59:59"))


@pytest.mark.parametrize(
    "content",
    [
        sale("s1", "b1=0"),
        sale("s1", "b1=x"),
        sale("s1", "b1=1e40"),
        sale("2026-13-01", "b1=1"),
        standing("hifo", "2026-11-01T09:00:00"),
        standing("hifo", "2026-11-01T09:00:00Z", until="2026-11-01T09:00:00Z"),
    ],
)
def test_a_hand_made_record_that_makes_no_sense_is_none(content):
    """Its hashes may be right: quantities above 0 and times with an offset are needed all the same."""
    data = LINES[0] + compose(LINES[0], [content], LATER)
    assert read(data).broken.line == 2
