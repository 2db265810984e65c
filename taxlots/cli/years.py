"""`taxlots gains --explain` and `taxlots filed`: what is asked of one year or one sale."""

from pathlib import Path
from typing import Any

from taxlots import exact
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.files import write_text
from taxlots.lots import explained, filed
from taxlots.problems import TaxlotsError, problem
from taxlots.reports import documents
from taxlots.reports.render import as_json
from taxlots.reports.tables import MONEY, TEXT, Table, frame_table
from taxlots.session import Session
from taxlots.tax import tax_due

_SHOWN = ("disposal_id", "account", "asset", "quantity")


def explain(session: Session, _advance: Advance, year: int | None, name: str) -> Result:
    """Per piece what chose the lot and the arithmetic; of a single transaction also the lots open then and what other orders give."""
    pieces = explained.chosen(session.book, name, year)
    if not pieces:
        hint = "Take a disposal_id or transaction_id of `taxlots gains`, or `all`."
        raise TaxlotsError(problem("USAGE", f"no disposal is called {name!r}", hint))
    listed = list(explained.explained(session.book, pieces))
    document = documents.document("explanation", session.problems, pieces=[_piece(one, session) for one in listed])
    tables = [_table(listed)]
    if name != explained.ALL:
        more, shown = _around(session, pieces[0])
        document, tables = document | more, [*tables, *shown]
    return Result(document, tables, session.problems)


def _piece(one: explained.Explained, session: Session) -> dict[str, Any]:
    row = documents.row(one.row, documents.GAINS, session.ledger.zone)
    return row | {"decided_by": one.decided, "arithmetic": {"proceeds": one.proceeds, "basis": one.basis, "gain": one.gain}}


def _table(listed: list[explained.Explained]) -> Table:
    names = (*_SHOWN, "decided by", "proceeds", "basis", "gain", "sale", "lot from")
    rows = []
    for one in listed:
        sources = (" ".join(f"{s['file']}:{s['row']}" for s in one.row[name] or []) for name in ("sources", "lot_sources"))
        rows.append((*(one.row[name] for name in _SHOWN), one.decided, one.proceeds, one.basis, one.gain, *sources))
    return Table("Disposals, explained", tuple((name, TEXT) for name in names), rows)


def _around(session: Session, piece: explained.Row) -> tuple[dict[str, Any], list[Table]]:
    """The lots that were open before a sale, and the sale's gain under every order."""
    cut = explained.before(session.ledger, piece["transaction_id"])
    if cut is None:
        return {}, []
    held = explained.open_then(session.book_of(cut[0]), piece)
    lots = documents.rows(held, documents.LOTS, session.ledger.zone)
    shown = ["lot_id", "account", "quantity", "basis", "acquired", "holding_starts", "sources"]
    tables = [frame_table("Lots open just before, the earliest first", held, shown, session.ledger.zone)]
    if not session.has_tax:
        return {"open_lots": lots}, tables
    other = explained.under_other_orders(cut[1], piece["transaction_id"], session.book_of)
    columns = (("order", TEXT), ("short-term gain", MONEY), ("long-term gain", MONEY))
    tables.append(Table("Had all lots until then left in another order", columns, [(name, *gains) for name, gains in other.items()]))
    orders = [{"method": name, "short_term": exact.plain(short), "long_term": exact.plain(long)} for name, (short, long) in other.items()]
    return {"open_lots": lots, "orders": orders}, tables


def file_year(session: Session, _advance: Advance, year: int, path: Path | None) -> Result:
    """Write down a year as filed, also of a draft. Raises TaxlotsError(USAGE) where it is not of the United States, or written already."""
    if not session.has_tax or session.elect is None:
        raise TaxlotsError(problem("USAGE", "only years of the United States can be filed"))
    folder = session.settings_file.path.parent if session.settings_file.path else Path()
    target = path or folder / f"filed-{year}.json"
    if target.exists():
        hint = "Move it away first if the year was filed again (an amended return)."
        raise TaxlotsError(problem("USAGE", f"{target} is there already", hint))
    due = tax_due(session.years().position(year), session.rulebook)
    closed = filed.closing(session.ledger, session.elect, session.rulebook, year)
    document = filed.document(session.book, closed, year, (due.carryover_short, due.carryover_long))
    write_text(target, as_json(document))
    rows = [(name, str(len(document[name]))) for name in ("disposals", "income", "lots")]
    rows += [(f"carryover, {term}", amount) for term, amount in document["carryover"].items()]
    said = (
        f"Say [filed.{year}] in taxlots.toml, so that later imports do not change the year." if year not in session.settings.filed else ""
    )
    shown = Table(f"{year} as filed: {target}", (("what", TEXT), ("value", TEXT)), rows, (said,) if said else ())
    return Result(documents.document("filing", session.problems, file=str(target), sha256=document["sha256"]), [shown], session.problems)
