"""Files made to do harm, or of kinds that are no tables: built here byte by byte, since no program writes them."""

import io
import tarfile
import zipfile
from collections.abc import Iterable

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(members: Iterable[tuple[str, str | bytes]], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members; a name may come twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(members: Iterable[tuple[str, bytes]], hole: int = 0) -> bytes:
    """A tar archive of these members; with a `hole`, each is a sparse file of that size, whose bytes stand at its end."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if hole:
                spans = f"{hole - len(data)},{len(data)}"
                member.pax_headers = {"GNU.sparse.size": str(hole), "GNU.sparse.numblocks": "1", "GNU.sparse.map": spans}
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def claiming(data: bytes, size: int) -> bytes:
    """The archive of one member, which claims to unpack to that size."""
    changed = bytearray(data)
    central = changed.index(b"PK\x01\x02")
    changed[central + 24 : central + 28] = changed[22:26] = size.to_bytes(4, "little")
    return bytes(changed)


def xlsx(sheet: str, strings: str = "", prologue: str = "") -> bytes:
    """A workbook with this inside its one worksheet, these shared strings, and a prologue before the root of every part."""
    workbook = f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    relation = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    root = relation.format("r1", OFFICE, "officeDocument", "xl/workbook.xml")
    inner = relation.format("r1", OFFICE, "worksheet", "worksheets/sheet1.xml")
    inner += relation.format("r2", OFFICE, "sharedStrings", "sharedStrings.xml")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{root}</Relationships>',
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}">{sheet}</worksheet>',
    }
    return packed([(name, f'<?xml version="1.0"?>{prologue}{part}') for name, part in parts.items()])


def ods(rows: str) -> bytes:
    """An OpenDocument spreadsheet with these table rows."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0">{entry}</manifest:manifest>'
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    members = [("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", f'<?xml version="1.0"?>{content}')]
    return packed(members, zipfile.ZIP_STORED)


def ods_row(*cells: str) -> str:
    """A table row of text cells."""
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def xls(rows: list[list[str]]) -> bytes:
    """A BIFF8 workbook of text cells, padded to the size from which an OLE file keeps a stream in whole sectors."""

    def record(kind: int, data: bytes) -> bytes:
        return kind.to_bytes(2, "little") + len(data).to_bytes(2, "little") + data

    def label(row: int, column: int, text: str) -> bytes:
        place = row.to_bytes(2, "little") + column.to_bytes(2, "little") + b"\0\0"
        return record(0x0204, place + len(text).to_bytes(2, "little") + b"\0" + text.encode("latin-1"))

    def begin(kind: int) -> bytes:
        return record(0x0809, b"\x00\x06" + kind.to_bytes(2, "little") + b"\xbb\x0d\xcc\x07" + b"\0" * 8)

    end = record(0x000A, b"")
    bound = len(begin(5)) + 4 + 9 + len(end)
    book = begin(5) + record(0x0085, bound.to_bytes(4, "little") + b"\0\0\x01\x00S") + end
    book += begin(0x10) + b"".join(label(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)) + end
    return _ole(book.ljust(4096, b"\0"))


def _ole(stream: bytes) -> bytes:
    """An OLE file with the stream `Workbook`: a sector of allocations, one of the directory, then the stream."""
    stream = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    count = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    fat = b"".join(n.to_bytes(4, "little") for n in chain).ljust(512, b"\xff")
    none = b"\xff" * 4

    def entry(name: str, kind: int, child: bytes, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        head = text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + bytes([kind, 1]) + none + none + child
        return head + b"\0" * 36 + start.to_bytes(4, "little") + size.to_bytes(8, "little")

    directory = entry("Root Entry", 5, (1).to_bytes(4, "little"), 0xFFFFFFFE, 0) + entry("Workbook", 2, none, 2, len(stream))
    header = OLE + b"\0" * 16 + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + b"\0" * 10 + (1).to_bytes(4, "little")
    header += (1).to_bytes(4, "little") + b"\0" * 4 + (4096).to_bytes(4, "little") + b"\xfe\xff\xff\xff" + b"\0" * 4
    header += b"\xfe\xff\xff\xff" + b"\0" * 4 + b"\0" * 4
    return header.ljust(512, b"\xff") + fat + directory.ljust(512, b"\0") + stream
