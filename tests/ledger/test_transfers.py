"""Two ends of a transfer: what pairs them, what never does, and what is said about the rest."""

import pytest

from support import book_of, codes, ledger_of, records, tx, universal

BUY = tx("2024-01-01T00:00:00Z", "buy", sent="30000 USD", received="3 BTC", id="b")


def out(quantity="1", time="2024-01-05T12:00:00Z", id_="w", **more) -> str:
    """A withdrawal from kraken."""
    return tx(time, "withdrawal", sent=f"{quantity} BTC", id=id_, **more)


def into(quantity="1", time="2024-01-05T12:30:00Z", id_="d", account="ledger", asset="BTC", **more) -> str:
    """A deposit at a wallet."""
    return tx(time, "deposit", account=account, received=f"{quantity} {asset}", id=id_, **more)


def pairs(tmp_path, *rows: str, **files: str) -> list[tuple[str, str]]:
    """(id, counter account) of each transfer, and nothing else."""
    settled = records(ledger_of(tmp_path, {"a.csv": universal(BUY, *rows)} | {f"{n}.csv": t for n, t in files.items()}).transactions)
    return [(row["id"], row["counter_account"]) for row in settled if row["kind"] == "transfer"]


def problems(tmp_path, *rows: str, **files: str) -> list[str]:
    """Codes of the problems."""
    return codes(ledger_of(tmp_path, {"a.csv": universal(BUY, *rows)} | {f"{n}.csv": t for n, t in files.items()}).problems)


def test_amount_and_time(tmp_path):
    """Equal amount, half an hour apart: one transfer, no problem."""
    assert pairs(tmp_path / "a", out(), into()) == [("w", "ledger")]
    assert problems(tmp_path / "b", out(), into()) == []


def test_a_network_fee_is_a_disposal(tmp_path):
    """1 BTC leaves, 0.99 arrives: 0.01 was paid as a fee; 2 of 3 stay, 0.99 are in the wallet with their basis of 10,000 each."""
    prices = "time,asset,price\n2024-01-05T12:00:00Z,BTC,40000\n"
    book = book_of(tmp_path, {"a.csv": universal(BUY, out(), into("0.99")), "p.csv": prices})
    held = {(r["account"], str(r["quantity"].normalize()), str(r["basis"].normalize())) for r in records(book.lots)}
    assert held == {("kraken", "2", "2E+4"), ("ledger", "0.99", "9.9E+3")}
    (fee,) = records(book.disposals)
    assert (fee["kind"], fee["proceeds"], fee["basis"]) == ("fee", 400, 100)


@pytest.mark.parametrize(
    ("deposit", "paired"),
    [
        (into(time="2024-01-05T10:01:00Z"), True),
        (into(time="2024-01-05T09:59:00Z"), False),
        (into(time="2024-01-08T11:59:00Z"), True),
        (into(time="2024-01-08T12:01:00Z"), False),
        (into("0.86"), True),
        (into("0.84"), False),
        (into("0.96", time="2024-01-07T12:00:00Z"), True),
        (into("0.94", time="2024-01-07T12:00:00Z"), False),
        (into("1.000000005"), True),
        (into("1.01"), False),
        (into(asset="ETH"), False),
        (into(account="kraken"), False),
        (into(basis="5"), False),
    ],
)
def test_window_and_fee(tmp_path, deposit, paired):
    """Two hours before to three days after; up to 15 % fee within three hours, then 5 %; dust more; never another asset or one account."""
    assert bool(pairs(tmp_path, out(), deposit)) is paired


def test_the_hash_comes_first(tmp_path):
    """An equal hash beats a nearer amount, and needs no time window."""
    rows = (out(txid="0xa"), into("0.9", time="2024-01-20T12:00:00Z", id_="d1", account="vault", txid="0xa"), into(id_="d2"))
    assert pairs(tmp_path, *rows) == [("w", "vault")]


def test_different_hashes_never_pair(tmp_path):
    """Equal amount and time do not help where the chain says otherwise."""
    assert pairs(tmp_path, out(txid="0xa"), into(txid="0xb")) == []


HEXADECIMAL = "ab12cd34" * 8


@pytest.mark.parametrize(
    "written", [f"0x{HEXADECIMAL}", HEXADECIMAL.upper(), f"https://etherscan.io/tx/0x{HEXADECIMAL}", f"{HEXADECIMAL}:1"]
)
def test_one_hash_written_in_two_ways(tmp_path, written):
    """Gemini leaves the 0x of an Ethereum hash out, others its case; equal, it needs no time window."""
    assert pairs(tmp_path, out(txid=HEXADECIMAL), into(txid=written, time="2024-01-20T12:00:00Z")) == [("w", "ledger")]


@pytest.mark.parametrize("own", ["QGBXYZ-7", "Internal transfer", "5f1c2a34-0000-4000-8000-1234567890ab"])
def test_an_id_that_is_no_hash_refuses_nothing(tmp_path, own):
    """What an exchange calls a move by itself does not contradict the chain's hash of it."""
    assert pairs(tmp_path, out(txid=own), into(txid=f"0x{HEXADECIMAL}")) == [("w", "ledger")]
    assert pairs(tmp_path, out(txid=own), into(txid="D-9")) == [("w", "ledger")]


def test_two_ids_of_one_numbering_are_two_transactions(tmp_path):
    """`W-10` and `W-11` name two moves; equal ones name one, whatever they are."""
    assert pairs(tmp_path, out(txid="W-10"), into(txid="W-11")) == []
    assert pairs(tmp_path, out(txid="W-10"), into(txid="W-10")) == [("w", "ledger")]


def test_one_hash_with_two_outputs(tmp_path):
    """Two withdrawals in one chain transaction: each goes to the deposit of its own amount, never to a larger one."""
    rows = (out("1", id_="w1", txid="0xa"), out("2", id_="w2", txid="0xa"))
    deposits = (into("2", id_="d2", account="two", txid="0xa"), into("1", id_="d1", account="one", txid="0xa"))
    assert sorted(pairs(tmp_path, *rows, *deposits)) == [("w1", "one"), ("w2", "two")]


def test_more_than_was_sent_never_pairs(tmp_path):
    """Not even an equal hash makes 2 of 1: the deposit stays open."""
    assert problems(tmp_path, out("1", txid="0xa"), into("2", txid="0xa")) == ["DEPOSIT_UNPAIRED", "WITHDRAWAL_UNPAIRED"]


def test_dust_more_is_said(tmp_path):
    """An export that rounds up by 0.000000005 pairs, with an info."""
    assert problems(tmp_path, out(), into("1.000000005")) == ["TRANSFER_ROUNDED"]


def test_the_persons_pairs_win(tmp_path):
    """transfers.csv beats an equal hash; what the hash would have taken stays open."""
    rows = (out(txid="0xa"), into(id_="d1", txid="0xa"), into(id_="d2", account="vault"))
    assert pairs(tmp_path, *rows, transfers="out_id,in_id\nw,d2\n") == [("w", "vault")]


@pytest.mark.parametrize("line", ["nope,d", "w,nope", "d,w", "w,eth", "w,large", "w,small", "w,basis"], ids=lambda line: line)
def test_pairs_that_can_not_be(tmp_path, line):
    """An unknown id, the wrong way round, another asset, more than was sent, far less, or a deposit with basis is refused by name."""
    rows = (
        out("1"),
        into("1", id_="d", time="2024-06-01T00:00:00Z"),
        into("1", id_="eth", asset="ETH"),
        into("1.5", id_="large"),
        into("0.5", id_="small"),
        into("1", id_="basis", basis="7"),
    )
    ledger = ledger_of(tmp_path, {"a.csv": universal(BUY, *rows), "t.csv": f"out_id,in_id\n{line}\n"})
    (refused,) = [p for p in ledger.problems if p.code == "OVERRIDE_UNMATCHED"]
    assert (refused.row, str(refused.severity)) == (2, "error")
    assert {f.file.rpartition("/")[2]: f.unusable for f in ledger.files}["t.csv"] == 1


def test_a_forced_pair_keeps_the_lots_dates(tmp_path):
    """Five months apart, but the person says so: the lot in the wallet was acquired on 1 January."""
    late = into(time="2024-06-01T00:00:00Z")
    book = book_of(tmp_path, {"a.csv": universal(BUY, out(), late), "t.csv": "out_id,in_id\nw,d\n"})
    assert {(r["account"], f"{r['acquired']:%F}") for r in records(book.lots)} == {("kraken", "2024-01-01"), ("ledger", "2024-01-01")}


def test_money_is_no_transfer(tmp_path):
    """Dollars in and out of an account are neither paired nor reported."""
    rows = (
        tx("2024-01-05T12:00:00Z", "withdrawal", sent="100 USD"),
        tx("2024-01-05T12:30:00Z", "deposit", account="x", received="100 USD"),
    )
    assert problems(tmp_path / "a", *rows) == []
    assert pairs(tmp_path / "b", *rows) == []


def test_what_stays_alone(tmp_path):
    """A deposit from nowhere is an error, a withdrawal to nowhere a warning, and each says which line would help."""
    ledger = ledger_of(tmp_path, universal(BUY, out(), into(time="2024-03-01T00:00:00Z")))
    found = {p.code: (str(p.severity), p.hint) for p in ledger.problems if p.code != "TIMEZONE_ASSUMED"}
    assert {code: severity for code, (severity, _) in found.items()} == {"DEPOSIT_UNPAIRED": "error", "WITHDRAWAL_UNPAIRED": "warning"}
    assert "d,deposit,,<basis>,<acquired>" in found["DEPOSIT_UNPAIRED"][1]
    assert "w,spend,<value>" in found["WITHDRAWAL_UNPAIRED"][1]


def test_an_open_withdrawal_is_no_sale(tmp_path):
    """Its lots leave the account without gain or loss: 2 BTC stay, 1 is parked outside."""
    book = book_of(tmp_path, universal(BUY, out()))
    assert len(book.disposals) == 0
    assert {r["account"]: int(r["quantity"]) for r in records(book.lots)} == {"kraken": 2, "outside": 1}


def test_two_that_fit_equally_are_warned_about(tmp_path):
    """One deposit, two equal withdrawals at equal distance: one is taken, and the line that decides is given."""
    rows = (out(id_="w1"), out(id_="w2"), into())
    ledger = ledger_of(tmp_path, universal(BUY, *rows))
    (warned,) = [p for p in ledger.problems if p.code == "TRANSFER_AMBIGUOUS"]
    assert "w2,d" in warned.hint


def test_a_named_other_end_must_be_met(tmp_path):
    """A withdrawal that says where it went does not pair with a deposit elsewhere."""
    assert pairs(tmp_path / "a", out(counter_account="vault"), into()) == []
    assert pairs(tmp_path / "b", out(counter_account="ledger"), into()) == [("w", "ledger")]


def test_a_deposit_fee_in_money_is_kept(tmp_path):
    """The platform charged 5 USD for the deposit: the transfer has no place for it, so it becomes a fee of its own."""
    settled = records(ledger_of(tmp_path, universal(BUY, out(), into(fee="5 USD"))).transactions)
    assert [(r["kind"], r["account"], r["fee_quantity"]) for r in settled][1:] == [("transfer", "kraken", None), ("fee", "ledger", 5)]
