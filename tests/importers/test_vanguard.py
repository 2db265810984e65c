"""Vanguard: the golden of the sample, and each trap with its legs."""

import pytest
from broker_samples import all_legs, codes, compare, layout, read
from taxlots.importers.brokers.brokerage import REALIZED

HEADER = (
    "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,Symbol,Shares,Share Price,"
    "Principal Amount,Commissions and Fees,Net Amount,Accrued Interest,Account Type,"
)


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("vanguard_us", "vanguard/OfxDownload.csv")
    compare("vanguard_transactions", "vanguard/transactions.csv")


def vanguard(*rows: str, header: str = HEADER):
    """What rows of one day become, each `type,symbol,shares,fees,net`."""
    lines = []
    for row in rows:
        kind, symbol, shares, fees, net = row.split(",")
        lines.append(f"412,2026-01-20,2026-01-20,{kind},x,Some Fund,{symbol},{shares},1,0,{fees},{net},0.0,CASH,")
    return read("vanguard_transactions", header, *lines)


def test_the_net_amount_contains_the_fees_in_both_eras() -> None:
    # 10 at 51.20 are 512, and 7 on top
    expected = ["buy -512 USD +10 BRDL fee 7 USD"]
    assert all_legs(vanguard("Buy,BRDL,10,7,-519")) == expected
    assert all_legs(vanguard("Buy,BRDL,10,7,-519", header=HEADER.replace("Commissions and Fees", "Commission Fees"))) == expected


def test_the_settlement_fund_is_cash() -> None:
    intake = vanguard("Sweep in,,0,0,-9", "Reinvestment,VMFXX,0.4,0,-0.4", "Dividend,VMFXX,0,0,0.4")
    assert all_legs(intake) == ["income:dividend +0.4 USD"]
    assert len(intake.set_aside) == 2


def test_a_conversion_carries_the_basis_and_half_of_one_is_named() -> None:
    out, into = "Conversion (outgoing),VTSMX,-63.05,0,-9450", "Conversion (incoming),VTSAX,63,0,9450"
    assert all_legs(vanguard(into, out)) == ["convert -63.05 VTSMX +63 VTSAX"]
    assert codes(vanguard(into)) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Exchange,VTSAX,-2,0,300", "sell -2 VTSAX +300 USD"),
        ("Exchange,VBTLX,30,0,-300", "buy -300 USD +30 VBTLX"),
        ("Return of capital,VNQ,0,0,7", "return-of-capital +7 USD"),
        ("Capital gain (LT),VTSAX,0,0,7", "income:capital-gain-distribution +7 USD"),
        ("Capital gain (ST),VTSAX,0,0,7", "income:dividend +7 USD"),
        ("Transfer (outgoing),VTSAX,-3,0,0", "withdrawal -3 VTSAX"),
        ("Transfer (incoming),,0,0,50", "deposit +50 USD"),
        ("Stock split,BRDL,10,0,0", "split +10 BRDL"),
        ("Fee,,0,0,-20", "fee fee 20 USD"),
    ],
)
def test_kind_of_type(row: str, expected: str) -> None:
    assert all_legs(vanguard(row)) == [expected]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Corp Action (Redemption),BRDL,-3,0,75", ["sell -3 BRDL +75 USD"]),
        ("Merger,BRDL,-3,0,75", ["sell -3 BRDL +75 USD"]),
        ("Spin-off,BRDL,3,0,0", ["spin-off +3 BRDL"]),
        ("Foreign tax withheld,VXUS,0,0,-1.5", ["fee fee 1.5 USD"]),
        ("Rollover (incoming),,0,0,500", ["deposit +500 USD"]),
    ],
)
def test_rows_that_tell_all_of_a_corporate_action(row: str, expected: list[str]) -> None:
    assert all_legs(vanguard(row)) == expected


def test_a_merger_of_two_rows_carries_the_basis_over() -> None:
    assert all_legs(vanguard("Merger,BRDL,-3,0,0", "Merger,NEWC,6,0,0")) == ["convert -3 BRDL +6 NEWC"]


def test_an_unknown_type_is_named() -> None:
    assert codes(vanguard("Lottery,BRDL,1,0,0")) == ["ROW_UNKNOWN_KIND"]


def test_a_corporate_action_that_is_not_told_comes_with_the_lines_that_tell_it() -> None:
    (one,) = vanguard("Corp Action (Merger),BRDL,-3,0,0").problems
    assert one.code == "KIND_NOT_BOOKED"
    assert "vanguard,convert,3,BRDL,UNITS,NEW" in one.hint


def test_a_fund_is_told_from_a_share_by_its_ticker() -> None:
    fund, share = vanguard("Buy,VTSAX,1,0,-150", "Buy,BRDL,1,0,-25").transactions
    assert (fund.asset_class, share.asset_class) == ("fund", "security")


def test_realised_lots_are_set_aside() -> None:
    header = "Account Number,Investment Name,Symbol,Date Acquired,Date Sold,Shares,Proceeds,Cost Basis,Term"
    intake = read("vanguard_realized", header, "412,Some Fund,VTSAX,01/02/2024,01/05/2026,2,300,250,Long")
    assert list(intake.set_aside.values()) == [REALIZED]
    assert layout("vanguard_realized").platform == "Vanguard"


POSITIONS = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,"


def test_a_download_of_many_positions() -> None:
    """The transactions are found below however many positions; a download without any holds positions only."""
    held = "412,Some Fund,VTSAX,1,100,100,"
    intake = read("vanguard_us", POSITIONS, *[held] * 80, "", HEADER, "412,2026-01-20,2026-01-20,Buy,x,Some,BRDL,10,1,0,7,-519,0.0,CASH,")
    assert all_legs(intake) == ["buy -512 USD +10 BRDL fee 7 USD"]
    assert len(intake.set_aside) == 81  # and the header of the transactions
    assert all_legs(read("vanguard_us", POSITIONS, held)) == []
