"""Electrum: goldens of versions 3 and 4, fees inside amounts, local times, the coin in the file's name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from goldens import written
from layout_samples import codes, compare, layout, legs, read

SHORT = "transaction_hash,label,value,timestamp"
FIAT = "transaction_hash,label,confirmations,value,fiat_value,fee,fiat_fee,timestamp"
FOUR = (
    "oc_transaction_hash,ln_payment_hash,label,confirmations,amount_chain_bc,amount_lightning_bc,fiat_value,network_fee_satoshi,fiat_fee,"
    "timestamp"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [("electrum_3", "electrum/electrum-history-old.csv"), ("electrum_4", "electrum/electrum-history.csv")],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path, ZoneInfo("America/New_York"))


def test_times_are_the_computers() -> None:
    (one,) = read("electrum_3", SHORT, "h,label,+0.5,2021-03-04 17:05", zone=ZoneInfo("America/New_York")).transactions
    assert (legs(one), one.time) == ("deposit +0.5 BTC", datetime(2021, 3, 4, 22, 5, tzinfo=UTC))


def test_what_goes_out_contains_the_fee() -> None:
    intake = read("electrum_3", FIAT, "h,label,9,-0.2005,-1800,0.0005,4.5,2018-05-06 07:08")
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.2 BTC fee 0.0005 BTC"]


def test_opening_a_channel_costs_its_fee() -> None:
    # 0.0501 leave the chain, 0.05 are in the channel: 10000 satoshi are 0.0001
    intake = read("electrum_4", FOUR, "h,,Open channel,9,-0.0501,0.05,,10000,,2023-06-01 12:00")
    assert [legs(one) for one in intake.transactions] == ["fee fee 0.0001 BTC"]


def test_another_coin_in_the_files_name() -> None:
    table = written(layout("electrum_3"), SHORT, "h,label,1,2021-03-04 17:05", file="electrum-ltc-history.csv")
    assert [legs(one) for one in layout("electrum_3").read([table], UTC).transactions] == ["deposit +1 LTC"]


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "electrum_3",
        FIAT,
        "h,,9,-0.1,,0.5,,2018-05-06 07:08",
        "i,,9,much,,,,2018-05-06 07:08",
        "j,,9,1,,,,in May",
        "k,,9,0,,,,2018-05-06 07:08",
        "l,,0,1,,,,unconfirmed",
    )
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID", "TIME_INVALID"]
    assert list(intake.set_aside.values()) == ["the quantity is 0", "not confirmed"]
