"""`taxlots init`: a commented taxlots.toml for a folder of exports."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from taxlots import frames
from taxlots.cli.results import DONE
from taxlots.files import write_text
from taxlots.importers.read import read
from taxlots.kinds import is_fiat
from taxlots.ledger.settle import settle
from taxlots.problems import TaxlotsError, problem
from taxlots.settings import FILE_NAME, parse_settings


def run(paths: Sequence[Path], *, force: bool) -> int:
    """Write the file; the assets found in the exports are listed as possible targets.

    Raises:
        TaxlotsError: there is one already, and `force` is not given.
    """
    target = Path(FILE_NAME)
    if target.exists() and not force:
        raise TaxlotsError(problem("USAGE", f"{target} exists already", "Use --force to replace it."))
    text = template(_assets(paths), datetime.now(UTC).year)
    parse_settings(text, target)
    write_text(target, text)
    sys.stdout.write(f"wrote {target}; next: fill in [profile], then `taxlots check {paths[0]}`\n")
    return DONE


def template(assets: Sequence[str], year: int) -> str:
    """The commented settings with the assets as targets to fill in, and the profile of that year."""
    text = (files("taxlots") / "cli" / "taxlots.toml.template").read_text(encoding="utf-8")
    lines = "\n".join(f"# {asset} = {{ weight = 0.10, band = 0.05 }}" for asset in assets)
    return text.replace("@YEAR@", str(year)).replace("@ASSETS@", lines or "# BTC = { weight = 0.40, band = 0.05 }")


def _assets(paths: Sequence[Path]) -> list[str]:
    transactions = frames.records(settle(read(list(paths))).transactions)
    named = {record[side] for record in transactions for side in ("sent_asset", "received_asset")}
    return sorted(asset for asset in named if asset and not is_fiat(asset) and asset.isidentifier())
