"""CoinTracking: the trade table in English and in German, and the import CSV with named currency columns.

Amounts are what was really paid and got: a fee in the currency of a leg is contained in it, and a fee in a third currency is only shown
beside the trade, since CoinTracking books it as a row of its own (`Other Fee`). Dates are day.month.year in the time zone of the
account; with slashes their order is told by the whole file. A dash is an empty cell. The trade table calls three columns `Cur.`, told
apart by their order (`Cur. (2)`); its widest form has values in between and no fee.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import decimal_mark, part, wallet
from taxlots.importers.tools.tax_programs import (
    DERIVATIVE,
    LOAN,
    MARGIN,
    RESULT,
    TRADE,
    TRANSFER,
    Entry,
    Labels,
    Maker,
    contained,
    read_each,
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the columns in one header."""

    kind: str
    buy: tuple[str, str]
    sell: tuple[str, str]
    fee: tuple[str, str]
    exchange: str
    comment: str
    date: str


IMPORT = Names(
    "Type", ("Buy Amount", "Buy Currency"), ("Sell Amount", "Sell Currency"), ("Fee", "Fee Currency"), "Exchange", "Comment", "Date"
)
REQUIRED = ("Type", *IMPORT.buy, *IMPORT.sell, *IMPORT.fee, "Exchange", "Trade-Group", "Date")
ENGLISH = Names("Type", ("Buy", "Cur."), ("Sell", "Cur. (2)"), ("Fee", "Cur. (3)"), "Exchange", "Comment", "Date")
GERMAN = Names("Typ", ("Kauf", "Cur."), ("Verkauf", "Cur. (2)"), ("Gebühr", "Cur. (3)"), "Börse", "Kommentar", "Datum")
REQUIRED_ENGLISH = ("Type", "Buy", "Cur.", "Exchange", "Group", "Date")  # Exodus writes its staking rewards so, without `Sell`
REQUIRED_GERMAN = ("Typ", "Kauf", "Cur.", "Verkauf", "Börse", "Gruppe", "Datum")

_LIQUIDITY = "refuse: providing or taking back liquidity"
# Each type in English and in German; newer and older spellings beside each other.
_BOTH = {
    "Trade": TRADE,
    "Swap (non taxable)": "convert",
    "Swap (steuerfrei)": "convert",
}
_IN = {
    "Deposit": TRANSFER,
    "Einzahlung": TRANSFER,
    "Income": "income:other",
    "Einnahme": "income:other",
    "Einkommen": "income:other",
    "Other Income": "income:other",
    "Sonstige Einnahme": "income:other",
    "Income (non taxable)": "adjust",
    "Einnahme (steuerfrei)": "adjust",
    "Gift/Tip": "gift-in",
    "Geschenk": "gift-in",
    "Geschenk/Trinkgeld": "gift-in",
    "Reward / Bonus": "income:reward",
    "Belohnung / Bonus": "income:reward",
    "LP Rewards": "income:reward",
    "Mining": "income:mining",
    "Mining (commercial)": "income:mining",
    "Mining (kommerziell)": "income:mining",
    "Airdrop": "income:airdrop",
    "Airdrop (non taxable)": "income:airdrop",
    "Airdrop (steuerfrei)": "income:airdrop",
    "Staking": "income:staking",
    "Masternode": "income:staking",
    "Minting": "income:staking",
    "Dividends Income": "income:dividend",
    "Dividenden Einnahme": "income:dividend",
    "Lending Income": "income:interest",
    "Lending Einnahme": "income:interest",
    "Interest Income": "income:interest",
    "Zinsen": "income:interest",
    "Zinseinnahme": "income:interest",
    **dict.fromkeys(("Margin Profit", "Margin Gewinn", "Derivatives / Futures Profit", "Derivate / Futures Gewinn"), RESULT),
}
_OUT = {
    "Withdrawal": TRANSFER,
    "Auszahlung": TRANSFER,
    "Spend": "spend",
    "Ausgabe": "spend",
    "Other Expense": "spend",
    "Sonstige Ausgabe": "spend",
    "Expense (non taxable)": "adjust",
    "Ausgabe (steuerfrei)": "adjust",
    "Donation": "donation",
    "Spende": "donation",
    "Gift": "gift-out",
    "Schenkung": "gift-out",
    "Stolen": "theft",
    "Stolen / Hacked / Fraud": "theft",
    "Gestohlen": "theft",
    "Lost": "lost",
    "Verlust": "lost",
    "Other Fee": "fee",
    "Sonstige Gebühr": "fee",
    "Borrowing Fee": "fee",
    "Borrowing Gebühr": "fee",
    "Settlement Fee": "fee",
    "Settlement Gebühr": "fee",
    "Margin Fee": "fee",
    "Margin Gebühr": "fee",
    **dict.fromkeys(("Margin Loss", "Margin Verlust", "Derivatives / Futures Loss", "Derivate / Futures Verlust"), RESULT),
}
_REFUSED = {
    "Margin Trade": MARGIN,
    **dict.fromkeys(("Derivatives / Futures Trade", "Derivate / Futures Trade"), DERIVATIVE),
    **dict.fromkeys(("Provide Liquidity", "Remove Liquidity", "Receive LP Token", "Return LP Token"), _LIQUIDITY),
    **dict.fromkeys(("Receive Loan", "Repay Loan", "Receive Collateral", "Send Collateral", "Liquidation"), LOAN),
    **dict.fromkeys(("Darlehen erhalten", "Darlehen zurückgezahlt", "Collateral erhalten", "Collateral gesendet"), LOAN),
}


def _table(kinds: Mapping[str, str]) -> dict[str, str]:
    return {**kinds, **_REFUSED}


TYPES = Labels(both=_table(_BOTH), incoming=_table(_IN), outgoing=_table(_OUT))


def read_import(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """The import CSV; times are in `zone`. Raises nothing."""
    return read_each(tables, lambda table: _maker(table, IMPORT, zone))


def read_english(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """The trade table in English; times are in `zone`. Raises nothing."""
    return read_each(tables, lambda table: _maker(table, ENGLISH, zone))


def read_german(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """The trade table in German; times are in `zone`. Raises nothing."""
    return read_each(tables, lambda table: _maker(table, GERMAN, zone))


def _maker(table: Table, names: Names, zone: tzinfo) -> Maker:
    decimal = decimal_mark(table, (names.buy[0], names.sell[0], names.fee[0]))

    def make(row: Row) -> tuple[Entry, str]:
        at, date_only = time(row, names.date, zone)
        exchange = row.text(names.exchange).removeprefix("-")
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            account=wallet(exchange, "cointracking"),
            sent=part(row, *names.sell, decimal=decimal),
            received=part(row, *names.buy, decimal=decimal, either_sign=False),
            fee=part(row, *names.fee, decimal=decimal),
            txid=row.text("Tx-ID") or None,
            note=row.text(names.comment) or None,
        )
        entry = _with_fee(entry)
        return entry, TYPES.meaning(row.text(names.kind), entry)

    return make


def _with_fee(entry: Entry) -> Entry:
    """A fee in a leg's currency is taken out of the leg; one in a third currency stays a remark, as its own row books it."""
    legs = {leg.asset for leg in (entry.sent, entry.received) if leg}
    if entry.fee is None or not legs or entry.fee.asset in legs:
        return contained(entry)
    shown = f"fee of {entry.fee.quantity.normalize():f} {entry.fee.asset} in a row of its own"
    return replace(entry, fee=None, note=f"{entry.note}; {shown}" if entry.note else shown)
