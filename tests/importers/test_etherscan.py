"""Etherscan: the golden of four files joined by hash, failed transactions, the own address, files that overlap."""

from datetime import UTC

import pytest
from goldens import _equal, _fates, _ledger, assert_one_fate_each, written
from layout_samples import SAMPLES, codes, layout, legs, sample
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet
from taxlots.importers.records import Intake, Table

LAYOUT = layout("etherscan")
OWN, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20
COINS = (
    "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN({0}),Value_OUT({0}),CurrentValue @ $1.00/{0},"
    "TxnFee({0}),TxnFee(USD),Historical $Price/{0},Status,ErrCode,Method"
)
TOKENS = "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,TokenSymbol"
OLD_TOKENS = "Txhash,UnixTimestamp,DateTime,From,To,Value,ContractAddress,TokenName,TokenSymbol"


def coins(*lines: str, coin: str = "ETH", file: str = f"export-{OWN}.csv") -> Table:
    return written(LAYOUT, COINS.format(coin), *lines, file=file)


def tokens(*lines: str, header: str = TOKENS, file: str = f"export-token-{OWN}.csv") -> Table:
    return written(LAYOUT, header, *lines, file=file)


def take(*tables: Table) -> Intake:
    intake = LAYOUT.read(tables, UTC)
    assert_one_fate_each(list(tables), intake)
    return intake


def of(hash_: str, sender: str, to: str, amounts: str, status: str = "") -> str:
    return f"{hash_},1,1680300000,,{sender},{to},,{amounts},,0.001,2,2000,{status},,"


def test_four_files_give_their_golden_ledger() -> None:
    tables = {}
    for path in sorted((SAMPLES / "etherscan").iterdir()):
        name, table = sample(f"etherscan/{path.name}")
        assert name == "etherscan"
        tables[path.name.partition("-0x")[0]] = table
    intake = take(*tables.values())
    _equal("etherscan.csv", _ledger(intake))
    for name, table in tables.items():
        mine = [one for one in intake.problems if one.file == table.file]
        part = Intake(intake.transactions, intake.set_aside, intake.merged, intake.unusable, mine)
        _equal(f"etherscan_{name}.fates.csv", _fates(table, part))


def test_coin_and_token_of_one_hash_are_a_swap() -> None:
    intake = take(
        coins(of("h", OWN, OTHER, "0,1")),
        tokens(f'h,1,1680300000,,{OTHER},{OWN},"1,790.5","$1,790.50",0xc,USD Coin,USDC'),
    )
    (one,) = intake.transactions
    assert legs(one) == "swap -1 ETH +1790.5 USDC fee 0.001 ETH"
    assert (str(one.value), one.account, len(one.sources)) == ("1790.50", "etherscan-0xa1a1a1", 2)


def test_wrapping_keeps_basis() -> None:
    intake = take(coins(of("h", OWN, OTHER, "0,1")), tokens(f"h,1,1680300000,,{OTHER},{OWN},1,,0xc,Wrapped Ether,WETH"))
    assert [legs(one) for one in intake.transactions] == ["convert -1 ETH +1 WETH fee 0.001 ETH"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (of("h", OTHER, OWN, "2,0"), ["deposit +2 BNB"]),  # the fee is the sender's
        (of("h", OWN, OTHER, "0,2"), ["withdrawal -2 BNB fee 0.001 BNB"]),
        (of("h", OWN, OTHER, "0,2", "Error(0)"), ["fee fee 0.001 BNB"]),
        (of("h", OWN, OWN, "0,2"), ["fee fee 0.001 BNB"]),
        (of("h", OTHER, OWN, "0,0"), []),
    ],
)
def test_the_coin_is_named_in_the_header(line: str, expected: list[str]) -> None:
    intake = take(coins(line, coin="BNB"))
    assert [legs(one) for one in intake.transactions] == expected
    assert not intake.problems


def test_own_address_is_the_one_in_every_row() -> None:
    third = "0x" + "c3" * 20
    lines = [f"h{n},1680300000,,{other},{OWN},{n},0xc,Coin,COIN" for n, other in ((1, OTHER), (2, third))]
    intake = take(tokens(*lines, header=OLD_TOKENS, file="export.csv"))
    assert [legs(one) for one in intake.transactions] == ["deposit +1 COIN", "deposit +2 COIN"]


def test_own_address_that_is_not_known_is_named() -> None:
    intake = take(tokens(f"h,1680300000,,{OTHER},{OWN},1,0xc,Coin,COIN", header=OLD_TOKENS, file="export.csv"))
    assert codes(intake) == ["ROW_INVALID"]
    assert "file's name" in (intake.problems[0].hint or "")


def test_files_that_overlap_count_once_and_equal_rows_of_one_file_stay() -> None:
    line = f"h,1,1680300000,,{OTHER},{OWN},1,,0xc,Coin,COIN"
    intake = take(tokens(line, line), tokens(line, file=f"later-{OWN}.csv"))
    assert [legs(one) for one in intake.transactions] == ["deposit +2 COIN"]
    assert list(intake.merged.values()) == [f"the same as export-token-{OWN}.csv:2"]


def test_several_assets_one_way_are_several_transactions() -> None:
    intake = take(
        coins(of("h", OWN, OTHER, "0,0")),
        tokens(f"h,1,1680300000,,{OTHER},{OWN},1,,0xc,A,AAA", f"h,1,1680300000,,{OTHER},{OWN},2,,0xc,B,BBB"),
    )
    assert [legs(one) for one in intake.transactions] == ["deposit +1 AAA", "deposit +2 BBB", "fee fee 0.001 ETH"]


def test_what_cannot_be_used_rejects_the_whole_hash() -> None:
    intake = take(
        coins(of("h", OWN, OTHER, "0,1"), f"i,1,then,,{OWN},{OTHER},,0,1,,0.001,2,2000,,,", of("j", OWN, OTHER, "x,1")),
        tokens(f"h,1,1680300000,,{OTHER},{OWN},1,,0xc,A,AAA", f"h,1,1680300000,,{OTHER},{OWN},2,,0xc,B,BBB"),
        tokens(f"k,1,1680300000,,{OTHER},{OTHER},2,,0xc,B,BBB", f"l,1,1680300000,,{OTHER},{OWN},2,,0xc,B,"),
    )
    assert not intake.transactions
    assert codes(intake) == ["ROW_INVALID"] * 3 + ["TIME_INVALID"] + ["ROW_INVALID"] * 3


@pytest.mark.parametrize(("chain", "expected"), [("43114", ["deposit +1 AVAX"]), ("1", ["deposit +1 ETH"]), ("999999", [])])
def test_a_chain_by_its_number_names_the_coin(chain: str, expected: list[str]) -> None:
    header = COINS.format("ETH") + ",ChainId,Chain,Value(ETH)"
    line = f"{of('0xd1', OTHER, OWN, '1,0')},{chain},some chain,1"
    intake = take(written(LAYOUT, header, line, file=f"export-{OWN}.csv"))
    assert [legs(one) for one in intake.transactions] == expected
    assert codes(intake) == ([] if expected else ["ROW_INVALID"])


OF_CHAINS = "chain_id,tx_hash,block_number,block_unix_timestamp,block_datetime,from,to,token_value,token_address,token_name,token_symbol"
INTERNAL = (
    "Txhash,Blockno,UnixTimestamp,DateTime,ParentTxFrom,ParentTxTo,ParentTxETH_Value,From,TxTo,ContractAddress,"
    "Value_IN(AVAX),Value_OUT(AVAX),CurrentValue @ $20/AVAX,Historical $Price/AVAX,Status,ErrCode,Type"
)


def found(header: str, *lines: str) -> Table:
    """The table as it is detected among all layouts, in a file that names the address."""
    cells = [line.split(",") for line in (header, *lines)]
    there = detect(Sheet(f"export-{OWN}.csv", header, cells, list(range(1, len(cells) + 1))), LAYOUTS)
    assert there is not None
    assert there.layout.id == "etherscan"
    return there.table


def test_the_token_file_of_an_explorer_of_several_chains_joins_its_coins() -> None:
    """1 AVAX out and 20 USDC in under one hash is a swap, although one file writes the hash with 0x and the other without."""
    lines = (f"0xAB,1,1680300000,,{OWN},{OTHER},,0,1,,0.001,2,2000,,,",)
    intake = take(found(COINS.format("AVAX"), *lines), found(OF_CHAINS, f"43114,ab,1,1680300000,,{OTHER},{OWN},20,0xc,USD Coin,USDC"))
    (one,) = intake.transactions
    assert legs(one) == "swap -1 AVAX +20 USDC fee 0.001 AVAX"


def test_internal_transactions_count_unless_they_failed() -> None:
    """Status 0 is one that happened (2 AVAX came in), 1 one that did not."""
    rows = [f"{hash_},1,1680300000,,{OTHER},{OTHER},0,{OTHER},{OWN},,2,0,,20,{status},,call" for hash_, status in (("a", "0"), ("b", "1"))]
    intake = take(found(INTERNAL, *rows))
    assert [legs(one) for one in intake.transactions] == ["deposit +2 AVAX"]
    assert len(intake.set_aside) == 1


@pytest.mark.parametrize("price", [",Historical $Price/{0}", ""])
def test_with_and_without_a_historical_price(price: str) -> None:
    """Where the price of the day stands (2,000 a coin), half a coin is worth 1,000; else the price table has to tell."""
    header = COINS.format("ETH").replace(",Historical $Price/ETH", price.format("ETH"))
    cells = f"h,1,1680300000,,{OWN},{OTHER},,0,0.5,,0.001,2{',2000' if price else ''},,,"
    (one,) = take(found(header, cells)).transactions
    assert (legs(one), str(one.value)) == ("withdrawal -0.5 ETH fee 0.001 ETH", "1000.0" if price else "None")


def test_exports_of_two_years_say_a_row_once() -> None:
    """The older file heads its columns otherwise, has another price of today and dates in American order; notes were added later."""
    old = COINS.replace("Transaction Hash", "Txhash").replace("DateTime (UTC)", "DateTime").replace("$1.00", "$3000.56").format("ETH")
    row = f"0xh,1,1680300000,{{}},{OTHER},{OWN},,2,0,{{}},0.001,{{}},2000,,,Transfer"
    older = written(LAYOUT, f"{old},PrivateNote", f"{row.format('4/1/2023 12:00:00 AM', 6000, 9)},rent", file=f"old-{OWN}.csv")
    intake = take(coins(row.format("2023-04-01 00:00:00", 2468, 5)), older)
    assert [legs(one) for one in intake.transactions] == ["deposit +2 ETH"]
    assert sorted(intake.merged) == [(f"old-{OWN}.csv", 2)]


def test_a_fee_alone_is_worth_what_the_price_of_its_day_says() -> None:
    intake = take(coins(of("h", OWN, OTHER, "0,1", "Error(0)")), tokens(f"t,1,1680300000,,{OWN},{OTHER},5,,0xc,USD Coin,USDC"))
    failed = next(one for one in intake.transactions if one.kind == "fee")
    assert (failed.fee_value, failed.value_currency) == (2, "USD")
