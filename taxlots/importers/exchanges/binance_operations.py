"""What the operations of a Binance statement do. Names are compared without case, which Binance changed over the years."""

import re

TRADE_FAMILIES = {
    **dict.fromkeys(("buy", "sell", "fee", "transaction related"), "spot"),
    **dict.fromkeys(("transaction buy", "transaction spend", "transaction fee"), "spot"),
    **dict.fromkeys(("transaction sold", "transaction revenue"), "spot"),
    **dict.fromkeys(("binance convert", "convert"), "convert"),
    "large otc trading": "otc",
    **dict.fromkeys(("buy crypto", "buy crypto with card", "buy crypto with fiat", "convert fiat to crypto ocbs"), "card"),
    "sell crypto to fiat": "card sale",
    **dict.fromkeys(("c2c transfer", "p2p trading"), "p2p"),
    "auto-invest transaction": "auto-invest",
    "leverage token redemption": "leverage",
    "stablecoins auto-conversion": "stablecoins",
    **dict.fromkeys(("swap farming transaction", "liquid swap sell", "liquid swap buy"), "liquid swap"),
    **dict.fromkeys(("small assets exchange bnb", "small assets exchange bnb (spot)"), "dust"),
    "bnb fee deduction": "bnb fee",
    **dict.fromkeys(("eth 2.0 staking", "eth 2.0 staking withdrawals"), "staked eth"),
    **dict.fromkeys(("token swap - distribution", "token swap - redenomination/rebranding"), "token swap"),
    **dict.fromkeys(("distribution", "asset - transfer"), "distribution"),
}
FEES = frozenset(("fee", "transaction fee"))
BUYING = frozenset(("buy", "transaction buy", "transaction spend"))
SELLING = frozenset(("sell", "transaction sold", "transaction revenue"))
EITHER_SIDE = "transaction related"
# One asset under another name or wrapping: basis and dates carry over.
CONVERSIONS = frozenset(("staked eth", "token swap", "distribution"))
# What remains of these where the export does not have the other side: the fiat was paid by card or to a person.
ONE_SIDED = frozenset(("card", "p2p"))

MOVES = frozenset(("deposit", "fiat deposit", "fiat ocbs - add fiat and fees", "withdraw", "fiat withdraw", "fiat withdrawal", "send"))
_INCOME_LISTS = {
    "income:referral": (
        "commission history",
        "referrer rebates",
        "commission rebate",
        "commission fee shared with you",
        "referral kickback",
        "referral commission",
    ),
    "income:airdrop": (
        "airdrop assets",
        "cash voucher distribution",
        "simple earn flexible airdrop",
        "campaign related reward",
        "launchpool airdrop",
        "hodler airdrops distribution",
        "megadrop rewards",
        "launchpool airdrop - user claim distribution",
        "launchpool airdrop - system distribution",
        "mission reward distribution",
    ),
    "income:mining": ("super bnb mining",),
    "income:interest": (
        "savings interest",
        "simple earn flexible interest",
        "pool distribution",
        "savings distribution",
        "launchpool interest",
    ),
    "income:staking": (
        "pos savings interest",
        "staking rewards",
        "soft staking rewards",
        "locked staking interest",
        "defi staking interest",
        "eth 2.0 staking rewards",
        "liquid swap rewards",
        "simple earn locked rewards",
        "dot slot auction rewards",
        "launchpool earnings withdrawal",
        "bnb vault rewards",
        "swap farming rewards",
    ),
    "income:reward": ("binance card cashback", "card cashback", "cashback voucher"),
}
INCOME = {name: kind for kind, names in _INCOME_LISTS.items() for name in names}
CORRECTIONS = frozenset(("asset recovery", "leveraged coin consolidation"))
GIFT = "crypto box"
CARD = "binance card spending"
_INTERNAL = re.compile(
    r"transfer_(?:in|out)|(?:transfer between|main and funding).*|"
    r"(?:simple earn|savings|pos savings|staking|launchpool|bnb vault)\b.*\b(?:purchase|subscription|redemption)"
)
# In the wallets of futures: what a position came to, its funding, and what it cost (`Fee`).
_RESULTS = frozenset(("realized profit and loss", "realize profit and loss", "funding fee", "fee", "insurance fund compensation"))
_NOT_BOOKED = re.compile(r".*(?:margin|futures|realized? profit|funding fee|insurance fund|options|loan).*")


def is_internal(operation: str) -> bool:
    """Moves between wallets of the same user at Binance."""
    return bool(_INTERNAL.fullmatch(operation))


def is_result(operation: str, account: str) -> bool:
    """A result of futures, in a wallet of futures."""
    return operation in _RESULTS and "futures" in account


def is_not_booked(operation: str, account: str) -> bool:
    """Margin, futures, options and loans, by the operation or by the wallet in which it stands."""
    return bool(_NOT_BOOKED.fullmatch(operation) or _NOT_BOOKED.fullmatch(account.replace("-", " ")))
