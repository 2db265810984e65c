"""The journal of lot identifications, as bytes: what was recorded, when, and the proof that nothing was changed since.

One record is one line of JSON. `previous` is the SHA-256 of the line before it (64 zeros in the first), `check` the SHA-256 of the
rest of its own line: so a line that was changed, removed or moved breaks the chain, and the first such line can be named. What no
chain can show is a journal rewritten as a whole, or one whose last lines were cut off: for that its last hash is kept elsewhere.

A crash while a line is being written leaves a torn one at the end. It stays, closed by ` (torn)`, and the next record holds its hash.
Reading and writing of the file itself is the caller's (`files.append`); nothing here knows the clock.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

import msgspec

from taxlots import exact

FILE = "identifications.jsonl"
FIRST = "0" * 64
_TORN = b" (torn)"
_LINE = re.compile(rb'(\{.*),"check":"([0-9a-f]{64})"\}')


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A lot and how much of it (None: whatever it holds), with what else makes it known to a broker."""

    lot_id: str
    quantity: str | None = None
    acquired: str | None = None
    basis: str | None = None


class Sale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="sale"):
    """The lots of one sale, which is named by its transaction (`sale`) or by its planned time or day (`at`)."""

    account: str
    asset: str
    lots: tuple[Part, ...]
    sale: str | None = None
    at: str | None = None
    attested: str | None = None
    told: str | None = None
    note: str | None = None


class Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="standing"):
    """An order of lots for all sales from a time on; without account or asset for all of them.

    `lots` is the sequence that min-tax came to when it was recorded, `grounds` what it was computed from.
    """

    method: str
    start: str = msgspec.field(name="from")
    until: str | None = None
    account: str | None = None
    asset: str | None = None
    lots: tuple[Part, ...] = ()
    grounds: dict[str, str] = {}
    attested: str | None = None
    told: str | None = None
    note: str | None = None


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="told"):
    """That the broker was sent the identification of an earlier line, and how."""

    line: int
    told: str


Content = Sale | Standing | Told


class _Envelope(msgspec.Struct, frozen=True):
    time: str
    previous: str
    content: Content
    torn: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One proven line: its number in the file, its hash, when it was made, and what it says."""

    line: int
    sha256: str
    made: datetime
    content: Content

    @property
    def label(self) -> str:
        """How a disposal names the record that decided it."""
        return f"record {self.line} ({self.sha256[:12]})"


@dataclass(frozen=True, slots=True)
class Break:
    """The first line that does not follow from those before it, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal's bytes come to: the records before any break, torn lines, and the break."""

    records: tuple[Record, ...] = ()
    torn: tuple[int, ...] = ()
    broken: Break | None = None
    last: str = FIRST
    open_end: bytes = b""
    pending: bytes = b""


def read(data: bytes) -> Journal:
    """The records of a journal, as far as its chain holds. Never raises: a break is part of the result."""
    reader = _Reader()
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        last = number == len(lines)
        if last and not line:
            break
        if not reader.take(number, line, closed=not last):
            break
    return reader.journal(lines[-1])


class _Reader:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.torn: list[int] = []
        self.pending: list[bytes] = []
        self.previous = FIRST
        self.broken: Break | None = None

    def take(self, number: int, line: bytes, *, closed: bool) -> bool:
        """One line; False where the chain breaks. Only the end of the file, or a line closed as torn, may be no record."""
        match = _LINE.fullmatch(line)
        if match is None and (not closed or line.endswith(_TORN)):
            self.pending.append(line)
            self.torn.append(number)
            return True
        why = self.refused(line, match)
        if why:
            self.broken = Break(number, why)
            return False
        self.records.append(_record(number, line))
        self.previous = sha256(line).hexdigest()
        self.pending = []
        return True

    def refused(self, line: bytes, match: re.Match[bytes] | None) -> str:
        """Why a line is no record that follows from those before it; empty where it is."""
        if match is None:
            return "it is no record of this journal"
        if sha256(match[1] + b"}").hexdigest() != match[2].decode():
            return "its content does not have the hash that was written with it: it was changed"
        try:
            return self.out_of_place(_decoded(line), _record(0, line).made)
        except (msgspec.DecodeError, ValueError, ArithmeticError) as error:
            return f"it is no record that this version knows: {error}"

    def out_of_place(self, envelope: _Envelope, made: datetime) -> str:
        """Why a whole line does not follow from those before it."""
        if envelope.previous != self.previous:
            return "it does not follow from the line before it: a line was changed, removed, added or moved"
        if envelope.torn != (_hash(self.pending) if self.pending else None):
            return "the torn lines before it are not those that were there when it was written"
        if self.records and made < self.records[-1].made:
            return f"its time {made.isoformat()} is earlier than that of the record before it"
        return ""

    def journal(self, end: bytes) -> Journal:
        """All that was read; `end` is what follows the last line end."""
        pending = b"\n".join(self.pending)
        return Journal(tuple(self.records), tuple(self.torn), self.broken, self.previous, end, pending)


def compose(data: bytes, contents: Sequence[Content], now: datetime) -> bytes:
    """What has to be added to a journal's bytes so that it holds further records, made `now`.

    Raises:
        ValueError: the chain of the present content is broken, or `now` is before its last record.
    """
    journal = read(data)
    if journal.broken:
        raise ValueError(f"line {journal.broken.line}: {journal.broken.why}")
    if journal.records and now < journal.records[-1].made:
        made = journal.records[-1].made.isoformat()
        raise ValueError(f"the clock says {now.isoformat()}, but the last record was made at {made}")
    added, torn, previous = b"", None, journal.last
    if journal.open_end:
        added = b"\n" if journal.open_end != journal.pending.rpartition(b"\n")[2] else _TORN + b"\n"
    if journal.pending:
        closed = journal.pending + (_TORN if added else b"")
        torn = sha256(closed).hexdigest()
    for content in contents:
        line = _line(_Envelope(time=_stamp(now), previous=previous, content=content, torn=torn))
        added, previous, torn = added + line + b"\n", sha256(line).hexdigest(), None
    return added


def _line(envelope: _Envelope) -> bytes:
    """The line's bytes: time first, then what the record says, then the chain."""
    fields = {"time": envelope.time} | msgspec.to_builtins(envelope.content) | {"previous": envelope.previous}
    if envelope.torn:
        fields["torn"] = envelope.torn
    body = msgspec.json.encode(fields)
    return body[:-1] + b',"check":"' + sha256(body).hexdigest().encode() + b'"}'


def _decoded(line: bytes) -> _Envelope:
    fields = msgspec.json.decode(line)
    chain = {name: fields.pop(name, None) for name in ("time", "previous", "torn")}
    fields.pop("check")
    return msgspec.convert(chain | {"content": fields}, _Envelope)


def _record(number: int, line: bytes) -> Record:
    envelope = _decoded(line)
    content = envelope.content
    _check(content)
    return Record(number, sha256(line).hexdigest(), moment(envelope.time), content)


def _check(content: Content) -> None:
    """Times are times, quantities are numbers above 0. Raises ValueError, ArithmeticError."""
    if isinstance(content, Told):
        return
    for part in content.lots:
        if part.quantity is not None and quantity_units(part.quantity) <= 0:
            raise ValueError(f"{part.quantity} of {part.lot_id} is not above 0")
    if isinstance(content, Standing):
        moment(content.start)
        if content.until is not None and moment(content.until) <= moment(content.start):
            raise ValueError("the order ends before it begins")
    elif content.at is not None:
        day_or_moment(content.at)


def _hash(pending: Sequence[bytes]) -> str:
    return sha256(b"\n".join(pending)).hexdigest()


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A time of the journal, in UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return found.astimezone(UTC)


def day_or_moment(text: str) -> date | datetime:
    """When a sale is planned: a day, or a time in UTC. Raises ValueError."""
    return moment(text) if "T" in text else date.fromisoformat(text)


def quantity_units(text: str) -> int:
    """A quantity of the journal in units. Raises ValueError, ArithmeticError (out of range)."""
    return exact.to_units(exact.parse(text))


def written(when: datetime) -> str:
    """A time as the journal holds it: UTC, seconds or finer."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
