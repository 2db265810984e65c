"""What a missing file is worth: tax with basis 0 against tax with the highest plausible basis."""

import json
from decimal import Decimal

import pytest
from taxlots.cli.app import app

HEADER = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,id\n"
SETTINGS = '[profile]\nfiling_status = "single"\ntimezone = "UTC"\n[profile.2025]\nwages = 90000\n'
# 2025, single, wages 90,000 - 15,750 = 74,250: 1,192.50 + 12 % x 36,550 = 4,386 + 22 % x 25,775 = 5,670.50, together 11,249.
TAX_ON_WAGES = Decimal(11249)


@pytest.fixture
def gaps(tmp_path, monkeypatch, capsys):
    """`taxlots check` on rows and prices: its gaps."""

    def run(rows, prices):
        (tmp_path / "h.csv").write_text(HEADER + rows)
        (tmp_path / "prices.csv").write_text("time,asset,price,currency\n" + prices)
        (tmp_path / "taxlots.toml").write_text(SETTINGS)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit):
            app(["check", "h.csv", "prices.csv", "--format", "json"])
        return json.loads(capsys.readouterr().out)["gaps"]

    return run


def test_deposit_without_origin(gaps):
    """2 ETH from nowhere, 1 sold a year later for 3,000; the highest price before was 4,000.

    Basis 0: long-term gain 3,000 at 15 %: 450. Basis 4,000: loss 1,000 against wages at 22 %: -220. Worth at most 670.
    """
    rows = "2024-01-10T12:00:00Z,ledger,deposit,,,2,ETH,d1\n2025-06-01T12:00:00Z,ledger,sell,1,ETH,3000,USD,s1\n"
    (gap,) = gaps(rows, "2023-05-01,ETH,4000,USD\n2024-01-09,ETH,2300,USD\n2025-05-01,ETH,9000,USD\n")
    assert (gap["transaction_id"], gap["account"], gap["asset"], gap["quantity"]) == ("d1", "ledger", "ETH", "2")
    assert Decimal(gap["tax_high"]) == TAX_ON_WAGES + 450
    assert Decimal(gap["tax_low"]) == TAX_ON_WAGES - 220


def test_uncovered_sale(gaps):
    """1 BTC sold for 1,000 that was never bought: short-term, 22 % of 1,000 against 22 % of 400 with the highest price of 600."""
    (gap,) = gaps("2025-06-01T12:00:00Z,ledger,sell,1,BTC,1000,USD,s1\n", "2025-01-01,BTC,600,USD\n")
    assert Decimal(gap["tax_high"]) == TAX_ON_WAGES + 220
    assert Decimal(gap["tax_low"]) == TAX_ON_WAGES + 88


def test_most_expensive_first(gaps):
    """The larger sale is listed first, whatever the order in the file."""
    rows = "2025-06-01T12:00:00Z,ledger,sell,1,BTC,1000,USD,small\n2025-06-02T12:00:00Z,ledger,sell,50,BTC,50000,USD,large\n"
    assert [gap["transaction_id"] for gap in gaps(rows, "2025-01-01,BTC,600,USD\n")] == ["large", "small"]


def test_without_a_price_it_is_not_guessed(gaps):
    """No price of the asset up to then: no tax is stated."""
    (gap,) = gaps("2025-06-01T12:00:00Z,ledger,sell,1,BTC,1000,USD,s1\n", "2025-07-01,BTC,600,USD\n")
    assert (gap["tax_low"], gap["tax_high"]) == (None, None)
