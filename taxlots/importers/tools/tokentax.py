"""TokenTax: the manual CSV template and the export of transactions.

As in the template's own example, an amount is what was really got or given: a fee in the currency of a leg is contained in it, a fee in
a third currency comes on top. The type says the kind, `Group` says `margin` for trades on credit. Times are in UTC, without a zone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

from taxlots.importers.records import Intake, Row, Source, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import part, unique_ids, valued, wallet
from taxlots.importers.tools.tax_programs import MARGIN, TRADE, TRANSFER, Entry, Labels, Maker, contained, read_each

REQUIRED = ("Type", "BuyAmount", "BuyCurrency", "SellAmount", "SellCurrency", "FeeAmount", "FeeCurrency", "Exchange", "Group", "Date")

TYPES = Labels(
    both={"Trade": TRADE},
    incoming={
        "Deposit": TRANSFER,
        "Income": "income:other",
        "Mining": "income:mining",
        "Staking": "income:staking",
        "Airdrop": "income:airdrop",
        "Fork": "income:fork",
        "Interest": "income:interest",
    },
    outgoing={
        "Withdrawal": TRANSFER,
        "Spend": "spend",
        "Spending": "spend",
        "Gift": "gift-out",
        "Donation": "donation",
        "Lost": "lost",
        "Stolen": "theft",
    },
)


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Template and export, one transaction per row. Raises nothing."""
    ids = unique_ids(tables, "ExchangeId")
    return read_each(tables, lambda _table: _maker(ids))


def _maker(ids: Mapping[Source, str]) -> Maker:
    def make(row: Row) -> tuple[Entry, str]:
        at, date_only = time(row, "Date", UTC)
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            account=wallet(row.text("Exchange"), "tokentax"),
            sent=part(row, "SellAmount", "SellCurrency"),
            received=part(row, "BuyAmount", "BuyCurrency", either_sign=False),
            fee=part(row, "FeeAmount", "FeeCurrency"),
            value=valued(row, "USDEquivalent", "USD"),
            id=ids[row.source],
            note=row.text("Comment") or None,
        )
        entry = contained(entry)
        said = TYPES.meaning(row.text("Type"), entry)
        return entry, MARGIN if row.text("Group").casefold() == "margin" else said

    return make
