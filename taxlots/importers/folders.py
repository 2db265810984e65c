"""From the paths that were given to files: folders are walked, and only regular files are read, up to a limit.

A link inside a folder is followed only where it stays in that folder: whoever sent the folder must not choose what else is read.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_FILES = 50_000
# Settings, notes, scripts, and the journal of identified lots: nothing that a platform exports.
_NO_EXPORTS = {".toml", ".md", ".py", ".jsonl"}
_HIDDEN = (".", "~$", "__MACOSX")


class UnreadableError(Exception):
    """A path of which nothing can be read, with the next step (None: the usual one)."""

    def __init__(self, why: str, hint: str | None = None) -> None:
        """Cause and next step."""
        super().__init__(why)
        self.why = why
        self.hint = hint


class TooLargeError(UnreadableError):
    """More than is read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A path to read. `given` was named by the person, others were found in a folder; `refused` is why it must not be read."""

    path: Path
    given: bool
    refused: UnreadableError | None = None


def walk(paths: Sequence[Path]) -> Iterator[Found]:
    """The given files, and in given folders what may be exports, sorted by path within each."""
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, it raises nothing for a name that no file can have
            yield from sorted(_inside(path), key=lambda found: found.path)
        else:
            yield Found(path, given=True)


def passed_over(parts: Sequence[str]) -> bool:
    """Whether a file of this path inside a folder or archive is hidden, or by its name no export."""
    hidden = any(part.startswith(_HIDDEN) and part not in {".", ".."} for part in parts)
    return hidden or Path(parts[-1]).suffix.lower() in _NO_EXPORTS


def _inside(folder: Path) -> Iterator[Found]:
    root = os.path.realpath(folder)
    pending, count = [folder], 0
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as entries:
                inner = [(Path(entry.path), entry.is_dir(follow_symlinks=False), entry.is_symlink()) for entry in entries]
        except OSError as error:
            yield Found(current, given=False, refused=_system(error))
            continue
        for path, is_folder, is_link in inner:
            if is_folder and not path.name.startswith(_HIDDEN):
                pending.append(path)
            elif not is_folder and not passed_over([path.name]):
                yield from _linked(path, root) if is_link else (Found(path, given=False),)
                count += 1
        if count > LIMIT_FILES:
            why = f"the folder holds more than {LIMIT_FILES} files; the rest of it was not read"
            yield Found(folder, given=False, refused=UnreadableError(why, "Give the folder that holds the exports alone."))
            return


def _linked(path: Path, root: str) -> Iterator[Found]:
    target = os.path.realpath(path)  # unlike Path.resolve, it raises nothing for a link that points at itself
    if target != root and not target.startswith(os.path.join(root, "")):  # noqa: PTH118  realpath gives text
        why = f"the link leads out of the folder, to {target}"
        yield Found(path, given=False, refused=UnreadableError(why, "Give that path itself, or copy the file into the folder."))
    elif not os.path.isdir(target):  # noqa: PTH112  what the folder holds is read where it stands
        yield Found(path, given=False)


def read_bytes(path: Path, limit: int) -> bytes:
    """All bytes of a regular file. A pipe or device is not even opened, since that may wait for ever.

    Raises:
        TooLargeError: more than `limit` bytes.
        UnreadableError: no regular file, not there, not permitted, or written to at this moment.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError(_special(path), "Write what it holds into a file first, and give that.")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            size = os.fstat(handle).st_size
            if size > limit:
                raise TooLargeError(f"more than {limit} bytes")
            data = stream.read(size + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _system(error) from None
    if len(data) != size:
        raise UnreadableError("the file changed while it was read", "Wait until it is complete, then run again.")
    return data


def _special(path: Path) -> str:
    return "a folder" if os.path.isdir(path) else "no file but a pipe, a device or the like"  # noqa: PTH112  as in walk


def _system(error: OSError | ValueError) -> UnreadableError:
    if isinstance(error, ValueError):
        return UnreadableError(str(error))
    hint = "Give read permission to the file and its folder." if error.errno in {errno.EACCES, errno.EPERM} else None
    return UnreadableError(error.strerror or str(error), hint)
