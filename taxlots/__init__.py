"""Tax-aware lot accounting: exports in, exact lots, scored alternatives and an accountant's workbook out.

Names load on first use, so that `import taxlots` stays light.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_LAZY = {
    "read_exports": "taxlots.session",
    "book": "taxlots.session",
    "tax_due": "taxlots.tax",
    "TaxPosition": "taxlots.tax",
}
__all__ = ["TaxPosition", "__version__", "book", "read_exports", "tax_due"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'taxlots' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
