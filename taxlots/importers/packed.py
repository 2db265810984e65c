"""Unpacking within limits: what an archive claims about its members is not believed."""

import tarfile
import zipfile
from collections.abc import Callable
from typing import Protocol

from taxlots.importers.folders import TooLargeError, UnreadableError

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_PIECE = 1024**2
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_workbook(names: set[str], data: bytes) -> bool:
    """Whether a zip archive with these members is a spreadsheet."""
    return bool({"xl/workbook.xml", "xl/workbook.bin"} & names) or _OPEN_DOCUMENT in data[:200]


def read_pieces(stream: _Stream, room: Callable[[], int], message: str) -> bytes:
    """All of a packed stream, piece by piece; `room` is what it may hold by what was read of it so far, so that a bomb shows early.

    Raises TooLargeError with the message, in which `{}` stands for the room.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > (most := room()):
            raise TooLargeError(message.format(most))
    return b"".join(pieces)


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int, message: str) -> bytes:
    """A member's bytes. Raises TooLargeError with the message, UnreadableError for a rare packing, and what zipfile raises."""
    if member.file_size > room:
        raise TooLargeError(message.format(room))
    if member.compress_type not in _PACKINGS:
        raise UnreadableError("packed in a way that is not read here", "Unpack the archive yourself and give the folder.")
    with archive.open(member) as stream:
        return read_pieces(stream, lambda: room, message)


def unpack_tar(archive: tarfile.TarFile, member: tarfile.TarInfo, room: int, message: str) -> bytes:
    """A member's bytes, also of a sparse one that claims to be endless. Raises TooLargeError with the message, and what tarfile raises."""
    stream = archive.extractfile(member)
    return read_pieces(stream, lambda: room, message) if stream else b""
