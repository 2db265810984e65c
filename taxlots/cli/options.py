"""The options that commands share, each declared once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Interchange(StrEnum):
    """The tax programs' files that `taxlots export` writes: the names of the table in taxlots.reports.interchange."""

    TURBOTAX = "turbotax"
    TXF = "txf"
    DRAKE = "drake"
    TAXACT = "taxact"
    OPENTAXSOLVER = "opentaxsolver"


Paths = Annotated[list[Path], typer.Argument(help="Export files, folders (walked) or zip archives of them.", show_default=False)]
Config = Annotated[Path | None, typer.Option("--config", help="Settings; default ./taxlots.toml if present.", show_default=False)]
MethodOption = Annotated[
    str | None, typer.Option("--method", help="Order of lots: fifo, lifo, hifo, lofo, min-tax, average, section-104.", show_default=False)
]
PoolOption = Annotated[str | None, typer.Option("--pool", help="account or universal.", show_default=False)]
Jurisdiction = Annotated[str | None, typer.Option("--jurisdiction", help="us, uk, ca, de, au or generic.", show_default=False)]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Taxpayer's time zone.", show_default=False)]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Leave out what is later than this day.", show_default=False)]
Prices = Annotated[Path | None, typer.Option("--prices", help="Price table (CSV).", show_default=False)]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is shown.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead of stdout.", show_default=False)]
PlanToRecord = Annotated[
    Path | None, typer.Option("--plan", help="The sales of this plan (JSON), for its day or the day of --sale.", show_default=False)
]
KnownHash = Annotated[
    str | None, typer.Option("--hash", help="With --verify: a hash kept elsewhere that must be there.", show_default=False)
]
Plot = Annotated[Path | None, typer.Option("--plot", help="Also draw a figure: FILE.png or FILE.svg.", show_default=False)]
Account = Annotated[str | None, typer.Option("--account", help="Of this account alone.", show_default=False)]
Year = Annotated[int | None, typer.Option("--year", help="Tax year.", show_default=False)]
Rules = Annotated[
    Path | None, typer.Option("--rules", help="Folder whose rule files take the place of the packaged ones.", show_default=False)
]
