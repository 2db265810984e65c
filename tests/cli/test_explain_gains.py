"""`taxlots gains --explain`: what chose each lot, the arithmetic, the lots open then, and what other orders would have given."""

from support import folder, run, tx, universal

ROWS = (
    tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 BTC", id="b1"),
    tx("2024-02-05T12:00:00Z", "buy", sent="300 USD", received="1 BTC", id="b2"),
    tx("2024-06-01T12:00:00Z", "sell", sent="1.5 BTC", received="600 USD", fee="6 USD", id="s1"),
    tx("2024-07-01T12:00:00Z", "sell", sent="1 BTC", received="500 USD", id="s2"),
)


def explained(tmp_path, name, *more):
    """What is said of a disposal."""
    folder(tmp_path, {"ledger.csv": universal(*ROWS), "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
    return run(tmp_path, "gains", "ledger.csv", "--explain", name, *more)


def test_the_arithmetic_of_a_sale(tmp_path):
    """1.5 for 600 with a fee of 6: b1 whole (400 - 4 = 396, less 100), half of b2 (200 - 2 = 198, less 150)."""
    first, second = explained(tmp_path, "s1", "--format", "json").json["pieces"]
    assert first["decided_by"] == "the order of kraken: first in, first out: earliest acquisition first"
    assert first["arithmetic"] == {
        "proceeds": "400 - fee 4 = 396 (1 of 1.5 units; the whole sale 600 less fee 6)",
        "basis": "100 of lot b1, acquired 2024-01-05",
        "gain": "396 - 100 = 296, short-term",
    }
    assert second["arithmetic"]["gain"] == "198 - 150 = 48, short-term"
    assert (first["sources"], first["lot_sources"]) == ([{"file": "ledger.csv", "row": 4}], [{"file": "ledger.csv", "row": 2}])


def test_the_lots_then_and_other_orders(tmp_path):
    """Just before s1 both lots are whole. FIFO gives 594 - 250 = 344; LIFO and HIFO take b2 and half of b1: 594 - 350 = 244."""
    document = explained(tmp_path, "s1/2", "--format", "json").json
    assert [piece["lot_id"] for piece in document["pieces"]] == ["b2"]
    assert [(lot["lot_id"], lot["quantity"]) for lot in document["open_lots"]] == [("b1", "1"), ("b2", "1")]
    orders = {one["method"]: one["short_term"] for one in document["orders"]}
    assert orders == {"fifo": "344", "lifo": "244", "hifo": "244", "lofo": "344", "min-tax": "244"}


def test_units_that_no_lot_covers(tmp_path):
    """s2 sells 1, of which 0.5 are left of b2."""
    _, uncovered = explained(tmp_path, "s2", "--format", "json").json["pieces"]
    assert uncovered["decided_by"] == "nothing: more was sold than was held"
    assert uncovered["arithmetic"]["basis"] == "0: no lot covers these units"


def test_all_of_a_year_as_a_table(tmp_path):
    """Every piece with both rows; nothing is sold in 2023, which is wrong usage."""
    shown = explained(tmp_path, "all", "--format", "csv").out.splitlines()
    assert len(shown) == 1 + 4
    assert "ledger.csv:4" in shown[1]
    assert explained(tmp_path, "all", "--year", "2023").code == 2
    wrong = explained(tmp_path, "zz")
    assert (wrong.code, "no disposal is called 'zz'" in wrong.err) == (2, True)


def test_a_wash_sale_says_its_code(tmp_path):
    """100 less 50 is a loss of 50, denied: 50 - 100 + 50 = 0; the replacement's basis says since when it counts as held."""
    rows = (
        tx("2024-01-02T12:00:00Z", "buy", sent="100 USD", received="10 VTI", id="a", asset_class="security"),
        tx("2024-03-01T12:00:00Z", "sell", sent="10 VTI", received="50 USD", id="x"),
        tx("2024-03-05T12:00:00Z", "buy", sent="60 USD", received="10 VTI", id="b"),
        tx("2024-06-05T12:00:00Z", "sell", sent="10 VTI", received="150 USD", id="y"),
    )
    folder(tmp_path, {"ledger.csv": universal(*rows), "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
    lost, gained = run(tmp_path, "gains", "ledger.csv", "--explain", "all", "--format", "json").json["pieces"]
    assert lost["arithmetic"]["gain"] == "50 - 100 + 50 (code W) = 0, short-term"
    # 2 January to 1 March are 59 days; 5 March less 59 days is 6 January.
    assert gained["arithmetic"]["basis"] == "110 of lot b, acquired 2024-03-05, held since 2024-01-06"
