"""Files that are no tables at all: what they are by their first bytes, and what to export instead."""

import re

_CSV = "Export CSV or XLSX from the platform instead."
_UNPACK = "Unpack it and give the folder."
_SAVE = "Open it in a spreadsheet program and save it as XLSX or CSV."
_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF document", _CSV),
    (b"\x89PNG", "a picture", _CSV),
    (b"\xff\xd8\xff", "a picture", _CSV),
    (b"GIF8", "a picture", _CSV),
    (b"{\\rtf", "a formatted text document", _CSV),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"PAR1", "a Parquet file", _CSV),
    (b"SQLite format 3", "a database", _CSV),
    (b"!Type:", "a QIF file for finance programs", _CSV),
)
_NAMED: tuple[tuple[re.Pattern[bytes], str, str], ...] = (  # by words near the beginning, before the general kinds of documents
    (
        re.compile(rb"<FlexQueryResponse\b"),
        "a Flex query of Interactive Brokers in XML",
        "In the Flex query, set the format to CSV (sections Trades and Cash Transactions) and run it again.",
    ),
    (
        re.compile(rb'\{\s*"(?:FromDate|ToDate)"[^\[]*"(?:EquityAward\w*|Transactions)"\s*:\s*\['),
        "a history of Charles Schwab's Equity Awards Center in JSON",
        "On the same page (Equity Awards Center, History, Export) choose CSV.",
    ),
    (
        re.compile(rb'\{\s*"(?:FromDate|ToDate)"[^\[]*"BrokerageTransactions"\s*:\s*\['),
        "a history of a Charles Schwab account in JSON",
        "On the same page (Accounts, History, Export) choose CSV.",
    ),
)
_JSON = re.compile(rb'\{\s*["}]|\[\s*[\[{"\]]')
_PAGE = re.compile(rb"<(?:!doctype html|html|head|meta|body|style|div|table)\b", re.IGNORECASE)
_OFX = re.compile(rb"<\??OFX\b", re.IGNORECASE)  # read as a table
_OWN = re.compile(rb'\{\s*"schema":\s*"taxlots\.')
_ZIPPED = (("word/document.xml", "a Word document", _CSV), ("Index/Document.iwa", "a Numbers document", _SAVE))


def what_else(data: bytes) -> tuple[str, str] | None:
    """What the file is and the next step, where it is known to be no table of text; else None."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, name, hint in _MARKS:
        if head.startswith(mark):
            return name, hint
    for pattern, name, hint in _NAMED:
        if pattern.search(head):
            return name, hint
    if _PAGE.match(head):
        return "a web page (HTML), even if it is named like a spreadsheet", _SAVE
    if head.startswith(b"<") and not _OFX.search(head):
        sheet = b"schemas-microsoft-com:office:spreadsheet" in head
        return ("an XML spreadsheet of 2003", _SAVE) if sheet else ("an XML document", _CSV)
    return ("a JSON document", _CSV) if _JSON.match(head) else None


def zipped_document(names: set[str]) -> tuple[str, str] | None:
    """What a zip archive with these members is, where it is a document of another program; else None."""
    return next(((name, hint) for member, name, hint in _ZIPPED if member in names), None)


def is_own(data: bytes) -> bool:
    """Whether this program wrote the JSON document: it is a result, no export."""
    return bool(_OWN.match(data[:200].lstrip()))
