"""`[[layout]]` in taxlots.toml: a bank's export with its own columns, decimal commas and words for buying and selling."""

from decimal import Decimal

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


def test_money_on_a_number_of_shares(tmp_path):
    """`money:` takes the total as what moved and leaves the amount; what goes out or comes back the other way is refused."""
    text = 'id = "b"\naccount = "b"\ntime = "When"\nkind = ["What"]\namount = { quantity = "Units", asset = "=ACME" }\n'
    total = 'total = { quantity = "Net", asset = "=USD" }\n'
    kinds = 'kinds = { Paid = "money: income:dividend", Back = "money: return-of-capital" }\n'
    settings(tmp_path, f"[[layout]]\n{text}{total}{kinds}")
    rows = (
        "2024-01-05T10:00:00Z,Paid,10,2.5",
        "2024-01-06T10:00:00Z,Back,10,1",
        "2024-01-07T10:00:00Z,Paid,10,-2.5",
        "2024-01-08T10:00:00Z,Paid,10,",
    )
    ledger = ledger_of(tmp_path, {"b.csv": "\n".join(("When,What,Units,Net", *rows, ""))})
    found = [(r["kind"], r["sent_asset"], r["received_quantity"], r["received_asset"]) for r in records(ledger.transactions)]
    assert found == [("income:dividend", None, Decimal("2.5"), "USD"), ("return-of-capital", "ACME", 1, "USD")]
    assert [(p.code, p.row) for p in ledger.problems if p.code == "ROW_INVALID"] == [("ROW_INVALID", 4)]
    assert [(f.used, f.set_aside, f.unusable) for f in ledger.files] == [(2, 1, 1)]
    for wrong in (f"[[layout]]\n{text}{kinds}", f"[[layout]]\n{text}{total}" + 'kinds = { Paid = "money: swap" }\n'):
        settings(tmp_path, wrong)
        with pytest.raises(TaxlotsError):
            ledger_of(tmp_path, {"b.csv": "When,What,Units,Net\n"})


@pytest.mark.parametrize(
    "change",
    [('id = "samplebank"', 'id = "universal"'), ('Reward = "income:reward"', 'Reward = "gremlin"'), ('time = "Date"\n', "")],
)
def test_a_layout_that_can_not_be(tmp_path, change):
    """A taken id, a kind that there is not, a missing column: settings errors."""
    settings(tmp_path, SETTINGS.replace(*change))
    with pytest.raises(TaxlotsError):
        ledger_of(tmp_path, {"bank.csv": ROWS})


LEDGER = """\
[profile]
timezone = "UTC"
[[layout]]
id = "own"
account = "own"
time = "When"
kind = ["What"]
"""
UNSIGNED = """\
amount = { quantity = "Units", asset = "Coin" }
total = { quantity = "Total", asset = "=USD" }
fee = { quantity = "Fee", asset = "=USD" }
unsigned = true
fee_in_total = true
[layout.kinds]
buy = "buy"
sell = "sell"
send = "withdrawal"
reward = "income:reward"
swap = "swap"
"""


def own(path, entry, *lines):
    """The check of a file with these lines under the entry, and its transactions."""
    settings(path, LEDGER + entry)
    text = "\n".join((*lines, ""))
    (path / "own.csv").write_text(text)
    return run(path, "check", "own.csv", "--format", "json").json, records(ledger_of(path, {"own.csv": text}).transactions)


def told(document, code):
    """Row and message of each problem of that code."""
    return [(p["row"], p["message"]) for p in document["problems"] if p["code"] == code]


def test_amounts_without_a_sign_and_a_total_with_the_fee(tmp_path):
    """Paid 1,010 with a fee of 10: 1,000 and 10. Got 2,990 after 10: 3,000 and 10. A total of a reward is its value.

    A swap's direction can't be told, and income can't be negative: both rows are rejected.
    """
    header = "When,What,Units,Coin,Total,Fee"
    rows = ("2024-01-01,buy,2,ETH,1010,10", "2024-01-02,sell,1,ETH,2990,10", "2024-01-03,reward,0.1,ETH,300,", "2024-01-04,send,-0.5,ETH,,")
    document, found = own(tmp_path, UNSIGNED, header, *rows, "2024-01-05,swap,1,ETH,1,", "2024-01-06,reward,-1,ETH,,")
    buy, sell, reward, send = found
    assert (buy["sent_quantity"], buy["received_quantity"], buy["fee_quantity"]) == (1000, 2, 10)
    assert (sell["sent_quantity"], sell["received_quantity"], sell["fee_quantity"]) == (1, 3000, 10)
    assert (reward["kind"], reward["value"], reward["value_currency"], reward["sent_quantity"]) == ("income:reward", 300, "USD", None)
    assert (send["kind"], str(send["sent_quantity"].normalize())) == ("withdrawal", "0.5")
    (swap, negative) = told(document, "ROW_INVALID")
    assert (swap[0], "direction" in swap[1], negative[0], "can't be negative" in negative[1]) == (6, True, 7, True)


def test_a_total_without_an_amount_is_what_moved(tmp_path):
    """A dividend of 12 dollars among trades in shares is income, whatever it was paid for; a purchase without its quantity is an error."""
    header = "When,What,Units,Coin,Total,Fee"
    document, found = own(tmp_path, UNSIGNED, header, "2024-01-01,reward,,ABC,12,", "2024-01-02,buy,,ABC,50,", "2024-01-03,send,0,USD,7,")
    assert [(one["kind"], one["received_quantity"], one["received_asset"]) for one in found[:1]] == [("income:reward", 12, "USD")]
    assert (found[1]["kind"], found[1]["sent_quantity"], found[1]["sent_asset"]) == ("withdrawal", 7, "USD")
    assert told(document, "ROW_INVALID") == [(3, "column 'Total' says what was paid or got, and the amount is empty")]


def test_a_fee_that_is_not_below_the_total(tmp_path):
    """Nothing would be left of what was paid."""
    document, _ = own(tmp_path, UNSIGNED, "When,What,Units,Coin,Total,Fee", "2024-01-01,buy,2,ETH,10,10")
    assert told(document, "ROW_INVALID") == [(2, "the fee 10 is not below the total 10")]


def test_a_positive_sale_in_a_signed_column(tmp_path):
    """The sign would say that it came in: an error that names the setting for columns without signs."""
    entry = UNSIGNED.replace("unsigned = true\n", "")
    document, _ = own(tmp_path, entry, "When,What,Units,Coin,Total,Fee", "2024-01-01,sell,2,ETH,1010,10")
    assert [row for row, _ in told(document, "ROW_INVALID")] == [2]
    assert any("unsigned = true" in p["hint"] for p in document["problems"])


def test_price_times_quantity_and_both_halves_of_a_market(tmp_path):
    """Without a total: 0.5 x 40,000.10 = 20,000.05 EUR; BTC/EUR and BTCEUR are BTC for EUR."""
    entry = 'amount = { quantity = "Units", asset = "base of Pair" }\nprice = { quantity = "Price", asset = "quote of Pair" }\n'
    entry += 'unsigned = true\nkinds = { buy = "buy" }\n'
    rows = ("2024-01-01,buy,0.5,BTC/EUR,40000.10", "2024-01-02,buy,1,BTCEUR,2", "2024-01-03,buy,1,x,2")
    document, (first, second) = own(tmp_path, entry, "When,What,Units,Pair,Price", *rows)
    assert (str(first["sent_quantity"].normalize()), first["sent_asset"], first["received_asset"]) == ("20000.05", "EUR", "BTC")
    assert (second["sent_quantity"], second["sent_asset"]) == (2, "EUR")
    assert told(document, "ROW_INVALID") == [(4, "'x' is no market such as BTC/USD")]


def test_literal_kinds_accounts_and_carried_basis(tmp_path):
    """Every row a deposit, in the account of its row (else the layout's), with basis, acquisition date and value of the fee."""
    entry = LEDGER.replace('kind = ["What"]', 'kind = ["=deposit"]') + (
        'account_column = "Wallet"\nreceived = { quantity = "Units", asset = "=BTC" }\nsent = { quantity = "None", asset = "=BTC" }\n'
        'fee = { quantity = "Fee", asset = "=ETH" }\nfee_value = { quantity = "Worth", asset = "=EUR" }\n'
        'basis = "Basis"\nacquired = "Bought"\ndates = "day-first"\ntime_of_day = "At"\nrequired = ["When", "Wallet"]\n'
    )
    settings(tmp_path, entry)
    text = "When,At,Wallet,Units,Fee,Worth,Basis,Bought\n05/01/2024,9:30,My Vault,1,0.1,200,750.5,04/03/2020\n31/01/2024,,,1,,,,\n"
    first, second = records(ledger_of(tmp_path, {"x.csv": text}).transactions)
    assert (first["kind"], first["account"], f"{first['time']:%Y-%m-%d %H:%M}") == ("deposit", "my-vault", "2024-01-05 09:30")
    assert (str(first["basis"].normalize()), f"{first['acquired']:%Y-%m-%d}") == ("750.5", "2020-03-04")
    assert (first["fee_asset"], first["fee_value"], first["value_currency"]) == ("ETH", 200, "EUR")
    assert (second["account"], second["date_only"], second["basis"]) == ("own", True, None)


def test_transfers_between_named_accounts(tmp_path):
    """The other account stands in the row; a transfer without one is an error that says what to use."""
    entry = 'sent = { quantity = "Units", asset = "=BTC" }\ncounter_account = "To"\nkinds = { move = "transfer" }\n'
    document, (one,) = own(tmp_path, entry, "When,What,Units,To", "2024-01-01,move,1,Cold Store", "2024-01-02,move,1,")
    assert (one["kind"], one["account"], one["counter_account"]) == ("transfer", "own", "cold-store")
    assert told(document, "ROW_INVALID") == [(3, "a transfer needs the other account, and the row names none")]


@pytest.mark.parametrize(
    ("sent", "received", "kind"),
    [("1 USD", "2 ETH", "buy"), ("", "2 ETH", "deposit"), ("2 ETH", "", "withdrawal"), ("1 BTC", "2 ETH", "swap")],
)
def test_by_legs(tmp_path, sent, received, kind):
    """Two legs are a trade, one is a move."""
    entry = 'sent = { quantity = "Out", asset = "Out coin" }\nreceived = { quantity = "In", asset = "In coin" }\n'
    entry = (LEDGER + entry).replace('["What"]', '["=by-legs"]')
    settings(tmp_path, entry)
    cells = ",".join((*(sent.split() or ["", ""]), *(received.split() or ["", ""])))
    (one,) = records(ledger_of(tmp_path, {"x.csv": f"When,Out,Out coin,In,In coin\n2024-01-01,{cells}\n"}).transactions)
    assert one["kind"] == kind


BALANCED = (
    'amount = { quantity = "Units", asset = "Coin" }\nbalance = { quantity = "Left", asset = "Coin" }\nkinds = { move = "in-or-out" }\n'
)


def test_balances_are_checked_row_by_row(tmp_path):
    """3, then 3 - 1 = 2, then 2 + 4 = 6 where the file says 6.5: reported at that row, though the rest follows; ETH is another chain."""
    rows = [
        "2024-01-01,move,3,BTC,3",
        "2024-01-01,move,7,ETH,7",
        "2024-01-02,move,-1,BTC,2",
        "2024-01-03,move,4,BTC,6.5",
        "2024-01-04,move,1,BTC,7.5",
    ]
    document, _ = own(tmp_path, BALANCED, "When,What,Units,Coin,Left", *rows)
    assert told(document, "BALANCE_MISMATCH")[0] == (5, "the rows add up to 6 BTC, the export says 6.5")
    assert {(b["asset"], b["reported"], b["difference"], b["row"]) for b in document["balances"]} == {
        ("BTC", "7.5", "0.5", 6),
        ("ETH", "7", "0", 3),
    }
    again, _ = own(tmp_path, BALANCED, "When,What,Units,Coin,Left", *rows[:3][::-1])
    assert told(again, "BALANCE_MISMATCH") == []


def test_a_balance_that_is_no_number_rejects_its_row_once(tmp_path):
    """One fate: unusable, not used as well."""
    document, found = own(tmp_path, BALANCED, "When,What,Units,Coin,Left", "2024-01-01,move,3,BTC,x", "2024-01-01,move,3,,3")
    (file,) = document["files"]
    assert (file["used"], file["unusable"], found) == (0, 2, [])


def test_both_signs_in_a_column_read_without_its_sign(tmp_path):
    """Two fees of 1 and one of -1: the odd one may be a rebate, so it is named."""
    entry = 'amount = { quantity = "Units", asset = "=BTC" }\nfee = { quantity = "Fee", asset = "=USD" }\nkinds = { move = "in-or-out" }\n'
    rows = ("2024-01-01,move,3,1", "2024-01-02,move,3,-1", "2024-01-03,move,3,1.00")
    document, _ = own(tmp_path, entry, "When,What,Units,Fee", *rows)
    assert told(document, "SIGNS_MIXED") == [(3, "column 'Fee' is negative in 1 of 3 rows that are 'in-or-out'; the sign was not used")]


@pytest.mark.parametrize(
    "entry",
    [
        'total = { quantity = "T", asset = "=USD" }\nsent = { quantity = "S", asset = "=USD" }\nkinds = { a = "buy" }\n',
        'amount = { quantity = "S", asset = "=USD" }\n',
        'amount = { quantity = "S", asset = "=USD" }\nkinds = { a = "buy" }\ndates = "year-first"\n',
        'amount = { quantity = "S", asset = "=USD" }\nkinds = { a = "buy" }\ntimezone = "Mars/Olympus"\n',
    ],
)
def test_an_entry_that_can_not_be(tmp_path, entry):
    """A total without an amount, no kinds, an unknown order of dates or zone."""
    settings(tmp_path, LEDGER + entry)
    with pytest.raises(TaxlotsError):
        ledger_of(tmp_path, {"x.csv": "When,What,S,T\n"})


def test_a_literal_kind_that_there_is_not(tmp_path):
    """Named in the error."""
    entry = (LEDGER + 'amount = { quantity = "S", asset = "=USD" }\n').replace('["What"]', '["=sold"]')
    settings(tmp_path, entry)
    with pytest.raises(TaxlotsError, match="'sold' is no kind"):
        ledger_of(tmp_path, {"x.csv": "When,S\n"})


BALANCES = """\
Date;Action;Amount;Coin;Left
2024-01-05;In;2;BTC;2
2024-01-06;Internal;-0,5;BTC;1,5
2024-01-07;Out;-0,25;BTC;1,25
2024-01-09;Out;-0,25;BTC;0,75
"""


def test_a_balance_column_is_checked(tmp_path):
    """2, then a move inside takes 0.5, then 0.25 go: 1.25. The next 0.25 should leave 1, and 0.75 are left: the 8th is missing."""
    text = """\
[profile]
timezone = "UTC"
[[layout]]
id = "samplebank"
account = "samplebank"
time = "Date"
kind = ["Action"]
decimal = ","
amount = { quantity = "Amount", asset = "Coin" }
balance = { quantity = "Left", asset = "Coin" }
[layout.kinds]
In = "deposit"
Out = "withdrawal"
Internal = "aside: between own portfolios"
"""
    settings(tmp_path, text)
    ledger = ledger_of(tmp_path, {"bank.csv": BALANCES})
    first = next(p for p in ledger.problems if p.code == "BALANCE_MISMATCH")
    assert (first.row, first.message) == (5, "the rows add up to 1 BTC, the export says 0.75")


def test_the_header_names_the_zone_and_the_settings_the_order(tmp_path):
    """10:00 at UTC+8 is 2:00 UTC; the only date is 5 March because the settings say that dates begin with the day."""
    text = SETTINGS.replace('timezone = "Europe/Berlin"\n', "").replace('"Date"', '"Date (UTC+8)"')
    rows = ROWS.replace("Date;", "Date (UTC+8);").splitlines()[1:3]
    table = "\n".join(rows).replace("2024-01-05 10:00", "05/03/2024 10:00") + "\n"
    settings(tmp_path, text)
    undecided = ledger_of(tmp_path, {"bank.csv": table})
    assert "TIME_AMBIGUOUS" in [p.code for p in undecided.problems]
    settings(tmp_path, text + '[times.samplebank]\norder = "day-first"\n')
    (row,) = records(ledger_of(tmp_path / "again", {"bank.csv": table}, config=tmp_path / "taxlots.toml").transactions)
    assert f"{row['time']:%Y-%m-%d %H:%M}" == "2024-03-05 02:00"
