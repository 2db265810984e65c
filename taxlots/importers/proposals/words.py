"""The words by which exports name their columns and zones, in the languages that exports are seen in."""

import re

from taxlots.kinds import FIAT

# Per meaning the words of a header cell, in lower case; a cell that is one of them names the meaning, one that contains it hints at it.
_WORDS = {
    "time": (
        "date time|datetime|timestamp|time|date|created at|created|executed at|completed at|trade date|transaction date|booking date"
        "|datum uhrzeit|datum|zeitpunkt|zeitstempel|zeit|buchungstag|buchungsdatum|valuta|fecha|date et heure|data|when|settled"
    ),
    "time_of_day": "time|uhrzeit|zeit|hora|heure|time of day",
    "kind": (
        "transaction type|type|kind|action|activity|operation|category|transaction|event|side|direction|vorgang|art|typ|transaktionstyp"
        "|buchungsart|umsatzart|aktion|richtung|tipo|operación|what|order type|trade type|in out|label|classification"
        "|auftragsart|geschäftsart|transaktion|transaktionen|opération|operation type|transaction kind|sens|operazione"
    ),
    "status": "status|state|zustand|estado|statut",
    "asset": (
        "asset|coin|currency|crypto|cryptocurrency|token|symbol|ticker|instrument|commodity|währung|kryptowährung|münze|wertpapier"
        "|moneda|devise|isin|wkn|cusip|sedol|valor|code isin|unit|base|base asset|base currency|asset code|ccy"
    ),
    "market": "pair|market|trading pair|currency pair|product|markt|handelspaar|paar|par|instrument pair|symbol",
    "amount": (
        "amount|quantity|qty|units|size|volume|change|shares|coins|menge|anzahl|stück|stückzahl|cantidad|quantité|filled|executed"
        "|base amount|crypto amount|asset amount|asset quantity|betrag"
    ),
    "sent": (
        "sent|sold|paid|spent|from|out|outgoing|debit|given|sell|gave|abgang|ausgang|verkauft|gezahlt|gesendet|bezahlt|vendido|you paid"
        "|sent amount|sell amount|sold amount|from amount|amount out|amount sent|amount sold|out amount|outgoing amount|debit amount"
        "|sent quantity|sold quantity|sell quantity|from quantity|quantity sent|quantity sold"
    ),
    "received": (
        "received|bought|to|in|incoming|credit|got|buy|acquired amount|zugang|eingang|gekauft|erhalten|empfangen|recibido|you got"
        "|received amount|buy amount|bought amount|to amount|amount in|amount received|amount bought|in amount|incoming amount"
        "|credit amount|received quantity|bought quantity|buy quantity|to quantity|quantity received|quantity bought"
    ),
    "total": (
        "subtotal|total|total amount|cost|proceeds|net amount|gross amount|consideration|funds|quote amount|gesamt|gesamtbetrag|summe"
        "|kurswert|betrag|importe|montant|total cost|total price|order value|trade value|turnover|cash amount|fiat amount|net"
        "|nettobetrag|endbetrag|ausmachender betrag|montant net|montant brut|controvalore"
    ),
    "price": (
        "price|unit price|price per unit|rate|spot price|kurs|preis|stückpreis|precio|prix|exchange rate|avg price|average price"
        "|cours|corso|price share|price per share|prix unitaire"
    ),
    "fee": (
        "fee|fees|commission|charge|charges|network fee|trading fee|gas|gas fee|gebühr|gebühren|kosten|spesen|provision|comisión|frais"
        "|fee amount|fee quantity|gebuehr"
    ),
    "fee_value": "fee value|value of fee|fee worth|gebührenwert|fee fiat value",
    "value": (
        "value|market value|fiat value|worth|net worth|native amount|equivalent|counter value|wert|gegenwert|marktwert|valor|valeur"
        "|fair market value|fmv|value at time"
    ),
    "balance": (
        "balance|running balance|balance after|new balance|account balance|closing balance|saldo|kontostand|bestand|guthaben|solde"
        "|holding|holdings"
    ),
    "basis": "cost basis|basis|acquisition cost|anschaffungskosten|einstandswert|purchase cost",
    "acquired": "acquired|date acquired|acquisition date|acquired on|anschaffungsdatum|acquired at",
    "id": (
        "id|transaction id|trade id|order id|reference|ref|ref id|refid|uuid|reference number|receipt|ticket|beleg|belegnummer|nummer"
        "|transaktions id|order number|confirmation|external id|auftragsnummer|transaktionsnummer|no|nr|record id|entry id|tx id"
    ),
    "txid": "tx hash|txhash|transaction hash|hash|txid|blockchain hash|blockchain transaction id|transaktionshash|on chain id",
    "note": (
        "note|notes|description|comment|comments|memo|details|remark|text|beschreibung|verwendungszweck|kommentar|bemerkung|notiz"
        "|buchungstext|concepto|remarks|info|message"
    ),
    "account": "account|wallet|exchange|portfolio|venue|platform|konto|depot|börse|wallet name|account name|cuenta|source",
    "counter_account": "counter account|to account|to wallet|destination account|destination wallet|gegenkonto|zielkonto",
}
HEADER_WORDS = {meaning: tuple(words.split("|")) for meaning, words in _WORDS.items()}
CURRENCY_WORDS = (
    "currency",
    "asset",
    "coin",
    "token",
    "ticker",
    "symbol",
    "ccy",
    "währung",
    "unit",
    "crypto",
    "cur",
    "code",
    "moneda",
    "devise",
)
QUANTITY_WORDS = ("amount", "quantity", "qty", "units", "value", "size", "volume", "menge", "betrag", "anzahl", "total", "sum")
COMMON_TICKERS = frozenset(
    """
    BTC XBT ETH ETH2 USDT USDC BNB XRP SOL ADA DOGE DOT LTC BCH LINK XLM XMR TRX AVAX MATIC POL ATOM UNI ALGO XTZ EOS ETC DAI SHIB
    FIL AAVE NEAR ICP VET HBAR APT ARB OP SUI DASH ZEC MKR COMP GRT SAND MANA CRO FTM KSM LUNA LUNC WBTC STETH BUSD TUSD PEPE TON XNO
    """.split()
)
TICKERS = COMMON_TICKERS | FIAT
ZONES = {
    "utc": "UTC",
    "gmt": "UTC",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "bst": "Europe/London",
    "jst": "Asia/Tokyo",
    "aest": "Australia/Sydney",
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?00)?\b", re.IGNORECASE)
_REGION = re.compile(r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Za-z_]+(?:/[A-Za-z_]+)?")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def plain_words(text: str) -> str:
    """A name in lower case with blanks between its words: `createdAt`, `created_at` and `Created At` are one."""
    return " ".join(re.findall(r"[^\W_]+", _CAMEL.sub(" ", text).lower()))


def zone_in(text: str) -> str | None:
    """The time zone that a header cell or a line above the header names: `Time (UTC)`, `Date (+02:00)`, `Zeit (MEZ)`."""
    if match := _REGION.search(text):
        return match[0]
    if (match := _OFFSET.search(text)) and ("(" in text or "utc" in text.lower() or "gmt" in text.lower()):
        hours = int(match[2])
        return "UTC" if hours == 0 else f"Etc/GMT{'-' if match[1] == '+' else '+'}{hours}" if hours <= 12 else None
    return next((ZONES[word] for word in plain_words(text).split() if word in ZONES), None)


def tickers_in(name: str) -> list[str]:
    """Tickers that a header cell names: `Amount (BTC)`, `Total EUR`, `fee_usd`."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    return [
        word.upper()
        for word in words
        if word.upper() in TICKERS and (word.isupper() or word.upper() in {"USD", "EUR", "GBP", "BTC", "ETH"})
    ]
