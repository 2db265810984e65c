"""A workbook with its XML changed: what a person could do to it, or a program that wants to do harm."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)


def parts_of(path: Path) -> dict[str, str]:
    """The text of each part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(parts: dict[str, str]) -> bytes:
    """A workbook of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def sheet_part(parts: dict[str, str], name: str) -> str:
    """The part of a sheet: they are numbered in the order of the tabs."""
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    return f"xl/worksheets/sheet{names.index(name) + 1}.xml"


def cell_of(text: str, place: str) -> str:
    """The XML of a cell."""
    return next(match[0] for match in CELL.finditer(text) if match[1] == place)


def altered(path: Path, sheet: str, change: Callable[[str], str], to: Path | None = None) -> Path:
    """The workbook with the XML of a sheet changed; the change must change something."""
    parts = parts_of(path)
    part = sheet_part(parts, sheet)
    before = parts[part]
    parts[part] = change(before)
    assert parts[part] != before
    target = to or path.with_name("altered.xlsx")
    target.write_bytes(packed(parts))
    return target


def with_part(path: Path, part: str, change: Callable[[str], str], **more: str) -> Path:
    """The workbook with another part changed, and with more parts."""
    parts = parts_of(path)
    before = parts[part]
    parts[part] = change(before)
    assert parts[part] != before
    target = path.with_name("altered.xlsx")
    target.write_bytes(packed(parts | more))
    return target


def inline(place: str, text: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
