"""Pseudo-random histories with fixed seeds as universal ledger CSVs: input of the benchmark of lots."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ASSETS = ("BTC", "ETH", "SOL", "ADA", "DOT", "LINK", "AVAX", "ATOM")
HEADER = (
    "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,value,value_currency,"
    "counter_account,id,txid,note\n"
)
START = datetime(2019, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=2600)


def mixed(rows: int) -> Iterator[str]:
    """One taxpayer, two accounts, eight assets: buys, sells, swaps, transfers with fees in kind, staking."""
    draw = random.Random(7)
    for number in range(rows):
        account, other = draw.sample(("kraken", "ledger"), 2)
        asset, second = draw.sample(ASSETS, 2)
        quantity, price = f"{draw.randint(1, 10**8) / 10**8:.8f}", draw.randint(100, 90_000)
        amount = f"{draw.randint(100, 10**6) / 100:.2f}"
        legs = draw.choices(
            (
                f"buy,{amount},USD,{quantity},{asset},1.25,USD,,,,",
                f"sell,{quantity},{asset},{price},USD,0.75,USD,,,,",
                f"swap,{quantity},{asset},{quantity},{second},,,,{amount},USD,",
                f"transfer,{quantity},{asset},,,0.00001,{asset},0.5,,,{other}",
                f"income:staking,,,0.00100000,{asset},,,,2.50,USD,",
            ),
            (50, 20, 5, 10, 15),
        )[0]
        yield f"{_moment(number, rows)},{account},{legs},t{number},,\n"


def trades(rows: int) -> Iterator[str]:
    """One account, eight assets: buys and sells of random sizes, two to one."""
    draw = random.Random(5)
    for number in range(rows):
        asset, quantity, amount = draw.choice(ASSETS), f"{draw.randint(1, 10**8) / 10**8:.8f}", f"{draw.randint(100, 10**6) / 100:.2f}"
        legs = f"sell,{quantity},{asset},{amount},USD" if number % 3 == 2 else f"buy,{amount},USD,{quantity},{asset}"
        yield f"{_moment(number, rows)},kraken,{legs},1.25,USD,,,,,t{number},,\n"


def covered(rows: int) -> Iterator[str]:
    """As `trades`, but nothing is sold that was not bought before: RP2 refuses a history with a gap."""
    draw = random.Random(5)
    held = dict.fromkeys(ASSETS, 0)
    for number in range(rows):
        asset, units, amount = draw.choice(ASSETS), draw.randint(1, 10**8), f"{draw.randint(100, 10**6) / 100:.2f}"
        quantity, sells = f"{units / 10**8:.8f}", number % 3 == 2 and held[asset] >= units
        held[asset] += -units if sells else units
        legs = f"sell,{quantity},{asset},{amount},USD" if sells else f"buy,{amount},USD,{quantity},{asset}"
        yield f"{_moment(number, rows)},kraken,{legs},1.25,USD,,,,,t{number},,\n"


def many_open(rows: int) -> Iterator[str]:
    """One asset in one account: half of the rows buy, then sales of less than a lot and purchases take turns while all lots stay open."""
    draw = random.Random(3)
    for number in range(rows):
        amount = f"{draw.randint(100, 10**6) / 100:.2f}"
        buys = number < rows // 2 or number % 2
        legs = f"buy,{amount},USD,1.50000000,BTC" if buys else f"sell,0.70000000,BTC,{amount},USD"
        yield f"{_moment(number, rows)},kraken,{legs},1.25,USD,,,,,t{number},,\n"


def adversarial(rows: int) -> Iterator[str]:
    """One asset in one account, each lot dearer than all before: under highest-first what comes in goes to the top, and leaves first."""
    for number in range(rows):
        sells = number >= rows // 3 and number % 2
        legs = "sell,1.70000000,BTC,40000.00,USD" if sells else f"buy,{10_000 + number / 100:.2f},USD,1.50000000,BTC"
        yield f"{_moment(number, rows)},kraken,{legs},1.25,USD,,,,,t{number},,\n"


HISTORIES = {"mixed": mixed, "trades": trades, "covered": covered, "many-open": many_open, "adversarial": adversarial}


def write(path: Path, name: str, rows: int) -> None:
    """That history with that many rows."""
    with path.open("w") as file:
        file.write(HEADER)
        file.writelines(HISTORIES[name](rows))


def _moment(number: int, rows: int) -> str:
    return f"{START + number * (SPAN / rows):%Y-%m-%dT%H:%M:%S.%fZ}"
