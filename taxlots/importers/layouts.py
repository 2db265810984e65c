"""The table of all export layouts, family by family. `taxlots formats` prints it."""

from taxlots.importers import universal, universal_bulk
from taxlots.importers.apps.layouts import LAYOUTS as APPS
from taxlots.importers.brokers.layouts import LAYOUTS as BROKERS
from taxlots.importers.detect import Layout
from taxlots.importers.exchanges.layouts import LAYOUTS as EXCHANGES
from taxlots.importers.tools.layouts import LAYOUTS as TOOLS
from taxlots.importers.transaction_columns import CODED
from taxlots.importers.wall_clocks import OWN
from taxlots.importers.wallets.layouts import LAYOUTS as WALLETS

UNIVERSAL = Layout(
    "universal",
    "any",
    "Universal ledger CSV",
    universal.REQUIRED,
    universal.read,
    bulk=universal_bulk.read,
    coded=CODED,
    clock=OWN,
    columns=tuple(universal.COLUMNS),
)

LAYOUTS: tuple[Layout, ...] = (*EXCHANGES, *TOOLS, *APPS, *WALLETS, *BROKERS, UNIVERSAL)
