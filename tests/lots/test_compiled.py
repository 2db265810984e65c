"""The compiled fold against the loop in Python: the same frames, names and problems, to the last digit."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import hatch_build
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots import exact
from taxlots.importers.read import read
from taxlots.ledger.settle import Terms, settle
from taxlots.lots import compiled
from taxlots.lots.elections import TermRates
from taxlots.lots.pieces import unit_rank
from taxlots.session import book

from histories import book_of
from strategies import transactions

AMOUNTS = st.integers(0, exact.LIMIT - 1) | st.integers(0, 10**20) | st.integers(2**63 - 2, 2**65)
METHODS = ["fifo", "lifo", "hifo", "lofo", "min-tax", "average", "section-104"]
RATES = TermRates(Decimal("0.35"), Decimal("0.15"))
LEGS = "sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,value,counter_account"
ACCOUNTS = ("kraken", "ledger", "coinbase")

needs_library = pytest.mark.skipif(compiled.library() is None, reason="this installation has no compiled fold")


def terms(method):
    """What a booking by that method is given: the law of the United States averages no digital assets."""
    law = {"average": {"jurisdiction": "generic"}, "section-104": {"jurisdiction": "uk"}}
    return {"method": method} | law.get(method, {"rates": RATES})


def in_bytes(number, size=16):
    return number.to_bytes(size, "little", signed=True)


@pytest.fixture
def in_python(monkeypatch):
    """Call a function with the loop in Python doing everything."""

    def call(function, *arguments, **named):
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "library", lambda: None)
            return function(*arguments, **named)

    return call


def test_it_is_built_where_it_can_be(tmp_path):
    source = Path(compiled.__file__).with_name("fold.c")
    assert compiled.library() is not None or not hatch_build.compiled(source, tmp_path / "fold.so")


@needs_library
@given(AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
def test_shares_are_those_of_exact(amount, part, whole, negative):
    part, whole = sorted((part, max(whole, 1)))
    amount = -amount if negative else amount
    result = bytearray(16)
    given_ = (in_bytes(amount), in_bytes(part), in_bytes(whole))
    compiled.library().taxlots_share(*given_, (compiled.ctypes.c_char * 16).from_buffer(result))
    assert int.from_bytes(result, "little", signed=True) == exact.share(amount, part, whole)


@needs_library
@given(AMOUNTS, AMOUNTS.filter(bool))
def test_ranks_are_those_of_pieces(amount, units):
    result = bytearray(32)
    compiled.library().taxlots_unit_rank(in_bytes(amount), in_bytes(units), (compiled.ctypes.c_char * 32).from_buffer(result))
    assert int.from_bytes(result, "little") == unit_rank(amount, units)


def assert_equal(fast, slow):
    for name in ("lots", "disposals", "income", "moves"):
        one, other = getattr(fast, name), getattr(slow, name)
        assert one.to_dict("records") == other.to_dict("records"), name
    assert [p.as_dict() for p in fast.problems] == [p.as_dict() for p in slow.problems]


@needs_library
@settings(max_examples=60)
@given(st.sampled_from(METHODS), st.sampled_from(["account", "universal"]), transactions(most=20))
def test_histories_come_to_the_same(method, pool, history):
    with pytest.MonkeyPatch.context() as patch:
        fast = book_of(history, pool=pool, **terms(method))
        patch.setattr(compiled, "library", lambda: None)
        assert_equal(fast, book_of(history, pool=pool, **terms(method)))


def row(draw, number):
    """One row: purchases and sales with fees of every sort, moves to and fro that send more than there is, gifts."""
    account, other = draw.sample(ACCOUNTS, 2)
    asset, second = draw.sample(("BTC", "ETH", "SOL"), 2)
    digits = draw.choice((2, 8, 18))
    quantity, small = (f"{draw.randint(1, 3 * 10**digits) / 10 ** (digits - extra):.{digits}f}" for extra in (0, -1))
    amount = f"{draw.randint(100, 10 ** draw.choice((4, 9)))}.{draw.randint(0, 99):02d}"
    legs = draw.choices(
        (
            f"buy,{amount},USD,{quantity},{asset},1.25,USD,,,",
            f"buy,{amount},USD,{quantity},{asset},{small},{asset},0.5,,",
            f"sell,{quantity},{asset},{amount},USD,0.75,USD,,,",
            f"swap,{quantity},{asset},{quantity},{second},{small},{second},0.5,{amount},",
            f"transfer,{quantity},{asset},,,{small},{asset},0.5,,{other}",
            f"gift-out,{quantity},{asset},,,,,,,",
            f"income:staking,,,{small},{asset},,,,2.50,",
        ),
        (40, 5, 20, 10, 20, 2, 5),
    )[0]
    moment = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=30 * (number // 2))
    return f"{moment.isoformat()},{account},{legs},t{number}"


@needs_library
@pytest.mark.parametrize("split", ["", "split,,,40.5,SOL,,,,,"], ids=["", "with a split"])
@pytest.mark.parametrize("pool", ["account", "universal"])
@pytest.mark.parametrize("method", METHODS)
def test_long_histories_come_to_the_same(tmp_path, in_python, method, pool, split):
    """A thousand rows. Of what was split the loop in Python books everything, beside the other assets in the compiled fold."""
    draw = random.Random(METHODS.index(method))
    path = tmp_path / "ledger.csv"
    rows = [row(draw, number) for number in range(1000)]
    if split:
        rows[500] = f"{rows[500].partition(',')[0]},kraken,{split},t500"
    path.write_text("\n".join([f"time,account,kind,{LEGS},id", *rows]) + "\n")
    ledger = settle(read([path]), Terms(zone_assumed=False))
    fast = book(ledger, pool=pool, **terms(method))
    assert len(fast.disposals) > 300
    assert_equal(fast, in_python(book, ledger, pool=pool, **terms(method)))


@needs_library
def test_accounts_at_average_cost_beside_others(tmp_path, in_python):
    """Lots that move between a holding and an account that tells them apart are booked in Python; both kinds in one run."""
    draw = random.Random(11)
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join([f"time,account,kind,{LEGS},id", *(row(draw, number) for number in range(1000))]) + "\n")
    ledger = settle(read([path]), Terms(zone_assumed=False))
    for given_ in (
        {"accounts": {"ledger": "average"}},
        {"method": "average", "accounts": {"ledger": "hifo"}},
        {"assets": {"BTC": "average"}},
    ):
        choice = {"method": "fifo", "jurisdiction": "generic"} | given_
        fast = book(ledger, **choice)
        assert_equal(fast, in_python(book, ledger, **choice))
