"""The law of single countries: forks, gifts, inheritances; whose accounts count for a loss or a match; the average in Germany."""

import pytest

from support import folder, run, universal
from support import tx as line

CURRENCY = {"us": "USD", "uk": "GBP", "ca": "CAD", "de": "EUR", "au": "AUD"}


def ran(tmp_path, jurisdiction, command, *rows, settings="", files=None):
    """The JSON of a command on these rows, amounts in the currency of the jurisdiction."""
    money = CURRENCY[jurisdiction]
    text = universal(*(row.replace("HOME", money) for row in rows))
    folder(tmp_path, {"a.csv": text, "taxlots.toml": f'[profile]\ntimezone = "UTC"\n{settings}', **(files or {})})
    found = run(tmp_path, command, "a.csv", "--jurisdiction", jurisdiction, "--format", "json")
    assert found.code == 0, found.err
    return found.json


def codes(document):
    """Codes of its problems."""
    return [told["code"] for told in document["problems"]]


FORK = (
    line("2016-01-01T12:00:00Z", "buy", sent="5000 HOME", received="10 BTC", id="b"),
    line("2017-08-01T12:00:00Z", "income:fork", received="10 BCH", value="3000", value_currency="HOME", id="f"),
    line("2024-03-02T12:00:00Z", "sell", sent="2 BCH", received="2000 HOME", id="s"),
)


# ATO, Crypto chain splits: 10 BCH for 10 BTC, cost base zero; 2 sold for 2,000 are a gain of 2,000, held for more than 12 months.
# United States: income and basis at the value (Rev. Rul. 2019-24): 2/10 of 3,000 is 600.
@pytest.mark.parametrize(
    ("jurisdiction", "income", "gain", "told"),
    [
        ("us", "3000", "1400", []),
        ("au", "0", "2000", []),
        ("uk", "0", "2000", ["FORK_WITHOUT_COST"]),
        ("de", "0", "2000", ["FORK_WITHOUT_COST"]),
    ],
)
def test_a_fork(tmp_path, jurisdiction, income, gain, told):
    """Income where the law says so; elsewhere neither income nor cost, and word of the cost that goes along."""
    gains = ran(tmp_path, jurisdiction, "gains", *FORK)
    assert [(piece["gain"], piece["term"]) for piece in gains["disposals"]] == [(gain, "short" if jurisdiction == "uk" else "long")]
    assert codes(gains) == told
    assert [row["value"] for row in ran(tmp_path, jurisdiction, "income", *FORK)["income"]] == [income]


def test_a_fork_that_is_no_income_needs_no_price(tmp_path):
    """No value, no prices: nothing is missing."""
    row = line("2017-08-01T12:00:00Z", "income:fork", received="10 BCH", id="f")
    assert codes(ran(tmp_path, "au", "income", FORK[0], row)) == []
    found = run(
        folder(tmp_path / "us", universal(FORK[0].replace("HOME", "USD"), row)), "income", ".", "--timezone", "UTC", "--format", "json"
    )
    assert "PRICE_MISSING" in codes(found.json)


def test_the_cost_of_a_fork_goes_along_as_a_spin_off(tmp_path):
    """BMF 2022-05-10 numbers 66-68, CRYPTO41600: of a cost of 5,000 at prices of 88 and 12 the new units take 600, and the old date."""
    overrides = "id,kind,value,basis,acquired,note,asset\nf,spin-off,,0.12,,prices at the fork,BTC\n"
    lots = ran(tmp_path, "de", "lots", *FORK[:2], files={"overrides.csv": overrides})["lots"]
    assert sorted((lot["asset"], lot["basis"], lot["holding_starts"]) for lot in lots) == [
        ("BCH", "600", "2016-01-01"),
        ("BTC", "4400", "2016-01-01"),
    ]


# TCGA 1992 section 17, Income Tax Act 69(1)(c), ITAA 1997 section 112-20: market value; EStG 23 and 26 USC 1015: the giver's, here unknown.
@pytest.mark.parametrize(
    ("jurisdiction", "basis", "told"),
    [
        *(("uk", "1500", []), ("ca", "1500", []), ("au", "1500", [])),
        *(("de", "0", ["BASIS_ASSUMED"]), ("us", "0", ["BASIS_ASSUMED"])),
    ],
)
def test_a_gift_without_a_basis(tmp_path, jurisdiction, basis, told):
    """Ten units worth 3,000 when received, five sold."""
    rows = (
        line("2024-01-01T12:00:00Z", "gift-in", received="10 BTC", value="3000", value_currency="HOME", id="g"),
        line("2024-04-01T12:00:00Z", "sell", sent="5 BTC", received="5000 HOME", id="s"),
    )
    gains = ran(tmp_path, jurisdiction, "gains", *rows)
    assert [piece["basis"] for piece in gains["disposals"]] == [basis]
    assert codes(gains) == told


def test_a_gift_with_a_basis_keeps_it(tmp_path):
    """From a spouse, without gain or loss (TCGA 1992 section 58): the spouse's cost of 100, whatever it was worth."""
    rows = (
        line("2024-01-01T12:00:00Z", "gift-in", received="10 BTC", value="3000", basis="100", value_currency="HOME", id="g"),
        line("2024-04-01T12:00:00Z", "sell", sent="5 BTC", received="5000 HOME", id="s"),
    )
    assert [piece["basis"] for piece in ran(tmp_path, "uk", "gains", *rows)["disposals"]] == ["50"]


@pytest.mark.parametrize(
    ("jurisdiction", "cells", "term", "told"),
    [
        ("us", {"value": "3000"}, "long", []),  # 26 USC 1014, 1223(9)
        ("au", {"value": "3000"}, "short", ["INHERITED_COST_MISSING"]),
        ("de", {"value": "3000"}, "short", ["INHERITED_COST_MISSING"]),
        ("au", {"basis": "3000", "acquired": "2020-01-01"}, "long", []),  # ITAA 1997 128-15, 115-30
        ("de", {"basis": "3000", "acquired": "2020-01-01"}, "long", []),  # EStG 23 Abs. 1 Satz 3
    ],
)
def test_an_inheritance(tmp_path, jurisdiction, cells, term, told):
    """Always long-term in the United States; in Germany and Australia by the date of the one who died, which has to be known."""
    rows = (
        line("2024-01-01T12:00:00Z", "inheritance", received="10 BTC", value_currency="HOME", id="i", **cells),
        line("2024-04-01T12:00:00Z", "sell", sent="5 BTC", received="5000 HOME", id="s"),
    )
    gains = ran(tmp_path, jurisdiction, "gains", *rows)
    assert [(piece["basis"], piece["term"]) for piece in gains["disposals"]] == [("1500", term)]
    assert codes(gains) == told


def loss_in(seller, *purchases):
    """Ten bought for 100 and sold for 50, then purchases of others: (account, units, cost)."""
    yield line("2020-01-01T12:00:00Z", "buy", account=seller, sent="100 HOME", received="10 BTC", id="b")
    yield line("2020-06-01T12:00:00Z", "sell", account=seller, sent="10 BTC", received="50 HOME", id="s")
    for place, (account, units, cost) in enumerate(purchases):
        day = f"2020-06-{10 + place}T12:00:00Z"
        yield line(day, "buy", account=account, sent=f"{cost} HOME", received=f"{units} BTC", id=f"p{place}")


KINDS = 'filing_status = "married_joint"\n[accounts.tfsa]\ntype = "deferred"\n[accounts.wife]\ntype = "spouse"\n'


# Income Tax Act 54, 53(1)(f): the cost of what was bought takes the loss over, by whoever owns it. Loss 50 on 10 units, 5 each.
@pytest.mark.parametrize(
    ("seller", "purchases", "denied", "left"),
    [
        ("own", [("tfsa", 10, 60)], "50", {"tfsa": "60"}),  # lost
        ("own", [("wife", 10, 60)], "50", {"wife": "110"}),
        ("wife", [("own", 10, 60)], None, {None: "110"}),  # her sale is on her return
        ("own", [("tfsa", 3, 18), ("own", 4, 24)], "35", {"tfsa": "18", None: "44"}),  # 4 x 5 = 20 of 7 x 5 = 35
    ],
)
def test_a_loss_denied_by_an_affiliated_account(tmp_path, seller, purchases, denied, left):
    """The loss is denied in any case; the seller's own cost rises only by what the seller bought."""
    rows = list(loss_in(seller, *purchases))
    pieces = ran(tmp_path, "ca", "gains", *rows, settings=KINDS)["disposals"]
    assert [piece["adjustment"] for piece in pieces] == ([] if denied is None else [denied])
    found = ran(tmp_path, "ca", "lots", *rows, settings=KINDS)["lots"]
    assert {lot["account"]: lot["basis"] for lot in found} == left


def test_a_loss_lost_in_a_registered_account_returns_nowhere(tmp_path):
    """A purchase of the next year costs what was paid: 70 - 60."""
    rows = [
        *loss_in("own", ("tfsa", 10, 60)),
        line("2021-01-01T12:00:00Z", "buy", account="own", sent="60 HOME", received="10 BTC", id="later"),
        line("2021-06-01T12:00:00Z", "sell", account="own", sent="10 BTC", received="70 HOME", id="x"),
    ]
    assert [piece["gain"] for piece in ran(tmp_path, "ca", "gains", *rows, settings=KINDS)["disposals"]] == ["0", "10"]


AVERAGED = (
    line("2022-01-01T12:00:00Z", "buy", sent="100 HOME", received="1 BTC", id="a"),
    line("2024-02-01T12:00:00Z", "buy", sent="500 HOME", received="1 BTC", id="b"),
    line("2024-02-02T12:00:00Z", "buy", account="ledger", sent="900 HOME", received="1 BTC", id="c"),
    line("2024-07-01T12:00:00Z", "sell", sent="1.5 BTC", received="900 HOME", id="s"),
)


def test_germany_lets_the_units_of_a_wallet_be_averaged(tmp_path):
    """BMF 2022-05-10: two units cost 600 in this wallet, 300 each; the year goes by the first acquired: one is exempt, a half not."""
    gains = ran(tmp_path, "de", "gains", *AVERAGED, settings='[methods]\ndefault = "average"\n')
    assert [(p["lot_id"], p["basis"], p["gain"], p["term"]) for p in gains["disposals"]] == [
        ("a", "300", "300", "long"),
        ("b", "150", "150", "short"),
    ]
    assert codes(gains) == []


def test_germany_does_not_average_securities(tmp_path):
    """EStG 20 Abs. 4 Satz 7: first in, first out."""
    rows = [row + "security" for row in AVERAGED]
    found = run(
        folder(tmp_path, {"a.csv": universal(*rows).replace("HOME", "EUR")}),
        *("gains", "a.csv", "--jurisdiction", "de", "--method", "average", "--timezone", "UTC", "--format", "json"),
    )
    assert found.code == 1
    assert [piece["basis"] for piece in found.json["disposals"]] == ["100", "250"]
    assert "EStG 20" in next(told["message"] for told in found.json["problems"] if told["code"] == "AVERAGE_REFUSED")


# TCGA 1992 section 106A(2): securities of one person in one capacity. Sold at a loss of 50, of 10 with the purchase.
@pytest.mark.parametrize(
    ("seller", "buyer", "gain", "left"),
    [
        ("own", "tfsa", "-50", {"tfsa": "60"}),  # here an ISA
        ("own", "wife", "-50", {"wife": "60"}),
        ("own", "elsewhere", "-10", {None: "100"}),
        ("wife", "own", None, {None: "60"}),
        ("tfsa", "own", None, {None: "60"}),
    ],
)
def test_units_are_matched_within_one_persons_accounts(tmp_path, seller, buyer, gain, left):
    """Ten of 100 are sold for 50; ten are bought for 60 nine days later."""
    rows = list(loss_in(seller, (buyer, 10, 60)))
    pieces = ran(tmp_path, "uk", "gains", *rows, settings=KINDS)["disposals"]
    assert [piece["gain"] for piece in pieces] == ([] if gain is None else [gain])
    assert {lot["account"]: lot["basis"] for lot in ran(tmp_path, "uk", "lots", *rows, settings=KINDS)["lots"]} == left


@pytest.mark.parametrize(("kind", "cost"), [("gift-out", "100"), ("donation", "100"), ("lost", "200")])
def test_what_is_given_away_is_matched_like_a_sale(tmp_path, kind, cost):
    """TCGA 1992 sections 58, 106A: five of ten for 100 given, five bought for 150 within 30 days: those were given, ten for 100 are left.

    What is lost is no disposal, and takes its part of the holding: 50 + 150.
    """
    rows = (
        line("2019-01-01T12:00:00Z", "buy", sent="100 HOME", received="10 BTC", id="b"),
        line("2020-01-01T12:00:00Z", kind, sent="5 BTC", id="g"),
        line("2020-01-10T12:00:00Z", "buy", sent="150 HOME", received="5 BTC", id="c"),
    )
    assert [(lot["quantity"], lot["basis"]) for lot in ran(tmp_path, "uk", "lots", *rows)["lots"]] == [("10", cost)]
