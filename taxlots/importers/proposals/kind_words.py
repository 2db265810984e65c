"""The words by which exports name types of rows, and the kind that each probably is."""

from dataclasses import dataclass

from taxlots.importers.columns import ASIDE, EITHER_WAY, TRADE
from taxlots.importers.proposals.words import plain_words

_OWN_STAKE = f"{ASIDE}: a stake of one's own"
_NOT_DONE = f"{ASIDE}: not completed"
_INTERNAL = f"{ASIDE}: between own portfolios"

REINVESTED = "reinvest reinvestment reinvested drip wiederanlage"

# In order: what stands further up decides where a type holds words of several lines ("staking reward" is staking).
SYNONYMS: tuple[tuple[str, str], ...] = (
    (_NOT_DONE, "failed cancelled canceled rejected pending expired declined storniert abgelehnt fehlgeschlagen ausstehend unconfirmed"),
    (_OWN_STAKE, "unstake unstaking unstaked unbonding bonding delegate undelegate lock unlock"),
    (_INTERNAL, "internal intern rebalancing umbuchung subaccount"),
    ("return-of-capital", "return-of-capital capital-return kapitalrückzahlung"),
    ("income:capital-gain-distribution", "capital-gain-distribution capital-gains-distribution"),
    ("income:qualified-dividend", "qualified-dividend"),
    ("income:staking", "staking-reward staking-rewards staking-income staking validator epoch-reward inflation-reward"),
    ("income:interest", "interest zins zinsen interests earn lending yield intérêt intérêts interés intereses savings"),
    ("income:mining", "mining mined block-reward"),
    ("income:airdrop", "airdrop airdrops"),
    ("income:fork", "fork hardfork"),
    ("income:referral", "referral affiliate invite referred empfehlung werbung"),
    ("income:dividend", "dividend dividends dividende dividenden dividendo ausschüttung distribution"),
    ("income:wages", "salary wage wages payroll lohn gehalt"),
    ("income:reward", "reward rewards bonus cashback rebate promotion prämie belohnung gutschrift incentive perk learn quest"),
    ("income:other", "income einkommen einnahme einkünfte"),
    ("gift-in", "gift-received gift-in received-gift geschenk-erhalten"),
    ("gift-out", "gift-sent gift-out gift schenkung geschenk"),
    ("donation", "donation donate donated spende charity"),
    ("inheritance", "inheritance inherited erbschaft erbe"),
    ("theft", "theft stolen hack hacked diebstahl gestohlen"),
    ("lost", "lost loss verlust verloren burn"),
    ("split", "split stock-split reverse-split aktiensplit"),
    ("fee", "fee fees gebühr gebühren commission charge gas provision spesen kosten comisión frais"),
    (
        "deposit",
        "deposit deposited einzahlung zugang received receive receipt incoming eingang top-up topup depósito dépôt ingreso empfangen",
    ),
    ("deposit", "paid-in"),
    (
        "withdrawal",
        "withdrawal withdraw withdrawn auszahlung abgang sent send outgoing ausgang retiro retrait versand gesendet payout cash-out",
    ),
    ("withdrawal", "paid-out"),
    ("spend", "spend spent payment purchase-with-card card zahlung bezahlung pay paid ausgabe pago paiement"),
    (
        "buy",
        "buy bought purchase purchased kauf kaufen ankauf achat compra acquisition erwerb b",
    ),
    ("buy", REINVESTED),
    ("sell", "sell sold sale verkauf verkaufen vente venta disposal veräußerung s"),
    ("convert", "wrap unwrap migration redenomination merger rebrand"),
    (TRADE, "trade swap exchange convert conversion converted tausch umtausch handel échange intercambio order fill match"),
    (EITHER_WAY, "transfer transfers übertrag überweisung transferencia virement move moved movement adjustment"),
    ("deposit", "in credit eingehend"),
    ("withdrawal", "out debit ausgehend"),
)
SIDE_WORDS = frozenset("buy sell in out credit debit bought sold kauf verkauf incoming outgoing b s".split())
_SURE_ONE, _SURE_WORD, _SURE_SEVERAL = 95, 85, 65
_DONE = frozenset(
    "completed complete done success successful settled filled ok confirmed executed finished abgeschlossen ausgeführt erledigt".split()
)
_FAILED = frozenset(SYNONYMS[0][1].split())
STATUS_WORDS = _DONE | _FAILED


@dataclass(frozen=True, slots=True)
class KindGuess:
    """The kind that a type probably is (None: nothing known of it), how sure that is, and why."""

    kind: str | None
    sure: int
    reason: str


def guess_kind(said: str) -> KindGuess:
    """The kind of a type by its words; several types joined by ` / ` count as one."""
    words = plain_words(said).split()
    joined = "-".join(words)
    found = [(kind, word) for kind, text in SYNONYMS for word in text.split() if f"-{word}-" in f"-{joined}-"]
    if not found:
        return KindGuess(None, 0, "no word of it is known")
    kind, word = found[0]
    if word in REINVESTED.split():
        return KindGuess(kind, _SURE_SEVERAL, f"{word!r} is a purchase. CHECK THIS: the dividend that paid for it needs a row of its own")
    if word == joined:
        return KindGuess(kind, _SURE_ONE, f"{word!r} is that")
    others = sorted({other for other, _ in found if other not in {kind, TRADE, EITHER_WAY}})
    if len(others) > 1 or (others and others[0] not in {"deposit", "withdrawal"}):
        return KindGuess(kind, _SURE_SEVERAL, f"{word!r} decides, though it also names {', '.join(others)}")
    return KindGuess(kind, _SURE_WORD, f"it contains {word!r}")


def is_status(said: str) -> bool:
    """Whether the text is one of the words for a row's state."""
    return plain_words(said).replace(" ", "-") in STATUS_WORDS


def known_share(texts: list[str]) -> int:
    """Percentage of the texts that name a kind."""
    return 100 * sum(guess_kind(text).kind is not None for text in texts) // len(texts) if texts else 0
