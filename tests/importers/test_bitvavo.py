"""Bitvavo: both headers, fees contained in what was paid, got and withdrawn, a zone per row."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Timezone,Date,Time,Type,Currency,Amount,Quote Currency,Quote Price,Received / Paid Currency,Received / Paid Amount,"
    "Fee currency,Fee amount,Status,Transaction ID,Address"
)
AT = "Europe/Amsterdam,2024-07-01,12:00:00"


@pytest.mark.parametrize(("name", "file"), [("bitvavo", "transactions_2024"), ("bitvavo_older", "transactions_2021")])
def test_golden(name: str, file: str) -> None:
    compare(name, f"bitvavo/{file}.csv")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        # 0.01 * 40000 = 400, and 401 were paid with the fee of 1 inside
        ("buy,BTC,0.01,EUR,40000,EUR,-401,EUR,1", "buy -400 EUR +0.01 BTC fee 1 EUR"),
        ("sell,BTC,-0.01,EUR,40000,EUR,399,EUR,1", "sell -0.01 BTC +400 EUR fee 1 EUR"),
        # a fee in another asset is not inside
        ("buy,BTC,0.01,EUR,40000,EUR,-400,BTC,0.0001", "buy -400 EUR +0.01 BTC fee 0.0001 BTC"),
        ("buy,ETH,1,USDC,2000,USDC,-2004,USDC,4", "swap -2000 USDC +1 ETH fee 4 USDC"),
        # 0.5 left the account, 0.001 of them as the fee
        ("withdrawal,ETH,-0.5,,,,,ETH,0.001", "withdrawal -0.499 ETH fee 0.001 ETH"),
        ("deposit,EUR,25,,,,,EUR,0", "deposit +25 EUR"),
        ("fixed_staking,ADA,0.12,,,,,ADA,", "income:staking +0.12 ADA"),
        ("rebate,EUR,1.5,,,,,,", "income:reward +1.5 EUR"),
    ],
)
def test_amounts_contain_the_fee(cells: str, said: str) -> None:
    (one,) = read("bitvavo", HEADER, f"{AT},{cells},Completed,id1,").transactions
    # summer time in Amsterdam is two hours ahead of UTC
    assert (legs(one), one.id, one.time) == (said, "id1", datetime(2024, 7, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{AT},withdrawal,ETH,-0.5,,,,,ETH,1,Completed,x,", "ROW_INVALID"),  # the fee is more than what left
        (f"{AT},buy,BTC,0.01,EUR,40000,EUR,-1,EUR,2,Completed,x,", "ROW_INVALID"),
        (f"{AT},deposit,EUR,-25,,,,,EUR,0,Completed,x,", "ROW_INVALID"),
        (f"{AT},withdrawal_cancelled,BTC,0.01,,,,,,,Completed,x,", "ROW_UNKNOWN_KIND"),
        ("Mars/Olympus,2024-07-01,12:00:00,deposit,EUR,25,,,,,EUR,0,Completed,x,", "TIME_INVALID"),
        ("../../etc/passwd,2024-07-01,12:00:00,deposit,EUR,25,,,,,EUR,0,Completed,x,", "TIME_INVALID"),
        (",2024-07-01,12:00:00,deposit,EUR,25,,,,,EUR,0,Completed,x,", "TIME_INVALID"),
    ],
)
def test_rows_that_cant_be_used(line: str, code: str) -> None:
    assert codes(read("bitvavo", HEADER, line)) == [code]
