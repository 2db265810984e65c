"""The order of lots in which a sale costs least tax: each lot by what the year's tax rises per unit if it is sold today."""

from decimal import Decimal

from taxlots import exact
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import position_with, sale
from taxlots.tax import tax_due


def by_tax(portfolio: Portfolio, account: str, asset: str) -> list[tuple[HeldLot, Decimal]]:
    """The lots of an asset in an account with the tax per unit of selling each alone, least first; then by unit basis, then by age.

    The higher unit basis goes first: so losses that save no tax this year come before gains that cost none.
    """
    with exact.exactly():
        before = tax_due(portfolio.position, portfolio.rulebook).total
        listed = []
        for lot in portfolio.lots:
            if (lot.account, lot.asset) == (account, asset) and lot.tradable and lot.taxed:
                after = tax_due(position_with(portfolio.position, [sale(portfolio, lot, lot.quantity)]), portfolio.rulebook).total
                listed.append((lot, (after - before) / lot.quantity))
        return sorted(listed, key=lambda item: (item[1], -item[0].unit_basis, item[0].acquired, item[0].order))
