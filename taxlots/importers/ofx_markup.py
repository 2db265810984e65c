"""OFX and QFX files, 1.x (SGML) and 2.x (XML), as a table: one row per transaction, position and balance.

The markup is small: aggregates with an end tag, and elements with a value, whose end tag SGML leaves out. No entity but the five of XML and
character numbers is resolved, and a file that declares some is refused. A row's number is the line where its record begins; where several
begin on one line, as in files that are one line, it is the record's place, counted from 2.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern

LIMIT_DEPTH = 100  # OFX has about ten, and elements without a value, which SGML does not end
LIMIT_TAGS = 1_000_000  # a year of a busy trader has a tenth of that
RECORD, ORG, SECURITY = "RECORD", "ORG", "SECURITY"
_STATED = (RECORD, ORG, "STATEMENT", "BROKERID", "BANKID", "ACCTID", "CURDEF", "ASOF")
_TOLD = (
    *("FITID", "DTTRADE", "DTPOSTED", "UNIQUEID", "UNITS", "UNITPRICE", "TOTAL", "COMMISSION", "TAXES", "FEES", "LOAD", "WITHHOLDING"),
    *("STATEWITHHOLDING", "PENALTY", "ACCRDINT", "CURSYM", "INCOMETYPE", "BUYTYPE", "SELLTYPE", "POSTYPE", "TFERACTION", "OLDUNITS"),
    *(
        "NEWUNITS",
        "FRACCASH",
        "TRNTYPE",
        "TRNAMT",
        "NAME",
        "MEMO",
        "BALAMT",
        "AVAILCASH",
        "DTASOF",
        "HELDINACCT",
        "REVERSALFITID",
        "CORRECTFITID",
    ),
)
_LISTED = ("TICKER", "SECNAME", SECURITY)
HEADER = (*_STATED, *_TOLD, *_LISTED)
_STATEMENTS = {"INVSTMTRS", "STMTRS", "CCSTMTRS"}
_LISTS = {"INVTRANLIST", "BANKTRANLIST", "INVPOSLIST"}
_RECORDS = {"STMTTRN", "INVBANKTRAN", "LEDGERBAL", "AVAILBAL", "INVBAL"}
_SECURITIES = {"STOCKINFO", "MFINFO", "DEBTINFO", "OPTINFO", "OTHERINFO"}
_ASIDE = {"ORIGCURRENCY", "BANKACCTTO", "CCACCTTO", "PAYEE", "IMAGEDATA"}  # their elements have names that mean something else there
_BEGINS = re.compile(r"\s*(?:OFXHEADER\s*:|<\?OFX\b|<OFX>|<\?xml\b[^>]*>\s*(?:<!--[^>]*-->\s*)*(?:<\?OFX\b|<OFX\b))", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9._]*)(?:\s[^<>]*?)?(?P<empty>/?)>(?P<text>[^<]*)")
_CDATA = re.compile(r"<!\[CDATA\[(?P<text>.*?)\]\]>", re.DOTALL)
_REFERENCE = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_DECLARED = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class OfxError(ValueError):
    """The file can't be read as OFX; `line` is where that shows, if at one place."""

    def __init__(self, why: str, line: int | None = None) -> None:
        """Cause and place."""
        super().__init__(why)
        self.line = line


@dataclass(slots=True)
class _Node:
    tag: str
    line: int
    text: str = ""
    children: "list[_Node]" = field(default_factory=list)


def is_ofx(text: str) -> bool:
    """Whether a file begins as OFX does, whatever it is called."""
    return _BEGINS.match(text.lstrip("\ufeff")[:4096]) is not None


def rows(text: str) -> tuple[list[list[str]], list[int]]:
    """The records under `HEADER`, and their numbers. Raises OfxError for a file that is cut off or declares entities."""
    root = _tree(text)
    found = list(_records(root))
    lines = [line for line, _ in found]
    told_apart = len(set(lines)) == len(lines) and 1 not in lines
    return [list(HEADER), *(cells for _, cells in found)], [1, *(lines if told_apart else range(2, len(found) + 2))]


def _tree(text: str) -> _Node:
    if _DECLARED.search(text):
        raise OfxError("the file declares a document type or entities, which no bank's file does")
    plain = _without_cdata(text)
    root, line, last = _Node("", 1), 1, 0
    stack, opened, tags = [root], Counter[str](), 0
    for match in _TAG.finditer(plain):
        line, last = line + plain.count("\n", last, match.start()), match.start()
        tag, value = match["tag"].upper(), _value(match["text"])
        if match["end"]:
            _close(tag, stack, opened)
            continue
        node = _Node(intern(tag), line, value)
        tags += 1
        if tags > LIMIT_TAGS:
            raise OfxError(f"more than {LIMIT_TAGS} elements stand in the file; nothing of it was used", line)
        stack[-1].children.append(node)
        if not value and not match["empty"]:
            _open(node, stack, opened)
    if not any(node.tag == "OFX" for node in root.children):
        raise OfxError("the file begins as OFX, and holds nothing of it")
    if opened["OFX"]:
        raise OfxError(f"the file ends within {stack[-1].tag}: it was cut off")
    return root


def _open(node: _Node, stack: list[_Node], opened: Counter[str]) -> None:
    """Begin an aggregate. Raises OfxError for one that OFX can't have there: it would be read many times over."""
    if len(stack) > LIMIT_DEPTH:
        raise OfxError(f"more than {LIMIT_DEPTH} aggregates stand within each other", node.line)
    if node.tag in _STATEMENTS and any(opened[tag] for tag in _STATEMENTS):
        raise OfxError("a statement begins within another", node.line)
    stack.append(node)
    opened[node.tag] += 1


def _close(tag: str, stack: list[_Node], opened: Counter[str]) -> None:
    """End an aggregate, and whatever in it was left open: elements without a value. The end tag of a value ends nothing."""
    while opened[tag]:
        node = stack.pop()
        opened[node.tag] -= 1
        if node.tag == tag:
            return


def _without_cdata(text: str) -> str:
    """The text with its CDATA sections escaped, so that they hold no tags."""
    end = text.rfind("]]>") + 3 if "]]>" in text else 0  # behind the last end, no section closes
    return _CDATA.sub(lambda match: html.escape(match["text"], quote=False), text[:end]) + text[end:]


def _value(text: str) -> str:
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text).strip()


def _walk(top: _Node, skip: set[str] | frozenset[str] = frozenset()) -> Iterator[_Node]:
    """Everything below a node, in the order of the file."""
    stack = top.children[::-1]
    while stack:
        node = stack.pop()
        if node.tag not in skip:
            yield node
            stack += node.children[::-1]


def _elements(top: _Node) -> dict[str, str]:
    """The values below a node by their names; of several the first."""
    values: dict[str, str] = {}
    for node in _walk(top, _ASIDE):
        if node.text:
            values.setdefault(node.tag, node.text)
    return values


def _records(root: _Node) -> Iterator[tuple[int, list[str]]]:
    org = next((node.text for node in _walk(root) if node.tag == "ORG" and node.text), "")
    securities = {}
    for node in _walk(root):
        if node.tag in _SECURITIES:
            listed = _elements(node)
            told = {"TICKER": listed.get("TICKER", ""), "SECNAME": listed.get("SECNAME", ""), SECURITY: node.tag}
            securities[listed.get("UNIQUEID", "")] = told
    for statement in _walk(root):
        if statement.tag in _STATEMENTS:
            stated = {ORG: org, "STATEMENT": statement.tag} | _about(statement)
            for node in _below(statement):
                told = _elements(node)
                cells = told | securities.get(told.get("UNIQUEID", ""), {}) | dict.fromkeys(_STATED, "") | stated | {RECORD: node.tag}
                yield node.line, [cells.get(name, "") for name in HEADER]


def _about(statement: _Node) -> dict[str, str]:
    """Account, currency and date of a statement."""
    values: dict[str, str] = {}
    for node in _walk(statement, _LISTS | _RECORDS | _ASIDE):
        if node.text:
            values.setdefault("ASOF" if node.tag == "DTASOF" else node.tag, node.text)
    return {name: values.get(name, "") for name in _STATED if name in values}


def _below(statement: _Node) -> Iterator[_Node]:
    """The records of a statement: what its lists hold, known or not, and its balances."""
    stack = [(node, statement.tag) for node in statement.children[::-1]]
    while stack:
        node, parent = stack.pop()
        if node.tag in _RECORDS or (parent in _LISTS and node.children):
            yield node
        else:
            stack += [(child, node.tag) for child in node.children[::-1]]
