"""The kinds of transaction, what legs each needs, and which currencies are fiat."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

FIAT = frozenset(
    """
    USD EUR GBP CAD AUD CHF JPY NZD SEK NOK DKK PLN CZK HUF RON BGN
    TRY BRL MXN ARS CLP COP INR IDR KRW CNY HKD SGD THB PHP MYR TWD
    VND ZAR NGN KES AED SAR ILS UAH RUB ISK RSD GEL KZT PKR BDT LKR
    EGP MAD JOD KWD QAR BHD OMR PEN UYU CRC DOP HRK GHS UGX TZS
    """.split()
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: the legs that it needs (`either`: one of them is enough) and whether a market value has to be known for it.

    `about`: the asset of the sent leg, without a quantity, names the holding whose basis it changes.
    """

    name: str
    needs: tuple[str, ...]
    either: bool = False
    valued: bool = False
    about: bool = False


_ROWS = (
    Kind("buy", ("sent", "received"), valued=True),
    Kind("sell", ("sent", "received"), valued=True),
    Kind("swap", ("sent", "received"), valued=True),
    Kind("transfer", ("sent",)),
    Kind("deposit", ("received",)),
    Kind("withdrawal", ("sent",)),
    Kind("income:staking", ("received",), valued=True),
    Kind("income:interest", ("received",), valued=True),
    Kind("income:mining", ("received",), valued=True),
    Kind("income:airdrop", ("received",), valued=True),
    Kind("income:fork", ("received",), valued=True),
    Kind("income:reward", ("received",), valued=True),
    Kind("income:referral", ("received",), valued=True),
    Kind("income:wages", ("received",), valued=True),
    Kind("income:dividend", ("received",), valued=True),
    Kind("income:qualified-dividend", ("received",), valued=True),
    Kind("income:capital-gain-distribution", ("received",), valued=True),
    Kind("income:other", ("received",), valued=True),
    Kind("return-of-capital", ("received",), valued=True, about=True),
    Kind("spend", ("sent",), valued=True),
    Kind("fee", ("sent", "fee"), either=True, valued=True),
    Kind("gift-in", ("received",)),
    Kind("gift-out", ("sent",)),
    Kind("donation", ("sent",)),
    Kind("inheritance", ("received",), valued=True),
    Kind("theft", ("sent",)),
    Kind("lost", ("sent",)),
    Kind("split", ("sent", "received"), either=True),
    Kind("convert", ("sent", "received")),
    Kind("adjust", ("sent", "received"), either=True),
    Kind("spin-off", ("received",), about=True),
    Kind("realized-gain", ("sent", "received"), either=True, valued=True),
)
REALIZED = "realized-gain"  # the result of a position in margin or derivatives: received is profit, sent is loss
EXCLUDE = "exclude"  # in overrides and rules: the row is not to be used
KINDS = {kind.name: kind for kind in _ROWS}
DUST = Decimal("0.00000001")  # exports print eight decimals of what platforms keep with more


def is_fiat(asset: str | None) -> bool:
    """Whether the asset is a national currency, which is money here and no lot."""
    return asset in FIAT


def asset_class(asset: str, said: Mapping[str, str]) -> str:
    """The class of an asset: what an export or the person says of it, else digital; `said` maps assets to classes."""
    return said.get(asset, "digital")
