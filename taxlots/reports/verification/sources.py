"""The sources of a workbook: where they are now, whether they are unchanged, and a folder in which they lie as they did then."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from taxlots.importers.folders import LIMIT_FILES, UnreadableError, read_bytes
from taxlots.importers.readers import LIMIT_BYTES
from taxlots.reports.origins import FILED, FOLDER, HASHED, INPUT, JOURNAL, Origin

SAME, MOVED, CHANGED, MISSING, UNREAD, ABSOLUTE = "same", "moved", "changed", "missing", "not read", "absolute"
USABLE = frozenset({SAME, MOVED, CHANGED})
_SET = frozenset({INPUT, JOURNAL, FILED})
DEEPEST = 100  # folders in a path: more than a person makes, fewer than removing them again would take
_NETWORK = ("//", "\\\\")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a workbook names: its status, and where a file was found with which hash."""

    origin: Origin
    status: str
    found: Path | None = None
    sha256: str | None = None


@dataclass(slots=True)
class _Places:
    """Where to look: folders that the names are relative to, and paths under which a file may have any name."""

    folders: Sequence[Path]
    paths: Sequence[Path]
    _hashes: dict[Path, str | None] = field(default_factory=dict)
    _by_hash: dict[str, Path] | None = None

    def hashed(self, path: Path) -> str | None:
        """The hash of a file; None where there is none that can be read."""
        if path not in self._hashes:
            try:
                self._hashes[path] = sha256(read_bytes(path, LIMIT_BYTES)).hexdigest()
            except UnreadableError:
                self._hashes[path] = None
        return self._hashes[path]

    def by_hash(self, digest: str) -> Path | None:
        """A file of that hash under the paths."""
        if self._by_hash is None:
            found = [(path, self.hashed(path)) for path in _under(self.paths)]
            self._by_hash = {known: path for path, known in reversed(found) if known}
        return self._by_hash.get(digest)

    def named(self, name: str) -> Iterator[Path]:
        """Files that the name may mean, the likeliest first."""
        yield from (folder / name for folder in self.folders)
        base = os.path.basename(name)  # noqa: PTH119  the name may be none that a path can have
        for path in self.paths:
            yield from (path / name, path / base, *([path] if path.name == base else []))


def _under(paths: Sequence[Path]) -> list[Path]:
    """The files that are given, and those in given folders."""
    found: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, it raises nothing for a name that no file can have
            found.append(path)
            continue
        for folder, _, names in os.walk(path):
            found += [Path(folder, name) for name in sorted(names)]
            if len(found) > LIMIT_FILES:
                return found[:LIMIT_FILES]
    return found


def locate(listed: Sequence[Origin], folders: Sequence[Path], paths: Sequence[Path]) -> list[Source]:
    """Each file of the list, found by name in one of the folders, or by its hash under the paths."""
    places = _Places(folders, paths)
    return [_located(origin, places) for origin in listed if origin.use in HASHED]


def _located(origin: Origin, places: _Places) -> Source:
    if not origin.sha256:
        return Source(origin, UNREAD)
    if Path(origin.name).anchor:
        return _in_place(origin, places)
    there = [(path, digest) for path in places.named(origin.name) if (digest := places.hashed(path)) is not None]
    same = next((path for path, digest in there if digest == origin.sha256), None)
    if same is not None:
        return Source(origin, SAME, same, origin.sha256)
    moved = places.by_hash(origin.sha256)
    if moved is not None:
        return Source(origin, MOVED, moved, origin.sha256)
    return Source(origin, CHANGED, *there[0]) if there else Source(origin, MISSING)


def _in_place(origin: Origin, places: _Places) -> Source:
    """A file that the settings name by an absolute path, which is read there; an export can't be read under a path of another machine."""
    if origin.use not in _SET or origin.name.startswith(_NETWORK):
        return Source(origin, ABSOLUTE)
    digest = places.hashed(Path(origin.name))
    return Source(origin, MISSING if digest is None else SAME if digest == origin.sha256 else CHANGED, None, digest)


def put_in_place(listed: Sequence[Origin], sources: Sequence[Source], folder: Path) -> Path:
    """Copies of the sources under the names that the workbook has for them; returns the folder that the names are relative to.

    Copies, so that exactly what was hashed is read, and nothing else that lies in those folders.

    Raises:
        UnreadableError: a file changed meanwhile, or can't be written under its name here.
    """
    deep = next((origin.name for origin in listed if len(Path(origin.name).parts) > DEEPEST), None)
    if deep is not None:
        raise UnreadableError(f"the sources can't be put in place: {deep[:40]}... lies in more than {DEEPEST} folders")
    work = folder.joinpath(*["in"] * max((_steps_up(origin.name) for origin in listed), default=0), "in")
    work.mkdir(parents=True)
    try:
        for origin in listed:
            if origin.use == FOLDER:
                _make(work / origin.name)
        for source in sources:
            if source.found is not None:
                _copy(source, work / source.origin.name)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"the sources can't be put in place: {error}") from None
    return work


def _copy(source: Source, target: Path) -> None:
    data = read_bytes(source.found or Path(), LIMIT_BYTES)
    if sha256(data).hexdigest() != source.sha256:
        raise UnreadableError(f"{source.found} changed while it was read", "Wait until it is complete, then run again.")
    _make(target.parent)
    target.write_bytes(data)


def _make(folder: Path) -> None:
    """A folder with every folder on the way to it, also to those that the path leaves again (`a/../b`)."""
    for parent in reversed([folder, *folder.parents]):
        parent.mkdir(exist_ok=True)


def _steps_up(name: str) -> int:
    """How far above its folder a relative path leads."""
    depth = least = 0
    for part in Path(name).parts:
        depth += -1 if part == ".." else 1
        least = min(least, depth)
    return -least
