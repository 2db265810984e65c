"""TurboTax: the universal activity template (Investor Center), and the CSV of realised gains, which is no list of transactions.

The template has one transaction per row in UTC and fees beside the amounts. It names no wallet, so its account is `turbotax`, and a
transfer with both ends stays inside it. `Other` says nothing about what happened and is reported.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import part, valued, whole_id
from taxlots.importers.tools.tax_programs import TRADE, TRANSFER, Entry, Labels, read_each

REQUIRED = ("Date", "Type", "Sent Asset", "Sent Amount", "Received Asset", "Received Amount", "Market Value Currency", "Market Value")
GAINS = ("Currency Name", "Purchase Date", "Cost Basis", "Date Sold", "Proceeds")
GAINS_2020 = ("ASSET NAME", "RECEIVED DATE", "COST BASIS(USD)", "DATE SOLD", "PROCEEDS")

TYPES = Labels(
    both={"Buy": TRADE, "Sale": TRADE, "Sell": TRADE, "Convert": TRADE, "Trade": TRADE, "Transfer": TRANSFER},
    incoming={
        "Deposit": TRANSFER,
        "Transfer": TRANSFER,
        "Income": "income:other",
        "Airdrop": "income:airdrop",
        "Forking": "income:fork",
        "Mining": "income:mining",
        "Staking": "income:staking",
        "Interest": "income:interest",
        "Reward": "income:reward",
        "Gift": "gift-in",
    },
    outgoing={
        "Withdrawal": TRANSFER,
        "Transfer": TRANSFER,
        "Expense": "spend",
        "Fee": "fee",
        "Gift": "gift-out",
        "Donation": "donation",
        "Lost": "lost",
        "Stolen": "theft",
    },
)


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The universal activity template. Raises nothing."""
    return read_each(tables, lambda _table: _entry)


def _entry(row: Row) -> tuple[Entry, str]:
    at, date_only = time(row, "Date", UTC)
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account="turbotax",
        sent=part(row, "Sent Amount", "Sent Asset"),
        received=part(row, "Received Amount", "Received Asset", either_sign=False),
        fee=part(row, "Fee Amount", "Fee Asset"),
        value=valued(row, "Market Value", row.text("Market Value Currency")),
        id=whole_id(row, "Transaction ID"),
        txid=row.text("Transaction Hash") or None,
        note=row.text("Description") or None,
    )
    return entry, TYPES.meaning(row.text("Type"), entry)
