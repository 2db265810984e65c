"""What importers read and what they hand on: tables of text in, transactions and row fates out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from taxlots.importers.findings import Findings
from taxlots.importers.spellings import spelling
from taxlots.problems import problem

Source = tuple[str, int]


class RowError(Exception):
    """A row can't be used: becomes a Problem at the row's file and line."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        """Code of the catalogue, cause with its values, next step (None: the catalogue's)."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class NotBookedError(RowError):
    """A row of a position that holdings can't represent. All rows of one become one Problem (see `positions`)."""

    def __init__(  # noqa: PLR0913  what a position is called by
        self,
        what: str,
        instrument: str = "",
        account: str = "",
        hint: str | None = None,
        time: datetime | None = None,
        *,
        currency: str = "",
        told_in: str = "",
        told_beside: bool = False,
        ends_in_a_result: bool = True,
    ) -> None:
        """What it is in a few words; what is left out, as the account, the time and the currency, is taken from the row or its layout.

        The next step is the hint, and where the position `ends_in_a_result` the lines that say which. `told_in` is the layout whose
        rows state the results of such positions, `told_beside` that other rows of the export may; where they do so at that time, the
        row is no fault.
        """
        super().__init__("KIND_NOT_BOOKED", f"{what} {instrument} is not booked in this version", hint)
        self.what = what
        self.instrument = instrument
        self.account = account
        self.time = time
        self.currency = currency
        self.told_in = told_in
        self.told_beside = told_beside
        self.ends_in_a_result = ends_in_a_result


@dataclass(frozen=True, slots=True)
class Row:
    """One data row as text. `number` is its first line in the file (in a spreadsheet, its row)."""

    file: str
    number: int
    cells: dict[str, str]

    @property
    def source(self) -> Source:
        """File and row, for provenance."""
        return (self.file, self.number)

    def text(self, column: str) -> str:
        """The cell without surrounding blanks; empty where the column is missing. The case of its name does not matter."""
        cell = self.cells.get(column)
        if cell is None:
            cell = self.cells.get(spelling(self.cells, column) or "", "") if column else ""
        return cell.strip()

    def has(self, column: str) -> bool:
        """Whether the row has the column, whatever the case of its name."""
        return column in self.cells or spelling(self.cells, column) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """A header with the rows under it, as found in one file (or one sheet of it)."""

    file: str
    sha256: str
    header: tuple[str, ...]
    header_row: int
    preamble: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]

    def has(self, column: str) -> bool:
        """Whether the header has the column, whatever the case of its name."""
        return spelling(self.header, column) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One thing that happened in one account, in the terms of the universal ledger. Quantities are positive.

    `id` is the platform's own id where it gives one; empty, it is made from the content. `date_only` says that the export
    gives no time of day, so that overlapping exports of another era are compared by date. `lesser` says that another export of the
    platform tells the same under the same id, and more exactly: where that is there, it alone counts, whatever this one says.
    """

    time: datetime
    account: str
    kind: str
    sources: tuple[Source, ...]
    sent_quantity: Decimal | None = None
    sent_asset: str | None = None
    received_quantity: Decimal | None = None
    received_asset: str | None = None
    fee_quantity: Decimal | None = None
    fee_asset: str | None = None
    fee_value: Decimal | None = None
    value: Decimal | None = None
    value_currency: str | None = None
    counter_account: str | None = None
    id: str = ""
    txid: str | None = None
    note: str | None = None
    basis: Decimal | None = None
    acquired: datetime | None = None
    holding_starts: date | None = None
    asset_class: str | None = None
    date_only: bool = False
    lesser: bool = False


@dataclass(frozen=True, slots=True)
class ReportedBalance:
    """A balance that an export states after a row, in the platform's own sub-wallet."""

    account: str
    asset: str
    wallet: str
    time: datetime
    quantity: Decimal
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A line of a broker's form: what the broker told the tax office of sales. None where the form says nothing."""

    form: str
    account: str
    asset: str
    units: Decimal
    acquired: date | None
    sold: date
    proceeds: Decimal
    basis: Decimal | None
    basis_reported: bool | None
    covered: bool | None
    source: Source


@dataclass(slots=True)
class Intake:
    """Collects what a layout makes of its rows. Every data row ends in exactly one of the four fates.

    `columns` holds further transactions, those of a large table, as a table of `frames.TRANSACTIONS`.
    `zoneless` are the rows whose time of day has no zone, so that the taxpayer's was assumed. `refused` are the unusable rows of
    positions, until the layout tells each position as one problem; `positions` are then its rows, by the place of that problem.
    """

    transactions: list[Transaction] = field(default_factory=list)
    set_aside: dict[Source, str] = field(default_factory=dict)
    merged: dict[Source, str] = field(default_factory=dict)
    unusable: set[Source] = field(default_factory=set)
    problems: Findings = field(default_factory=Findings)
    balances: list[ReportedBalance] = field(default_factory=list)
    columns: pa.Table | None = None
    form_lines: list[FormLine] = field(default_factory=list)
    zoneless: set[Source] = field(default_factory=set)
    refused: list[tuple[Row, NotBookedError]] = field(default_factory=list)
    positions: dict[Source, frozenset[Source]] = field(default_factory=dict)

    def add(self, transaction: Transaction) -> None:
        """The rows in `sources` became this transaction."""
        self.transactions.append(transaction)

    def leave(self, row: Row, reason: str) -> None:
        """The row is recognised and has no effect on holdings: internal move, pending, totals row."""
        self.set_aside[row.source] = reason

    def merge(self, row: Row, reason: str) -> None:
        """The row says again what another row said."""
        self.merged[row.source] = reason

    def reject(self, row: Row, error: RowError) -> None:
        """The row can't be used; the cause becomes a Problem at its place."""
        self.unusable.add(row.source)
        if isinstance(error, NotBookedError):
            self.refused.append((row, error))
            return
        self.problems.append(problem(error.code, error.message, error.hint, file=row.file, row=row.number))

    def warn(self, row: Row, code: str, message: str, hint: str | None = None) -> None:
        """A Problem at the row, which itself stays usable."""
        self.problems.append(problem(code, message, hint, file=row.file, row=row.number))


def all_rows(tables: Sequence[Table]) -> Iterator[Row]:
    """The rows of several tables, table by table."""
    for table in tables:
        yield from table.rows
