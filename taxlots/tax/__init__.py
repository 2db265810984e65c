"""Income tax on capital gains: from a taxpayer's year to the tax due."""

from taxlots.tax.kinks import Kink
from taxlots.tax.liability import tax_due
from taxlots.tax.marginal import Marginal, marginal
from taxlots.tax.position import TaxDue, TaxPosition

__all__ = ["Kink", "Marginal", "TaxDue", "TaxPosition", "marginal", "tax_due", "tax_due_many"]


def __getattr__(name: str) -> object:
    """`tax_due_many` brings pandas with it and is loaded on first use."""
    if name == "tax_due_many":
        from taxlots.tax.many import tax_due_many  # noqa: PLC0415

        return tax_due_many
    raise AttributeError(name)
