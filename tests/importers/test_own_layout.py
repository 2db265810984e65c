"""`[[layout]]` in taxlots.toml: a bank's export with its own columns, decimal commas and words for buying and selling."""

import pytest
from taxlots.problems import TaxlotsError

from support import ledger_of, records, run

ROWS = """\
Export of Sample Bank
Date;Action;Amount;Coin;Paid;Cost;Receipt;Text
2024-01-05 10:00;Purchase;0,5;XBT;20.000,00;12,50;R1;first
2024-06-05 10:00;Disposal;0,2;XBT;11.000,00;5,00;R2;
2024-06-06 10:00;Reward;0,01;ETH;;;R3;
2024-06-07 10:00;Internal;0,5;XBT;;;R4;
2024-06-08 10:00;Gremlin;0,5;XBT;;;R5;
"""
SETTINGS = """\
[profile]
timezone = "UTC"
[[layout]]
id = "samplebank"
account = "samplebank"
time = "Date"
timezone = "Europe/Berlin"
kind = ["Action"]
decimal = ","
received = { quantity = "Amount", asset = "Coin" }
sent = { quantity = "Paid", asset = "=EUR" }
fee = { quantity = "Cost", asset = "=EUR" }
id_column = "Receipt"
note = "Text"
renames = { XBT = "BTC" }
[layout.kinds]
Purchase = "buy"
Reward = "income:reward"
Internal = "aside: between own portfolios"
Disposal = "aside: see the other layout"
"""


def settings(tmp_path, text=SETTINGS):
    """Write the settings beside the exports."""
    (tmp_path / "taxlots.toml").write_text(text)


def test_rows_become_what_the_settings_say(tmp_path):
    """Decimal commas, Berlin time (10:00 is 09:00 UTC in January), a renamed coin, money meant literally."""
    settings(tmp_path)
    ledger = ledger_of(tmp_path, {"bank.csv": ROWS})
    first, second = records(ledger.transactions)
    assert (first["id"], first["kind"], first["account"], f"{first['time']:%H:%M}") == ("R1", "buy", "samplebank", "09:00")
    assert (str(first["sent_quantity"].normalize()), first["sent_asset"]) == ("2E+4", "EUR")
    assert (str(first["received_quantity"].normalize()), first["received_asset"]) == ("0.5", "BTC")
    assert (str(first["fee_quantity"].normalize()), first["fee_asset"], first["note"]) == ("12.5", "EUR", "first")
    assert (second["id"], second["kind"], second["received_asset"]) == ("R3", "income:reward", "ETH")


def test_every_row_is_accounted_for(tmp_path):
    """Two used, two set aside, one of an unknown type, which is named with its row."""
    settings(tmp_path)
    (tmp_path / "bank.csv").write_text(ROWS)
    ran = run(tmp_path, "check", "bank.csv", "--format", "json")
    (file,) = ran.json["files"]
    assert (file["layout"], file["rows"], file["used"], file["set_aside"], file["unusable"]) == ("samplebank", 5, 2, 2, 1)
    (unknown,) = [p for p in ran.json["problems"] if p["code"] == "ROW_UNKNOWN_KIND"]
    assert (unknown["row"], "Gremlin" in unknown["message"]) == (7, True)


def test_one_signed_column(tmp_path):
    """`amount` goes either way: `in-or-out` is a deposit above 0 and a withdrawal below."""
    text = 'id = "w"\naccount = "w"\ntime = "When"\nkind = ["What"]\namount = { quantity = "Units", asset = "=LTC" }\n'
    settings(tmp_path, f'[[layout]]\n{text}kinds = {{ move = "in-or-out" }}\n')
    ledger = ledger_of(tmp_path, {"w.csv": "When,What,Units\n2024-01-05T10:00:00Z,Move,3\n2024-01-06T10:00:00Z,MOVE,-2\n"})
    found = [(r["kind"], r["received_quantity"], r["sent_quantity"]) for r in records(ledger.transactions)]
    assert found == [("deposit", 3, None), ("withdrawal", None, 2)]


@pytest.mark.parametrize(
    "change",
    [('id = "samplebank"', 'id = "universal"'), ('Reward = "income:reward"', 'Reward = "gremlin"'), ('time = "Date"\n', "")],
)
def test_a_layout_that_can_not_be(tmp_path, change):
    """A taken id, a kind that there is not, a missing column: settings errors."""
    settings(tmp_path, SETTINGS.replace(*change))
    with pytest.raises(TaxlotsError):
        ledger_of(tmp_path, {"bank.csv": ROWS})
