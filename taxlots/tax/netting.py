"""Schedule D: short-term against long-term, the loss limit, and what is carried to the next year."""

from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.tax.position import ZERO, TaxPosition


@dataclass(frozen=True, slots=True)
class Netted:
    """Schedule D, US dollars: lines 7 (`short`), 15 (`long`), 18 (`collectibles`) and 21 (`deductible_loss`, > 0)."""

    short: Decimal
    long: Decimal
    collectibles: Decimal
    deductible_loss: Decimal

    @property
    def in_agi(self) -> Decimal:
        """Form 1040 line 7: the net gain, or the net loss as far as it is deductible (negative)."""
        return max(self.short + self.long, -self.deductible_loss)

    @property
    def net_capital_gain(self) -> Decimal:
        """The smaller of lines 15 and 16, at least 0: what the preferential rates apply to (26 USC 1222(11))."""
        return max(ZERO, min(self.long, self.short + self.long))


def net(position: TaxPosition, loss_limit: Decimal) -> Netted:
    """Net a year's gains and losses with the losses brought in, in US dollars.

    `loss_limit` is what other income can absorb in the year (26 USC 1211(b)). The 28 % group takes up the collectibles'
    losses, the short-term net loss and the long-term carryover (28% Rate Gain Worksheet).
    """
    with exact.exactly():
        short = position.short_term - position.carryover_short
        long = position.long_term - position.carryover_long
        collectibles = max(ZERO, position.collectibles + min(ZERO, short) - position.carryover_long)
        return Netted(short, long, collectibles, min(loss_limit, max(ZERO, -(short + long))))


def carryover(netted: Netted, signed_taxable_income: Decimal) -> tuple[Decimal, Decimal]:
    """Short-term and long-term loss carried to the next year, positive US dollars.

    Source: 26 USC 1212(b); Schedule D, Capital Loss Carryover Worksheet. `signed_taxable_income` is income less
    deductions, negative where deductions exceed it: then the deducted loss did not save tax, and as much more is
    carried.
    """
    with exact.exactly():
        absorbed = min(netted.deductible_loss, max(ZERO, signed_taxable_income + netted.deductible_loss))
        loss_short, loss_long = max(ZERO, -netted.short), max(ZERO, -netted.long)
        # Other income takes the short-term loss first; only what it can take beyond that reduces the long-term loss.
        short = max(ZERO, loss_short - absorbed - max(ZERO, netted.long))
        long = max(ZERO, loss_long - max(ZERO, absorbed - loss_short) - max(ZERO, netted.short))
        return short, long
