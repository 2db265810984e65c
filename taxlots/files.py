"""Safe writing: a reader sees the old file or the whole new one, never half of it; a journal only ever grows.

What `append` was interrupted in is left as it is: its caller tells a torn end from a whole one.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from taxlots.problems import TaxlotsError, problem

_PATIENCE_SECONDS = 5
_TRIES_PER_SECOND = 20


def write_bytes(path: Path, data: bytes) -> None:
    """Write through a temporary file in the same folder, fsync, then rename over the target.

    A device or pipe, such as /dev/null, takes the bytes itself: renaming over it would put a plain file in its place.

    Raises:
        TaxlotsError: the folder does not exist or can't be written to.
    """
    if path.is_char_device() or path.is_fifo():
        _write_into(path, data)
        return
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _write_into(path: Path, data: bytes) -> None:
    try:
        with path.open("wb") as stream:
            stream.write(data)
    except OSError as error:
        raise _unwritable(path, error) from None


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 text with the line ends as given."""
    write_bytes(path, text.encode())


def append(path: Path, compose: Callable[[bytes], bytes], patience: int = _PATIENCE_SECONDS) -> None:
    """Add what `compose` makes of the present content to the end of a file, alone among writers, and return once it is on the disk.

    The file is created where there is none. Content and folder entry are synced (fsync) before this returns.

    Raises:
        TaxlotsError: another writer holds the file for longer than `patience` seconds, the file can't be written to, or what
            `compose` raises; then nothing was added, or a torn end that the next reader sees.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
    except OSError as error:
        raise _unwritable(path, error) from None
    with os.fdopen(handle, "r+b", buffering=0) as stream:
        _lock(stream.fileno(), path, patience)
        try:
            stream.seek(0)
            _write_all(stream.fileno(), compose(stream.readall()))
            os.fsync(stream.fileno())
            _sync_folder(path.parent)
        except OSError as error:
            raise _unwritable(path, error) from None


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable. Windows keeps it in the file's own record and has no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int, path: Path, patience: int) -> None:
    """Keep other writers out until the file is closed (a crash closes it too)."""
    for attempt in range(patience * _TRIES_PER_SECOND + 1):
        if attempt:
            time.sleep(1 / _TRIES_PER_SECOND)
        with suppress(OSError):
            _try_to_lock(handle)
            return
    hint = "Wait until the other run has ended, then try again. Nothing was recorded."
    raise TaxlotsError(problem("USAGE", f"{path} is being written by another run", hint))


if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 2**62  # beyond any content, so that readers are not kept out

    def _try_to_lock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_to_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unwritable(path: Path, error: OSError) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", f"can't write {path}: {error.strerror}", "Choose a folder that exists and that you may write to."))
