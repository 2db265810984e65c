"""The words of DEGIRO's account statement in its languages: headers, trades, and what the other descriptions mean."""

import re

from taxlots.importers.brokers.brokerage import (
    ASIDE,
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    FRACTION,
    INTEREST,
    OTHER_INCOME,
    RETURNED,
    SELL,
    unknown,
)

STATEMENT_COLUMNS = 12
STATEMENT = {
    "nl": ("Datum", "Tijd", "Product", "ISIN", "Omschrijving", "FX", "Mutatie", "Saldo"),
    "en": ("Date", "Time", "Product", "ISIN", "Description", "FX", "Change", "Balance"),
    "de": ("Datum", "Uhrzeit", "Produkt", "ISIN", "Beschreibung", "FX", "Änderung", "Saldo"),
    "fr": ("Date", "Heure", "Produit", "Code ISIN", "Description", "FX", "Mouvements", "Solde"),
    "es": ("Fecha", "Hora", "Producto", "ISIN", "Descripción", "Variación", "Saldo"),
    "it": ("Data", "Ora", "Prodotto", "ISIN", "Descrizione", "Variazioni", "Saldo"),
    "pt": ("Data", "Hora", "Produto", "ISIN", "Descrição", "Mudança", "Saldo"),
}
TRANSACTIONS = {
    "nl": ("Datum", "Tijd", "Product", "ISIN", "Beurs", "Uitvoeringsplaats", "Aantal", "Koers", "Lokale waarde"),
    "en": ("Date", "Time", "Product", "ISIN", "Reference exchange", "Venue", "Quantity", "Price", "Local value"),
    "de": ("Datum", "Uhrzeit", "Produkt", "ISIN", "Referenzbörse", "Ausführungsort", "Anzahl", "Kurs", "Wert in Lokalwährung"),
    "fr": ("Date", "Heure", "Produit", "Code ISIN", "Bourse de référence", "Lieu d'exécution", "Quantité", "Cours", "Valeur locale"),
    "es": ("Fecha", "Hora", "Producto", "ISIN", "Bolsa de referencia", "Centro de ejecución", "Número", "Precio", "Valor local"),
    "it": ("Data", "Ora", "Prodotto", "ISIN", "Borsa di riferimento", "Sede di esecuzione", "Quantità", "Quotazione", "Valore locale"),
    "pt": ("Data", "Hora", "Produto", "ISIN", "Bolsa de referência", "Local de execução", "Quantidade", "Preço", "Valor local"),
}
EXCHANGE, TRADE_FEE = "exchange of money", "fee of an order"
RENAMED, SPLIT_IN_TWO = "changed identifier", "split in two rows"
_BUYS = ("koop", "buy", "kauf", "achat", "compra", "acquisto", "köp", "køb", "kjøp", "kupno", "nákup")
_SALES = ("verkoop", "sell", "verkauf", "vente", "venta", "venda", "vendita", "sälj", "salg", "sprzedaż", "prodej")
_SIDE = "|".join((*_SALES, *_BUYS))
_PREFIX = re.compile(rf"(?P<event>[^:@]{{3,60}}?)\s*:\s*(?=(?:{_SIDE})\s)", re.IGNORECASE)
TRADE = re.compile(
    rf"(?P<side>{_SIDE})\s+(?P<quantity>[0-9][0-9.,]*)(?P<more>(?:[ \u00a0\u202f][0-9]{{3}}(?![0-9]))*(?:[.,][0-9]+)?)\s.*?"
    r"(?:@|zu je|\bat\b|\bà\b)\s*(?P<price>[0-9][0-9.,\u00a0\u202f]*)\s*[A-Z]{3}",
    re.IGNORECASE,
)
_SWEEP = ASIDE + "a move between DEGIRO and its bank account"
_CASH_FUND = ASIDE + "a move between the cash and the cash fund"
_MEANINGS = (  # the first that is found counts
    (r"reserv", ASIDE + "a reservation; the deposit has a row of its own"),
    (r"cash sweep|flatexdegiro bank|geldrekening bij|cash account at|geldkonto bei", _SWEEP),
    (r"conver\w* (?:geldmarkt|fonds mon|money market|fondo monet|fundo|mercado monet)|(?:fund|fonds|fondo) conver", _CASH_FUND),
    (r"geldmarktfonds|money market|cash market fund|fonds mon[eé]taire|fondos? monetario|mercado monet", INTEREST),
    (r"divid\w*[ -]?(?:belasting|tax|steuer)|(?:imp[oô]t|taxe|retenci|ritenuta|imposto|reten).*divid|kapitalertragsteuer", COST),
    (r"kapitaalsuitkering|capital return|return of capital|kapitalrückzahlung", RETURNED),
    (r"^divid|^fund distribution|^aussch[uü]ttung|^distribu|^uitkering", DIVIDEND),
    (r"^fx (?:credit|debit)|^valuta (?:credit|debit)ering|^währungswechsel|cambio (?:de )?(?:divisa|valuta)|dito de divisa", EXCHANGE),
    (r"levantamento de divisa|^op[eé]ration de change|cambio valuta", EXCHANGE),
    (r"kosten van derden|third part|fremdkosten|parties? tierces?|terceiros|terze parti|externos|transactiekosten", TRADE_FEE),
    (
        r"transaction fee|transaktionsgeb|transactiebelasting|stamp duty|transaction tax|transaktionssteuer|taxe sur les trans|autofx",
        TRADE_FEE,
    ),
    (r"connection fee|aansluitingskosten|verbindungskosten|connexion|connessione|conectividad|service-?fee|^b\.?t\.?w\.?$|adr/gdr", COST),
    (r"\bkosten\b|\bfees?\b|geb[uü]hr|\bfrais\b|\bcosti\b|\bcustos?\b|\bcomisi[oó]n", COST),
    (r"securities lending|courtesy|promot|cash ?back|bonus", OTHER_INCOME),
    (r"interest|\brente\b|zins|int[eé]r[eê]ts|interess|\binter[eé]s|juros", INTEREST),
    (r"verrekening van aandelen|contante verrekening|cash in lieu|cash settlement|barausgleich", FRACTION),
    (r"deposit|storting|withdrawal|zahlung|versement|retrait|ingreso|retirada|dep[oó]sito|prelievo|levantamento", CASH),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), deed) for pattern, deed in _MEANINGS)
_RENAMING = re.compile(r"productwijziging|product ?change|isin", re.IGNORECASE)
_SHOWN = (
    "Buy",
    "Sell",
    "Dividend",
    "Dividend Tax",
    "FX Credit",
    "Transaction and/or third party fees",
    "Deposit",
    "Withdrawal",
    "Interest",
)


def deed_of(said: str) -> str:
    """What a row with this description did. Raises RowError for a description that is not known."""
    event = _PREFIX.match(said)
    if event:
        return _deed_of_event(event["event"])
    trade = TRADE.match(said)
    if trade:
        return SELL if is_sale(trade["side"]) else BUY
    deed = next((deed for pattern, deed in _COMPILED if pattern.search(said)), None)
    if deed is None:
        raise unknown(said, _SHOWN)
    return deed


def _deed_of_event(event: str) -> str:
    if "split" in event.casefold():
        return SPLIT_IN_TWO
    if _RENAMING.search(event):
        return RENAMED
    fund = next((deed for pattern, deed in _COMPILED[2:4] if pattern.search(event)), None)
    return _CASH_FUND if fund else CORPORATE


def without_prefix(said: str) -> str:
    """The trade in the description of an event, as `Koop 8 @ 2 EUR` in `SPLIT: Koop 8 @ 2 EUR`."""
    return _PREFIX.sub("", said, count=1)


def is_sale(side: str) -> bool:
    """Whether the word of a trade means a sale."""
    return side.casefold() in _SALES
