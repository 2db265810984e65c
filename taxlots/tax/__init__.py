"""United States federal income tax on capital gains: from a taxpayer's year to the tax due."""

from taxlots.tax.liability import tax_due
from taxlots.tax.position import TaxDue, TaxPosition

__all__ = ["TaxDue", "TaxPosition", "tax_due"]
