"""Trade Republic: the transaction export of the app (since 2026), and the CSV that the tool pytr writes in several languages.

Both are in euros and name a security by its ISIN, a coin by a code like `XF000BTC0017`. In the app's export the amount is without fee and
tax, which stand beside it with their sign; in pytr's the value is what moved, and contains them. Tax withheld of a dividend, interest or
a sale is added to it and taken off again; tax on a purchase is a fee. Bonds are reported, as their amount contains accrued interest.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import partial

from taxlots import exact
from taxlots.exact import plain
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.broker_cells import Reader, decimal_mark, in_english, marks
from taxlots.importers.brokers.brokerage import (
    ACCRUED,
    ASIDE,
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    INTEREST,
    MOVE,
    OTHER_INCOME,
    REFUSE,
    SELL,
    SHARES,
    Entry,
)
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table

COLUMNS = ("Date", "Type", "Value", "Note", "ISIN", "Shares", "Fees", "Taxes")
LANGUAGES = {
    "en": COLUMNS,
    "nl": ("Datum", "Transactietype", "Waarde (netto)", "Opmerking", "ISIN", "Aantal", "Kosten", "Belasting"),
    "de": ("Datum", "Typ", "Wert", "Notiz", "ISIN", "Stück", "Gebühren", "Steuern"),
    "fr": ("Date", "Type", "Valeur", "Note", "ISIN", "Parts", "Frais", "Impôts / Taxes"),
    "es": ("Fecha", "Tipo", "Valor", "Nota", "ISIN", "Cantidad", "Comisiones", "Impuestos"),
    "it": ("Data", "Tipo", "Valore", "Note", "ISIN", "Azioni", "Commissioni", "Tasse"),
}
APP_REQUIRED = ("datetime", "category", "type", "asset_class", "symbol", "shares", "amount", "fee", "tax", "currency", "transaction_id")
ACCOUNT = "trade-republic"
_GIVEN = REFUSE + "a gift of shares"
_COMMON = ("Buy", "Sell", "Dividend", "Interest", "Deposit", "Removal", "Fees", "Taxes", "and these in the other languages of pytr")
_WORDS = {
    BUY: "Buy, Aankoop, Kauf, Achat, Compra",
    SELL: "Sell, Verkoop, Verkauf, Vente, Venta, Vendi",
    DIVIDEND: "Dividend, Dividende, Dividendes, Dividendo",
    INTEREST: "Interest, Rentebaten, Zinsen, Intérêts, Intereses, Interessi",
    CASH: "Deposit, Removal, Storting, Onttrekking, Einlage, Entnahme, Dépôt, Retrait, Depósito, Retirada, Deposito, Prelievo, "
    "Card Payment, ATM Withdrawal, Card Refund, Kaarttransactie, Geldopname, Terugbetaling op kaart, Kartentransaktion, Barabhebung, "
    "Kartenerstattung, Transaction par carte, Retrait en espèces, Remboursement par carte, Transacción con tarjeta, Retiradas de efectivo, "
    "Reembolso de tarjeta, Transazione con carta, Prelievo di contanti, Rimborso sulla carta",
    COST: "Interest Charge, Fees, Fees Refund, Taxes, Tax Refund, Card Fee, Rentelasten, Kosten, Terugbetaling van kosten, "
    "Belastingen, Terugbetaling van belastingen, Kosten kaart, Zinsbelastung, Gebühren, Gebührenerstattung, Steuern, Steuerrückerstattung, "
    "Kartengebühr, Frais d'Intérêts, Frais, Remboursement de Frais, Impôts / Taxes, Remboursement Impôts / Taxes, Frais de carte, "
    "Comisiones, Impuestos, "
    "Devolución de impuestos, Interessi passivi, Commissioni, Rimborso commissioni, Tasse, Rimborso tasse, Tassa sulla carta",
    MOVE: "Transfer (Inbound), Transfer (Outbound), Inkomende overboeking, Uitgaande overboeking, Umbuchung (Eingang), "
    "Umbuchung (Ausgang), Transfert (Entrant), Transfert (Sortant), Traspaso (entrada), Traspaso (salida), Trasferimento (in entrata), "
    "Trasferimento (in uscita)",
    CORPORATE: "Split, Spinoff, Swap",
}
_KNOWN = {word.casefold(): deed for deed, words in _WORDS.items() for word in words.split(", ")}
_APP = {
    **dict.fromkeys(("BUY", "SAVINGS_PLAN_EXECUTED"), BUY),
    "SELL": SELL,
    "DIVIDEND": DIVIDEND,
    "INTEREST_PAYMENT": INTEREST,
    **dict.fromkeys(("CUSTOMER_INBOUND", "CUSTOMER_INPAYMENT", "CUSTOMER_OUTBOUND", "CUSTOMER_OUTBOUND_REQUEST"), CASH),
    **dict.fromkeys(("TRANSFER_INBOUND", "TRANSFER_OUTBOUND", "TRANSFER_INSTANT_INBOUND", "TRANSFER_INSTANT_OUTBOUND"), CASH),
    **dict.fromkeys(("CARD_TRANSACTION", "CARD_TRANSACTION_INTERNATIONAL", "CARD_REFUND"), CASH),
    **dict.fromkeys(("TAX_OPTIMIZATION", "CARD_ORDERING_FEE"), COST),
    **dict.fromkeys(("BENEFITS_SAVEBACK", "BONUS", "REFERRAL"), OTHER_INCOME),
    **dict.fromkeys(("FREE_RECEIPT", "FREE_DELIVERY"), SHARES),
    "MIGRATION": ASIDE + "a move between depositaries, told by a row out and a row in",
    **dict.fromkeys(("SPLIT", "SPINOFF", "REDEMPTION", "FINAL_MATURITY", "MERGER"), CORPORATE),
    "STOCKPERK": _GIVEN,
}
_CLASSES = {"STOCK": "security", "FUND": "security", "": "security", "CRYPTO": None}
_REFUSED = {"BOND": ACCRUED, "DERIVATIVE": REFUSE + "a warrant or certificate", "PRIVATE_FUND": REFUSE + "a private fund"}
_COIN = re.compile(r"XF0+(?P<ticker>[A-Z]+)0\d+")
_NUMBERS = ("Value", "Shares", "Fees", "Taxes")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table of pytr's export to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries: list[Entry] = []
        for table in tables:
            found = marks(row.text(name) for row in table.rows for name in _NUMBERS)
            entries += brokerage.read_entries([table], intake, partial(_entry, of_file=found, zone=zone))
        brokerage.book(entries, intake)
    return intake


def read_app(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table of the app's export to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        brokerage.book(brokerage.read_entries(tables, intake, _app_entry), intake)
    return intake


def in_language(code: str) -> Reader:
    """The `read` function for pytr's export in a language of `LANGUAGES`."""
    return in_english(read, dict(zip(LANGUAGES[code], COLUMNS, strict=True)))


def _entry(row: Row, of_file: frozenset[str], zone: tzinfo) -> Entry:
    said = row.text("Type")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _COMMON)
    moment, date_only = brokerage.when(row, "Date", zone)
    mark = decimal_mark(row, _NUMBERS, of_file)
    value, quantity, fee, tax = (number(row, name, mark) or Decimal(0) for name in _NUMBERS)
    symbol = _symbol(row.text("ISIN"))
    entry = Entry(
        row=row,
        deed=(SHARES if quantity and symbol else CASH) if deed == MOVE else deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=abs(quantity) if value else quantity,
        amount=value,
        currency="EUR",
        note=" ".join(filter(None, (said, row.text("Note"), row.text("ISIN")))),
        asset_class=None if _COIN.fullmatch(row.text("ISIN").upper()) else "security",
    )
    return _with_charges(entry, fee, tax)


def _app_entry(row: Row) -> Entry:
    said, kind = row.text("type").upper(), row.text("asset_class").upper()
    deed = _APP.get(said)
    if deed is None:
        raise brokerage.unknown(said, _APP)
    if deed in {BUY, SELL, SHARES}:
        deed = _REFUSED.get(kind, deed)
        if kind not in {*_CLASSES, *_REFUSED}:
            raise RowError("ROW_UNKNOWN_KIND", f"asset_class {kind!r} is not known", f"Known: {', '.join(filter(None, _CLASSES))}.")
    quantity, amount, fee, tax = (number(row, name) or Decimal(0) for name in ("shares", "amount", "fee", "tax"))
    moment, date_only = brokerage.when(row, "datetime", UTC)
    entry = Entry(
        row=row,
        deed=_GIVEN if deed == OTHER_INCOME and quantity else deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=_symbol(row.text("symbol")),
        quantity=-abs(quantity) if said == "FREE_DELIVERY" else abs(quantity),
        amount=amount + fee + tax,
        currency=row.text("currency").upper(),
        note=" ".join(filter(None, (said, row.text("name"), row.text("symbol"), row.text("description")))),
        id=row.text("transaction_id"),
        asset_class=_CLASSES.get(kind, "security"),
    )
    return _with_charges(entry, fee, tax)


def _with_charges(entry: Entry, fee: Decimal, tax: Decimal) -> Entry:
    """The entry, whose amount contains fee and tax, with both of them. Raises RowError for a tax that was given back with it."""
    charged = (abs(tax), entry.currency) if tax else None
    if tax > 0 and entry.deed in {BUY, SELL, DIVIDEND, INTEREST}:
        hint = "Give the row in a universal ledger CSV, without the tax."
        raise RowError("ROW_INVALID", f"{entry.what}: a tax of {plain(tax)}, above 0, is given back with it, which is not told apart", hint)
    if entry.deed == BUY:
        return replace(entry, fees=abs(fee) + abs(tax))
    if entry.deed == SELL:
        return replace(entry, fees=abs(fee), withheld=charged)
    if entry.deed == INTEREST and entry.amount < 0:
        return replace(entry, deed=COST)
    return replace(entry, withheld=charged) if entry.deed in {DIVIDEND, INTEREST} else entry


def _symbol(code: str) -> str:
    """The ISIN, or the ticker of a coin in Trade Republic's code for it."""
    coin = _COIN.fullmatch(code.upper())
    return coin["ticker"] if coin else code.upper()
