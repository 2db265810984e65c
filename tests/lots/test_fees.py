"""Fees of every sort: in money, in the traded assets, in a third asset, withheld, and of transfers between own accounts."""

from decimal import Decimal

import pytest
from taxlots import frames
from test_law import buy, sell, sold, tx

from histories import book_of
from support import folder, run, universal
from support import tx as row

FEE = {"fee_quantity": "0.1", "fee_asset": "T", "fee_value": "5"}


def held(book):
    """(asset, quantity, basis) of every open lot."""
    return [(lot["asset"], lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)]


def test_in_money():
    """26 CFR 1.1012-1(h)(1)(i), 1.1001-7(b)(2): bought for 100 + 2, sold for 150 - 3: 147 - 102 = 45."""
    money = {"fee_asset": "USD"}
    rows = [buy("2024-01-05", "b", "1", "100", fee_quantity="2", **money), sell("2024-03-05", "x", "1", "150", fee_quantity="3", **money)]
    assert sold(book_of(rows)) == [("sell", "A", "b", 1, 147, 102, "short")]


def test_of_a_sale_in_the_asset_sold():
    """1 of 11 A is the fee, worth 12; 10 are sold for 120 less that cost: 108. The fee's 1 A is sold for 12. Basis 10 each."""
    fee = {"fee_quantity": "1", "fee_asset": "A", "fee_value": "12"}
    book = book_of([buy("2024-01-05", "b", "11", "110"), sell("2024-03-05", "x", "10", "120", **fee)])
    assert sold(book) == [("fee", "A", "b", 1, 12, 10, "short"), ("sell", "A", "b", 10, 108, 100, "short")]


def test_of_a_purchase_in_the_asset_bought():
    """10 A for 100, of which 1 A worth 10 is withheld: cost 100 + 10 = 110 for 10, 11 each. The fee's A: 10 - 11; 9 are left with 99."""
    fee = {"fee_quantity": "1", "fee_asset": "A", "fee_value": "10"}
    book = book_of([buy("2024-01-05", "b", "10", "100", **fee)])
    assert sold(book) == [("fee", "A", "b", 1, 10, 11, "short")]
    assert held(book) == [("A", 9, 99)]


@pytest.mark.parametrize("kind", ["buy", "sell", "swap"])
def test_in_a_third_asset(kind):
    """0.1 T (basis 4 of 40) worth 5 are used: sold for 5. They raise the cost of buying, and lower what selling or swapping brings."""
    rows = [buy("2024-01-05", "t", "1", "40", asset="T"), buy("2024-01-06", "bb", "1", "100")]
    legs = {
        "buy": {"sent_quantity": "150", "sent_asset": "USD", "received_quantity": "1", "received_asset": "B"},
        "sell": {"sent_quantity": "1", "sent_asset": "A", "received_quantity": "150", "received_asset": "USD"},
        "swap": {"sent_quantity": "1", "sent_asset": "A", "received_quantity": "1", "received_asset": "B", "value": "150"},
    }[kind]
    book = book_of([*rows, tx("2024-03-05", kind, "xxx", **legs, **FEE)])
    pieces = [("fee", "T", "t", Decimal("0.1"), 5, 4, "short")]
    pieces += [(kind, "A", "bb", 1, 145, 100, "short")] if kind != "buy" else []
    assert sorted(sold(book), reverse=True) == sorted(pieces, reverse=True)
    basis = {"buy": [("A", 1, 100), ("B", 1, 155)], "sell": [], "swap": [("B", 1, 150)]}[kind]
    assert held(book) == [*basis, ("T", Decimal("0.9"), 36)]


def test_of_a_transfer_is_a_disposal():
    """0.1 of 1.1 A (basis 110) is the network's fee, worth 15: sold for 15 with basis 10; 1 A moves with its 100."""
    fee = {"fee_quantity": "0.1", "fee_asset": "A", "fee_value": "15"}
    moved = tx("2024-02-05", "transfer", "mm", sent_quantity="1", sent_asset="A", counter_account="cold", **fee)
    book = book_of([buy("2024-01-05", "b", "1.1", "110"), moved])
    assert sold(book) == [("fee", "A", "b", Decimal("0.1"), 15, 10, "short")]
    assert held(book) == [("A", 1, 100)]


@pytest.mark.parametrize(("setting", "basis"), [("", ["40", "60"]), ('[methods]\ntransfer_fee = "basis"\n', ["46", "69"])])
def test_of_a_transfer_as_basis(tmp_path, setting, basis):
    """As basis the 15 are spread over what moves, by units: 0.4 (40) get 6, 0.6 (60) get 9. The fee is a disposal all the same."""
    rows = (
        row("2024-01-04T12:00:00Z", "buy", sent="10 USD", received="0.1 BTC", id="a"),
        row("2024-01-05T12:00:00Z", "buy", sent="40 USD", received="0.4 BTC", id="b"),
        row("2024-01-06T12:00:00Z", "buy", sent="60 USD", received="0.6 BTC", id="c"),
        row("2024-02-05T12:00:00Z", "transfer", sent="1 BTC", fee="0.1 BTC", fee_value="15", counter_account="cold", id="m"),
    )
    folder(tmp_path, {"ledger.csv": universal(*rows), "taxlots.toml": f'[profile]\ntimezone = "UTC"\n\n{setting}'})
    lots, gains = (run(tmp_path, name, "ledger.csv", "--format", "json").json for name in ("lots", "gains"))
    assert [lot["basis"] for lot in lots["lots"]] == basis
    assert [(piece["kind"], piece["proceeds"], piece["basis"]) for piece in gains["disposals"]] == [("fee", "15", "10")]


def test_a_collectible_is_taxed_as_one(tmp_path):
    """Notice 2023-27: an NFT that stands for a collectible. Long-term gain of 10,000 on wages far above the 28 % bracket: 2,800."""
    rows = (
        row("2024-01-05T12:00:00Z", "buy", sent="1000 USD", received="1 NFT-1", id="b", asset_class="collectible"),
        row("2025-03-05T12:00:00Z", "sell", sent="1 NFT-1", received="11000 USD", id="s"),
    )
    taxes = []
    for name, files in (("with", rows), ("without", rows[:1])):
        settings = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n\n[profile.2025]\nwages = 400000\n'
        folder(tmp_path / name, {"ledger.csv": universal(*files), "taxlots.toml": settings})
        if name == "with":
            (piece,) = run(tmp_path / name, "gains", "ledger.csv", "--format", "json").json["disposals"]
            assert (piece["adjustment_code"], piece["adjustment"], piece["gain"]) == ("C", "0", "10000")  # Form 8949, column (f)
        taxes.append(Decimal(run(tmp_path / name, "tax", "ledger.csv", "--year", "2025", "--format", "json").json["regular_tax"]))
    assert taxes[0] - taxes[1] == 2800
