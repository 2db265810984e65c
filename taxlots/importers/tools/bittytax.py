"""BittyTax: the records that its converter writes and its calculator reads.

Fees come on top of the amounts. The columns of values name their currency (`Buy Value in GBP`). Deposits and withdrawals are the two
ends of own transfers, in rows of their own. Times are in UTC unless the cell says otherwise.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import currency_column, part, valued, wallet
from taxlots.importers.tools.tax_programs import LOAN, MARGIN, RESULT, TRADE, TRANSFER, Entry, Labels, Maker, read_each

REQUIRED = ("Type", "Buy Quantity", "Buy Asset", "Sell Quantity", "Sell Asset", "Fee Quantity", "Fee Asset", "Wallet", "Timestamp")

_LOANS = dict.fromkeys(("Loan", "Loan-Repayment"), LOAN)
_MARGINS = dict.fromkeys(("Margin-Gain", "Margin-Loss", "Margin-Fee", "Margin-Fee-Rebate"), MARGIN)
TYPES = Labels(
    both={"Trade": TRADE, "Swap": "convert"} | _LOANS | _MARGINS,
    incoming={
        "Deposit": TRANSFER,
        "Unstake": "aside: units come back from staking, where they stayed one's own",
        "Mining": "income:mining",
        "Staking": "income:staking",
        "Staking-Reward": "income:staking",
        "Interest": "income:interest",
        "Dividend": "income:dividend",
        "Income": "income:other",
        "Airdrop": "income:airdrop",
        "Fork": "income:fork",
        "Referral": "income:referral",
        "Cashback": "income:reward",
        "Fee-Rebate": "income:reward",
        "Gift-Received": "gift-in",
        "Margin-Gain": RESULT,
        "Margin-Fee-Rebate": RESULT,
    }
    | _LOANS,
    outgoing={
        "Withdrawal": TRANSFER,
        "Stake": "aside: units go into staking, where they stay one's own",
        "Spend": "spend",
        "Loan-Interest": "spend",
        "Gift-Sent": "gift-out",
        "Gift-Spouse": "gift-out",
        "Charity-Sent": "donation",
        "Lost": "lost",
        "Fee": "fee",
        "Margin-Loss": RESULT,
        "Margin-Fee": "fee",
    }
    | _LOANS,
)


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """One transaction per row. Raises nothing."""
    return read_each(tables, _maker)


def _maker(table: Table) -> Maker:
    bought, currency = currency_column(table, r"Buy Value in (?P<code>[A-Z]{3})")
    sold, sold_currency = currency_column(table, r"Sell Value in (?P<code>[A-Z]{3})")
    fees, fee_currency = currency_column(table, r"Fee Value in (?P<code>[A-Z]{3})")

    def make(row: Row) -> tuple[Entry, str]:
        at, date_only = time(row, "Timestamp", UTC)
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            account=wallet(row.text("Wallet"), "bittytax"),
            sent=part(row, "Sell Quantity", "Sell Asset"),
            received=part(row, "Buy Quantity", "Buy Asset", either_sign=False),
            fee=part(row, "Fee Quantity", "Fee Asset"),
            value=valued(row, bought, currency) or valued(row, sold, sold_currency),
            fee_value=valued(row, fees, fee_currency),
            txid=row.text("Tx ID") or None,
            note=row.text("Note") or None,
        )
        return entry, TYPES.meaning(row.text("Type"), entry)

    return make
