"""Names in the settings that match nothing are told with the nearest that there are."""

import pytest

from support import folder, run

LEDGER = """time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,id
2023-03-01T17:00:00Z,kraken,buy,2000,USD,100,BTC,b1
2024-05-01T17:00:00Z,ira,buy,12000,USD,100,ETH,e1
"""
PRICES = "time,asset,price,currency,source\n2026-06-30,BTC,100,USD,exchange\n2026-06-30,ETH,100,USD,exchange\n"
START = '[profile]\nfiling_status = "single"\ntimezone = "UTC"\n[profile.2026]\nwages = 1\n[targets]\nBTC = 0.5\n'


def told(home, settings, command="rebalance"):
    """Message and next step of each setting without effect."""
    folder(home, {"taxlots.toml": START + settings, "ledger.csv": LEDGER, "prices.csv": PRICES})
    ran = run(home, *command.split(), "ledger.csv", "--as-of", "2026-06-30", "--format", "json")
    assert ran.code == 0, ran.err
    return [(p["message"], p["hint"]) for p in ran.json["problems"] if p["code"] == "SETTING_UNUSED"]


@pytest.mark.parametrize(
    ("settings", "table", "near"),
    [
        ('[accounts.Ira]\ntype = "deferred"\n', "[accounts] Ira", "ira"),
        ('[accounts.Ira]\ntype = "deferred"\ncash = 500\n', "[accounts] Ira", "ira"),
        ('[methods.accounts]\nkrakn = "hifo"\n', "[methods.accounts] krakn", "kraken"),
        ('[methods.accounts]\n"krakn:BTC" = "hifo"\n', "[methods.accounts] krakn:BTC", "kraken"),
        ('[methods.years.2025.assets]\nBTX = "hifo"\n', "[methods.years.2025.assets] BTX", "BTC"),
        ('[harvest.replacements]\nETC = ["BTC"]\n', "[harvest.replacements] ETC", "ETH"),
    ],
)
def test_a_name_that_no_transaction_has(tmp_path, settings, table, near):
    """In every command, for the tax of a misspelt account is not what the person thinks."""
    for command in ("rebalance", "tax --year 2026"):
        ((message, hint),) = told(tmp_path, settings, command)
        assert message.startswith(f"{table} is in no transaction")
        assert near in hint


def test_names_that_match_are_not_told(tmp_path):
    """An account with nothing but cash is one, unless another's name is all but the same."""
    settings = '[accounts.ira]\ntype = "deferred"\n[accounts.savings]\ncash = 500\n[methods.accounts]\n"kraken:BTC" = "hifo"\n'
    assert told(tmp_path, settings + '[harvest.replacements]\nbtc = ["SOL"]\n') == []


def test_whole_units_name_an_asset_or_a_class(tmp_path):
    """A class of which nothing is held, and a name that is neither."""
    found = told(tmp_path, '[rebalance]\nwhole_units = ["digital", "fund", "Security", "BTX", "ETH"]\n')
    assert [message.split("names ")[1].split(":")[0].split(",")[0] for message, _ in found] == ["fund", "Security", "BTX"]
    assert "nearest: security" in found[1][1]
    assert "BTC" in found[2][1]
