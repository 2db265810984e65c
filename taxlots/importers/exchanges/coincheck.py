"""Coincheck (Japan): the history of purchases. `Price` is the total that was paid, without a fee of its own."""

from taxlots.importers.column_legs import Leg
from taxlots.importers.columns import Columns, reader

ACCOUNT = "coincheck"
REQUIRED = ("ID", "Amount", "Price", "Trading Currency", "Original Currency", "Progress", "Time")
read = reader(
    Columns(
        account=ACCOUNT,
        time="Time",
        kind=("Progress",),
        kinds={"completed": "trade", "pending": "aside: pending", "canceled": "aside: cancelled", "cancelled": "aside: cancelled"},
        sent=Leg("Price", "Original Currency"),
        received=Leg("Amount", "Trading Currency"),
        id="ID",
    )
)
