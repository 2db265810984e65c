"""Binance Auto-Invest history and the history of ETH turned into staked ETH (BETH).

Auto-Invest gives minutes only, and is told by the statement too: its rows are compared by their date. The fee comes on top of the
amount; no fee reads `--`. BETH is ETH in another wrapping, one for one, so that basis and dates carry over.
"""

from datetime import UTC

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, trade_kind
from taxlots.importers.exchanges.binance import ACCOUNT
from taxlots.importers.exchanges.binance_trades import split_amount
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import required
from taxlots.importers.records import Row, RowError

AUTO_INVEST = ("Auto-Invest Date(UTC)", "Holding Coin", "Amount per period", "Trading Fee", "Units", "From", "Status")
STAKED_ETH = ("Date(UTC)", "Coin", "Token", "Amount", "Status")
_DONE = {"success", "successful", "completed"}
_NONE = {"", "-", "--"}


def _is_done(row: Row, reading: Reading) -> bool:
    done = row.text("Status").lower() in _DONE
    if not done:
        reading.intake.leave(row, f"the status is {row.text('Status')!r}")
    return done


def _take_auto_invest(row: Row, reading: Reading) -> None:
    if not _is_done(row, reading):
        return
    when = moment(row, "Auto-Invest Date(UTC)", UTC)
    coin = row.text("Holding Coin").upper()

    def amount(column: str) -> Leg | None:
        if row.text(column) in _NONE:
            return None
        quantity, asset = split_amount(row.text(column), (coin,))
        return leg(quantity, asset)

    legs = Legs(sent=amount("Amount per period"), received=amount("Units"), fee=amount("Trading Fee"))
    if legs.received and legs.received[1] != coin:
        raise RowError("ROW_INVALID", f"column 'Units' is in {legs.received[1]}, column 'Holding Coin' says {coin}")
    note = f"Auto-Invest from {row.text('From')}" if row.text("From") else "Auto-Invest"
    reading.intake.add(booked(row, ACCOUNT, trade_kind(legs.sent, legs.received), (when, True), legs, note=note))


def _take_staked_eth(row: Row, reading: Reading) -> None:
    if not _is_done(row, reading):
        return
    when = moment(row, "Date(UTC)", UTC)
    amount = required(row, "Amount")
    legs = Legs(sent=leg(amount, row.text("Coin")), received=leg(amount, row.text("Token")))
    if {row.text("Coin").upper(), row.text("Token").upper()} != {"ETH", "BETH"}:
        raise RowError("ROW_INVALID", f"{row.text('Coin')!r} and {row.text('Token')!r} are not ETH and BETH")
    reading.intake.add(booked(row, ACCOUNT, "convert", (when, False), legs))


read_auto_invest = each_row(_take_auto_invest)
read_staked_eth = each_row(_take_staked_eth)
