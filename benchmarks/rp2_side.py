"""The same trades as RP2 reads them: a spreadsheet with a sheet per asset and its configuration. Quantities keep 8 decimals."""

import csv
import subprocess
import zipfile
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from xml.sax.saxutils import escape

_IN = "timestamp asset exchange holder transaction_type spot_price crypto_in fiat_fee fiat_in_no_fee fiat_in_with_fee unique_id".split()
_OUT = "timestamp asset exchange holder transaction_type spot_price crypto_out_no_fee crypto_fee fiat_out_no_fee fiat_fee unique_id".split()
_INTRA = "timestamp asset from_exchange from_holder to_exchange to_holder spot_price crypto_sent crypto_received unique_id".split()
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def convert(ledger: Path, folder: Path) -> None:
    """Write rp2.ods and rp2.ini for a universal ledger of buys and sells."""
    tables: dict[str, tuple[list[list[object]], list[list[object]]]] = defaultdict(lambda: ([], []))
    with ledger.open() as file:
        for row in csv.DictReader(file):
            side, other = ("received", "sent") if row["kind"] == "buy" else ("sent", "received")
            asset, quantity, money, fee = (
                row[f"{side}_asset"],
                *(float(row[n]) for n in (f"{side}_quantity", f"{other}_quantity", "fee_quantity")),
            )
            start = [row["time"].replace("T", " ").replace("Z", " +0000"), asset, "kraken", "Ann", row["kind"].upper(), money / quantity]
            if row["kind"] == "buy":
                tables[asset][0].append([*start, quantity, fee, money, money + fee, row["id"]])
            else:
                tables[asset][1].append([*start, quantity, 0.0, money, fee, row["id"]])
    body = "".join(_sheet(asset, bought, sold) for asset, (bought, sold) in sorted(tables.items()))
    content = f'<?xml version="1.0"?><office:document-content {_SPACES} office:version="1.2"><office:body><office:spreadsheet>{body}'
    with zipfile.ZipFile(folder / "rp2.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _TYPE)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", f"{content}</office:spreadsheet></office:body></office:document-content>")
    sections = {"in_header": _IN, "out_header": _OUT, "intra_header": _INTRA}
    lines = ["[general]", f"assets = {', '.join(sorted(tables))}", "exchanges = kraken", "holders = Ann"]
    for section, names in sections.items():
        lines += [f"[{section}]", *(f"{name} = {place}" for place, name in enumerate(names))]
    (folder / "rp2.ini").write_text("\n".join(lines))


def _sheet(asset: str, bought: list[list[object]], sold: list[list[object]]) -> str:
    rows = [["IN"], _IN, *bought, ["TABLE END"], [""], ["OUT"], _OUT, *sold, ["TABLE END"]]
    return f'<table:table table:name="{asset}">{"".join(map(_row, rows))}</table:table>'


def _row(cells: list[object]) -> str:
    width = max(len(_IN), len(_OUT))
    return f"<table:table-row>{''.join(map(_cell, [*cells, *[''] * (width - len(cells))]))}</table:table-row>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>{value!r}</text:p></table:table-cell>'
    if value == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def seconds(command: list[str], start: list[str], folder: Path) -> float:
    """How long the command takes in the folder, less what the other, which does nothing, takes."""
    took = []
    for arguments in (start, start, command):
        begun = perf_counter()
        subprocess.run(arguments, cwd=folder, check=True, capture_output=True)  # noqa: S603
        took.append(perf_counter() - begun)
    return took[2] - min(took[:2])
