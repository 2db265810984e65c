"""Which account names belong to platforms that file information returns as US custodial brokers.

An account is named by its platform, with a suffix where one platform has several (`coinbase`, `coinbase-2`).
"""

_US_BROKERS = frozenset(
    [
        "coinbase",
        "kraken",
        "gemini",
        "binance-us",
        "binanceus",
        "robinhood",
        "cashapp",
        "paypal",
        "venmo",
        "river",
        "strike",
        "swan",
        "uphold",
        "bitstamp",
        "okx-us",
        "crypto-com",
        "cryptocom",
        "etrade",
        "schwab",
        "fidelity",
        "vanguard",
        "ibkr",
    ]
)


def is_us_broker(account: str) -> bool:
    """Whether Form 1099-DA or 1099-B is to be expected from the account's platform."""
    name = account.lower()
    if "wallet" in name:  # a platform's self-custody wallet is no broker
        return False
    return any(name == broker or name.startswith((f"{broker}-", f"{broker}:")) for broker in _US_BROKERS)
