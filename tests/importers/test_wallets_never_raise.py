"""Whatever stands in the cells of an app's or wallet's export: no exception, and exactly one fate per row."""

from datetime import UTC

import pytest
from goldens import assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_samples import SAMPLES, layout, sample
from taxlots.importers.records import Row, Table

FOLDERS = (
    *("blockfi", "cashapp", "celsius", "electrum", "etherscan", "exodus", "ledger-live", "paypal", "revolut", "river", "robinhood"),
    *("shakepay", "strike", "swan", "trezor", "venmo"),
)
PATHS = [f"{folder}/{path.name}" for folder in FOLDERS for path in sorted((SAMPLES / folder).glob("*.csv"))]
ODD = ["", "0", "1", "-1", "1e-25", "999999999999999999", "x", "$3.00", "(4)", "1,5", "2S", "never", "USD", "BTC", "\u00a0", "٣"]


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_never_raises(path: str, data: st.DataObject) -> None:
    name, source = sample(path)
    columns = {column: sorted({row.cells.get(column, "") for row in source.rows} | set(ODD)) for column in source.header}
    lines = data.draw(st.lists(st.fixed_dictionaries({column: st.sampled_from(cells) for column, cells in columns.items()}), max_size=6))
    whole = data.draw(st.lists(st.sampled_from([row.cells for row in source.rows]), max_size=3))
    rows = [Row(f"{n % 2}-{source.file[-60:]}", n, cells) for n, cells in enumerate([*lines, *whole])]
    tables = [Table(f"{k}", str(k), source.header, 1, (), tuple(rows[k::2])) for k in (0, 1)]
    assert_one_fate_each(tables, layout(name).read(tables, UTC))
