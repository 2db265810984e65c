"""Schedule D: short-term against long-term, the loss limit, and what is carried to the next year.

The functions compute with the arithmetic that they are given; Decimals want `exact.exactly()` around them.
"""

from dataclasses import dataclass
from typing import Any

from taxlots.tax.arithmetic import Exact, Number


@dataclass(frozen=True, slots=True)
class Netted:
    """Schedule D, US dollars: lines 7 (`short`), 15 (`long`), 18 (`collectibles`) and 21 (`deductible_loss`, > 0).

    `in_agi` is Form 1040's line of capital gain: the net gain, or the net loss as far as it is deductible (negative).
    `net_capital_gain` is the smaller of lines 15 and 16, at least 0: what the preferential rates apply to (26 USC
    1222(11)).
    """

    short: Number
    long: Number
    collectibles: Number
    deductible_loss: Number
    in_agi: Number
    net_capital_gain: Number


def net(position: Any, loss_limit: Number, by: Any = Exact) -> Netted:
    """Net the year's gains and losses of a TaxPosition (or columns of such) with the losses brought in, in US dollars.

    `loss_limit` is what other income can absorb in the year (26 USC 1211(b)). The 28 % group takes up the collectibles'
    losses, the short-term net loss and the long-term carryover (28% Rate Gain Worksheet).
    """
    least, most, zero = by.least, by.most, by.zero
    short = position.short_term - position.carryover_short
    long = position.long_term - position.carryover_long
    collectibles = most(zero, position.collectibles + least(zero, short) - position.carryover_long)
    total = short + long
    deductible = least(loss_limit, most(zero, -total))
    return Netted(short, long, collectibles, deductible, most(total, -deductible), most(zero, least(long, total)))


def carryover(netted: Netted, signed_income: Number, by: Any = Exact) -> tuple[Number, Number]:
    """Short-term and long-term loss carried to the next year, positive US dollars.

    Source: 26 USC 1212(b); Schedule D, Capital Loss Carryover Worksheet. `signed_income` is income less deductions
    (before personal exemptions), negative where deductions exceed it: then the deducted loss did not save tax, and as
    much more is carried.
    """
    most, zero, deductible = by.most, by.zero, netted.deductible_loss
    absorbed = by.least(deductible, most(zero, signed_income + deductible))
    loss_short, loss_long = most(zero, -netted.short), most(zero, -netted.long)
    # Other income takes the short-term loss first; only what it can take beyond that reduces the long-term loss.
    short = most(zero, loss_short - absorbed - most(zero, netted.long))
    long = most(zero, loss_long - most(zero, absorbed - loss_short) - most(zero, netted.short))
    return short, long
