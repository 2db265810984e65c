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
# The whole headers of `taxlots export`: a part of them may be a broker's. TurboTax's is a layout, since other programs write it too.
_FILES = (
    (
        *("Description", "Date Sold", "Sales Proceeds", "Date Acquired", "Cost or Other Basis"),
        *("Wash Sale", "Adjustment Code", "Adjustment Amount", "Reporting Category"),
    ),
    (
        *("TSJ", "F", "State", "City", "Form 8949 Check Box", "Desc", "Date Acquired", "Date Sold", "Type", "Ordinary"),
        *("Proceeds", "Cost", "AMT Cost Basis", "Accrued Discount", "Wash Sale Loss", "US Real Property", "Adj 1 Code", "Adj 1 Amount"),
    ),
    ("Description", "Date_Acquired", "Date_Sold", "Proceeds", "Cost", "Code", "Adjustment"),
)
_TXF = ("V042", "Ataxlots ")  # the first two lines


def command_of(sheet: Sheet) -> str | None:
    """The command whose result the sheet is; None where it is no result of this program."""
    first = next((row for row in sheet.cells if any(row)), [""])
    if "#" in sheet.file and _TITLE.search(first[0]):
        return "report"
    if tuple(first) in _FILES or _is_txf(sheet):
        return "export"
    names = {cell.strip() for cell in first}
    return next((command for command, columns in _COMMANDS.items() if columns <= names), None)


def _is_txf(sheet: Sheet) -> bool:
    starts = ["".join(row) for row in sheet.cells[: len(_TXF)]]
    return len(starts) == len(_TXF) and all(map(str.startswith, starts, _TXF))


def left_out(sheet: Sheet, command: str) -> Problem:
    """What is said of such a file."""
    return problem("RESULT_LEFT_OUT", f"the result of `taxlots {command}`; none of it was read as an export", file=sheet.file)
