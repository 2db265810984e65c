"""Moves between two accounts of a wallet whose accounts have a file each."""

from datetime import UTC

from goldens import assert_one_fate_each, written
from layout_samples import layout, legs
from taxlots.importers.records import Intake

SUITE = "Timestamp,Date,Time,Type,Transaction ID,Fee,Fee unit,Address,Label,Amount,Amount unit,Fiat (USD),Other"


def suite(**files: str) -> Intake:
    """What files of one row each become, `type,id,fee,amount`."""
    tables = []
    for name, row in files.items():
        kind, txid, fee, amount = row.split(",")
        line = f"1694766967,15. 9. 2023,10:36:07 GMT+2,{kind},{txid},{fee},BTC,addr,,{amount},BTC,1,"
        tables.append(written(layout("trezor_suite"), SUITE, line, file=f"{name}.csv"))
    intake = layout("trezor_suite").read(tables, UTC)
    assert_one_fate_each(tables, intake)
    return intake


def test_a_move_between_two_files_costs_its_fee_only() -> None:
    intake = suite(first="SENT,x,0.0001,0.1", second="RECV,x,0.0001,0.1")
    assert [legs(one) for one in intake.transactions] == ["fee fee 0.0001 BTC"]
    assert len(intake.transactions[0].sources) == 2


def test_a_move_without_a_fee_is_set_aside() -> None:
    assert len(suite(first="SENT,x,,0.1", second="RECV,x,,0.1").set_aside) == 2


def test_another_transaction_or_quantity_is_no_move() -> None:
    apart = ["withdrawal -0.1 BTC fee 0.0001 BTC", "deposit +{} BTC"]
    for row, quantity in (("RECV,y,0.0001,0.1", "0.1"), ("RECV,x,0.0001,0.2", "0.2")):
        made = [legs(one) for one in suite(first="SENT,x,0.0001,0.1", second=row).transactions]
        assert made == [apart[0], apart[1].format(quantity)]


def test_electrum_wallets() -> None:
    # 0.1001 leave the first wallet, 0.0001 of it as fee, and 0.1 arrive in the second
    header = "transaction_hash,label,confirmations,value,fiat_value,fee,fiat_fee,timestamp"
    rows = {"a": "h,x,9,-0.1001,,0.0001,,2021-03-04 17:05", "b": "h,x,9,0.1,,,,2021-03-04 17:05"}
    tables = [written(layout("electrum_3"), header, row, file=f"{name}.csv") for name, row in rows.items()]
    assert [legs(one) for one in layout("electrum_3").read(tables, UTC).transactions] == ["fee fee 0.0001 BTC"]


def test_two_portfolios_in_one_file() -> None:
    header = (
        "DATE,TYPE,FROMPORTFOLIO,TOPORTFOLIO,OUTAMOUNT,OUTCURRENCY,FEEAMOUNT,FEECURRENCY,FROMADDRESS,TOADDRESS,OUTTXID,OUTTXURL,"
        "INAMOUNT,INCURRENCY,INTXID,INTXURL,ORDERID,PERSONALNOTE"
    )
    rows = (
        "2022-04-18T05:02:47.000Z,withdrawal,exodus_0,,0.1,BTC,0.0002,BTC,a,b,tx3,u,,,,,,",
        "2022-04-18T05:02:47.000Z,deposit,,exodus_1,,,,,a,b,,,0.1,BTC,tx3,u,,",
    )
    intake = layout("exodus").read([written(layout("exodus"), header, *rows)], UTC)
    assert [legs(one) for one in intake.transactions] == ["fee fee 0.0002 BTC"]
