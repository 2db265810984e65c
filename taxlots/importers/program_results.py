"""What this program wrote itself, lying among the exports: tables of `--format csv` and the workbook of `taxlots report`.

They say again what the exports say, and their columns are those of opening lots or balances, so reading them would count everything
twice. The ledger (`taxlots ledger --format csv`) is not among them: it has the universal layout and its transactions have their ids.
"""

import re

from taxlots.importers.readers import Sheet
from taxlots.problems import Problem, problem

LAYOUT = "taxlots_result"
REASON = "a result of this program"
_TITLE = re.compile(r"\(taxlots [0-9][0-9A-Za-z.+]*\)$")
_COMMANDS: dict[str, frozenset[str]] = {
    "check": frozenset({"file", "layout", "rows", "used", "merged", "set aside", "unusable"}),
    "gains": frozenset({"disposal_id", "transaction_id", "lot_id", "asset", "quantity", "proceeds", "basis", "gain"}),
    "lots": frozenset({"lot_id", "lot_transaction_id", "account", "asset", "quantity", "basis", "acquired"}),
    "income": frozenset({"transaction_id", "kind", "asset", "quantity", "value", "time", "price_source"}),
    "harvest": frozenset({"lot", "asset", "quantity", "term", "loss", "tax saved", "net benefit"}),
    "sell": frozenset({"lot", "quantity", "long-term on", "gain", "tax it adds", "per unit"}),
    "wait": frozenset({"lot", "asset", "long-term on", "tax now", "tax then", "break-even price"}),
    "rebalance": frozenset({"alternative", "score", "tax now", "trading cost", "after-tax value"}),
    "tax": frozenset({"form", "line", "what", "amount", "rule"}),
    "verify": frozenset({"sheet", "cell", "column", "workbook", "recomputed"}),
    "formats": frozenset({"layout", "platform", "export", "recognised by"}),
    "rules": frozenset({"rule", "value", "unit", "citation", "evidence", "url"}),
}


def command_of(sheet: Sheet) -> str | None:
    """The command whose result the sheet is; None where it is no result of this program."""
    first = next((row for row in sheet.cells if any(row)), [""])
    if "#" in sheet.file and _TITLE.search(first[0]):
        return "report"
    names = {cell.strip() for cell in first}
    return next((command for command, columns in _COMMANDS.items() if columns <= names), None)


def left_out(sheet: Sheet, command: str) -> Problem:
    """What is said of such a file."""
    return problem("RESULT_LEFT_OUT", f"the result of `taxlots {command}`; none of it was read as an export", file=sheet.file)
