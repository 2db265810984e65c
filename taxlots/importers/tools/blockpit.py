"""Blockpit: the export of transactions and the import template.

Fees come on top of the amounts. Both are often saved by a spreadsheet: with semicolons, a decimal comma, dates as day.month.year and
ids cut to a rounded number (`1,55444E+13`), which then identify nothing and are left out. Times are in UTC. The sending and the receiving
side of a transfer are rows of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from taxlots.importers.records import Intake, Row, Source, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import decimal_mark, part, unique_ids, wallet, whole_id
from taxlots.importers.tools.tax_programs import DERIVATIVE, LOAN, MARGIN, RESULT, TRADE, TRANSFER, Entry, Labels, Maker, read_each


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the columns in which the two headers differ."""

    time: str
    kind: str
    source: str
    integration: str
    fee: tuple[str, str]
    id: str
    txid: str
    note: str


_EXPORT = Names(
    "Timestamp", "Transaction Type", "Source Name", "Integration", ("Fee Amount", "Fee Asset"), "Blockpit ID", "Transaction ID", "Note"
)
_TEMPLATE = Names(
    "Date (UTC)",
    "Label",
    "Source Name",
    "Integration Name",
    ("Fee Amount (optional)", "Fee Asset (optional)"),
    "",
    "Trx. ID (optional)",
    "Comment (optional)",
)
_SENT, _RECEIVED = ("Outgoing Amount", "Outgoing Asset"), ("Incoming Amount", "Incoming Asset")
EXPORT = ("Blockpit ID", "Timestamp", "Source Name", "Transaction Type", *_SENT, *_RECEIVED)
TEMPLATE = ("Date (UTC)", "Integration Name", "Label", *_SENT, *_RECEIVED)

_LOANS = dict.fromkeys(("Loan", "Loan repayment", "Collateral"), LOAN)
_POSITIONS = {
    **dict.fromkeys(("Margin trading profit", "Margin trading loss", "Margin trading fee"), MARGIN),
    **dict.fromkeys(("Derivative profit", "Derivative loss", "Derivative fee"), DERIVATIVE),
}
TYPES = Labels(
    both={"Trade": TRADE, "Token swap": "convert", "Token migration": "convert"} | _LOANS | _POSITIONS,
    incoming={
        "Deposit": TRANSFER,
        "Non-taxable in": TRANSFER,
        "Airdrop": "income:airdrop",
        "Bounty": "income:reward",
        "Bounties": "income:reward",
        "Reward": "income:reward",
        "Cashback": "income:reward",
        "Referral": "income:referral",
        "Lending": "income:interest",
        "Interest": "income:interest",
        "Staking": "income:staking",
        "Masternode": "income:staking",
        "Mining": "income:mining",
        "Hard fork": "income:fork",
        "Hardfork": "income:fork",
        "Chain split": "income:fork",
        "Income": "income:other",
        "Gift": "gift-in",
        "Gift received": "gift-in",
        "Margin trading profit": RESULT,
        "Derivative profit": RESULT,
    }
    | _LOANS,
    outgoing={
        "Withdrawal": TRANSFER,
        "Non-taxable out": TRANSFER,
        "Fee": "fee",
        "Payment": "spend",
        "Gift": "gift-out",
        "Gift sent": "gift-out",
        "Donation": "donation",
        "Lost": "lost",
        "Stolen": "theft",
        "Margin trading loss": RESULT,
        "Derivative loss": RESULT,
        "Margin trading fee": "fee",
        "Derivative fee": "fee",
    }
    | _LOANS,
)


def read_export(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The export of transactions. Raises nothing."""
    return _read(tables, _EXPORT)


def read_template(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The import template. Raises nothing."""
    return _read(tables, _TEMPLATE)


def _read(tables: Sequence[Table], names: Names) -> Intake:
    ids = unique_ids(tables, names.id)
    return read_each(tables, lambda table: _maker(table, names, ids))


def _maker(table: Table, names: Names, ids: Mapping[Source, str]) -> Maker:
    decimal = decimal_mark(table, (_SENT[0], _RECEIVED[0], names.fee[0]))

    def make(row: Row) -> tuple[Entry, str]:
        at, date_only = time(row, names.time, UTC)
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            account=wallet(row.text(names.source) or row.text(names.integration), "blockpit"),
            sent=part(row, *_SENT, decimal=decimal),
            received=part(row, *_RECEIVED, decimal=decimal, either_sign=False),
            fee=part(row, *names.fee, decimal=decimal),
            id=ids[row.source],
            txid=whole_id(row, names.txid) or None,
            note=row.text(names.note) or None,
        )
        return entry, TYPES.meaning(row.text(names.kind), entry)

    return make
