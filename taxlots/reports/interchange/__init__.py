"""Form 8949 as files that tax programs import, one module each. A further format is one file and one row of `FORMATS`."""

from taxlots.reports.interchange.drake import DRAKE
from taxlots.reports.interchange.entries import Format
from taxlots.reports.interchange.opentaxsolver import OPENTAXSOLVER
from taxlots.reports.interchange.taxact import TAXACT
from taxlots.reports.interchange.turbotax import TURBOTAX
from taxlots.reports.interchange.txf import TXF

FORMATS: dict[str, Format] = {row.name: row for row in (TURBOTAX, TXF, DRAKE, TAXACT, OPENTAXSOLVER)}
