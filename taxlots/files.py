"""Safe writing: a reader sees the old file or the whole new one, never half of it."""

import os
import tempfile
from pathlib import Path

from taxlots.problems import TaxlotsError, problem


def write_bytes(path: Path, data: bytes) -> None:
    """Write through a temporary file in the same folder, fsync, then rename over the target.

    Raises:
        TaxlotsError: the folder does not exist or can't be written to.
    """
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


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 text with the line ends as given."""
    write_bytes(path, text.encode())


def _unwritable(path: Path, error: OSError) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", f"can't write {path}: {error.strerror}", "Choose a folder that exists and that you may write to."))
