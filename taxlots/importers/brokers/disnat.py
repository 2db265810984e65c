"""Disnat (Desjardins): the transactions CSV in French, with decimal commas.

Rows without a trade have no transaction date, so that the settlement date counts. A listing in Canada has `-C` behind its ticker in
trades and not in other rows; the ticker alone names it. An amount that is no more than price times quantity lacks the commission.
"""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, MOVE, OPTION, RETURNED, SELL, SHARES, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table

REQUIRED = (
    "Date de transaction",
    "Date de règlement",
    "Type de transaction",
    "Symbole",
    "Quantité",
    "Prix",
    "Commission payée",
    "Montant de l'opération",
    "Devise du compte",
)
ACCOUNT = "disnat"
_DEEDS = {
    "ACHAT": BUY,
    "VENTE": SELL,
    **dict.fromkeys(("DIVIDENDE", "DIVIDENDES", "DIVIDENDE SOCIÉTÉ FIDUCIE", "DISTRIBUTION"), DIVIDEND),
    **dict.fromkeys(("INTÉRÊTS", "INTÉRÊTS VERSEMENT TARDIF"), INTEREST),
    **dict.fromkeys(("FRAIS", "TAXE PRODUITS ET SERVICES", "TAXE DE VENTE DU QUÉBEC", "TAXE DE VENTE HARMONISÉE"), COST),
    **dict.fromkeys(("IMPÔT", "RETENUE D'IMPÔT", "RETENUE D'IMPÔT NON-RÉSIDENT"), COST),
    **dict.fromkeys(("COTISATION", "RÉSILIATION", "DÉPÔT", "RETRAIT"), CASH),
    **dict.fromkeys(("SUBVENTION REEE", "SUBVENTION SUPPLÉMENTAIRE", "INCITATIF QUÉBÉCOIS"), CASH),
    **dict.fromkeys(("TRANSFERT REÇU", "TRANSFERT ENVOYÉ", "TRANSFERT"), MOVE),
    "REMBOURSEMENT DE CAPITAL": RETURNED,
    **dict.fromkeys(("FRACTIONNEMENT", "REGROUPEMENT", "ÉCHANGE", "FUSION", "RÉORGANISATION"), CORPORATE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_CURRENCIES = {"CAN": "CAD", "CAD": "CAD", "USA": "USD", "US": "USD", "USD": "USD", "É-U": "USD", "E-U": "USD"}
_CENTS = Decimal("0.02")  # exports round price times quantity to cents


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        brokerage.book(brokerage.read_entries(tables, intake, lambda row: _entry(row, zone)), intake)
    return intake


def _entry(row: Row, zone: tzinfo) -> Entry:
    said = row.text("Type de transaction")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    dated = "Date de transaction" if row.text("Date de transaction") not in {"", "-"} else "Date de règlement"
    moment, date_only = brokerage.when(row, dated, zone)
    currency = _CURRENCIES.get(row.text("Devise du compte").upper())
    if currency is None:
        raise RowError("ROW_INVALID", f"column 'Devise du compte': {row.text('Devise du compte')!r} is no known currency")
    quantity = number(row, "Quantité", ",") or Decimal(0)
    amount, fees = _amount(row, deed, quantity)
    return Entry(
        row=row,
        deed=_settled(row, deed, quantity, amount),
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=_symbol(row),
        quantity=quantity,
        amount=amount,
        fees=fees,
        currency=currency,
        note=" ".join(filter(None, (said, row.text("Description")))),
        asset_class="security",
    )


def _settled(row: Row, deed: str, quantity: Decimal, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    if row.text("Classe d'actif").casefold().startswith("option"):
        return OPTION
    if deed == MOVE:
        return SHARES if quantity and _symbol(row) and not amount else CASH
    return COST if deed == INTEREST and amount < 0 else deed


def _symbol(row: Row) -> str:
    symbol = row.text("Symbole").upper()
    return "" if symbol == "-" else symbol.removesuffix("-C")


def _amount(row: Row, deed: str, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """What the row does to the cash, and the commission that it contains."""
    amount, fee = number(row, "Montant de l'opération", ",") or Decimal(0), abs(number(row, "Commission payée", ",") or Decimal(0))
    if deed not in {BUY, SELL} or not fee:
        return amount, Decimal(0)
    shares = abs(quantity) * (number(row, "Prix", ",") or Decimal(0))
    beside = abs(abs(amount) - shares) <= _CENTS
    return amount - fee if beside else amount, fee
