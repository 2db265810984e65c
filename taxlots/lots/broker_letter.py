"""The text by which a broker is told which lots a sale takes (26 CFR 1.1012-1(j)(3)(ii); for securities (c)(3) and (8))."""

from datetime import datetime, tzinfo

from taxlots.lots.identification import Part, Record, Sale, Standing, day_or_moment, moment

_MEANING = {
    "fifo": "the units acquired first (first in, first out)",
    "lifo": "the units acquired last (last in, first out)",
    "hifo": "the units with the highest basis per unit (highest in, first out)",
    "lofo": "the units with the lowest basis per unit (lowest in, first out)",
}


def letter(record: Record, content: Sale | Standing, account: str, zone: tzinfo) -> str:
    """The message to the broker of an account, with what makes each lot known to it."""
    if isinstance(content, Sale):
        subject, lines = "Specific identification of units to be sold", _sale(content, zone)
    else:
        subject, lines = "Standing order for the identification of units sold", _standing(content, zone)
    told = (
        f"To: customer service of {account}",
        f"Subject: {subject}",
        "",
        *lines,
        "",
        "Please confirm in writing that you received this and the time at which you did.",
        f"My own record of this was made at {_local(record.made, zone)} (line {record.line}, SHA-256 {record.sha256}).",
    )
    return "\n".join(told) + "\n"


def _sale(sale: Sale, zone: tzinfo) -> list[str]:
    planned = day_or_moment(sale.at) if sale.at else None
    when = f"on {_local(planned, zone)}" if isinstance(planned, datetime) else f"on {planned}" if planned else f"with the id {sale.sale}"
    return [
        f"In my sale of {sale.asset} {when}, please sell these units:",
        "",
        *(f"* {_part(part, sale.asset, zone)}" for part in sale.lots),
    ]


def _standing(order: Standing, zone: tzinfo) -> list[str]:
    what, until = order.asset or "any asset", f" until {_local(moment(order.until), zone)}" if order.until else " until I revoke this order"
    head = f"In every sale of {what} from my account from {_local(moment(order.start), zone)} on{until}, please sell"
    if not order.lots:
        return [f"{head} {_MEANING[order.method]}."]
    return [f"{head} these lots in this order, then the units acquired first:", "", *(f"* {_part(p, what, zone)}" for p in order.lots)]


def _part(part: Part, asset: str, zone: tzinfo) -> str:
    known = [f"acquired {_local(moment(part.acquired), zone)}"] if part.acquired else []
    known += [f"basis {part.basis} USD"] if part.basis else []
    return ", ".join([f"{part.quantity or 'all'} {asset}", *known, f"my lot {part.lot_id}"])


def _local(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S} ({zone})"
