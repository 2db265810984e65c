"""Where a run's files are beside its exports: settings, the input files that a person writes, and the journal of identifications."""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from taxlots.lots.filing import JournalFile
from taxlots.lots.identification import FILE, read
from taxlots.problems import TaxlotsError, problem
from taxlots.settings import FILE_NAME, Settings, SettingsFile, parse_settings


def must_exist(paths: Sequence[Path], hint: str) -> None:
    """Raises TaxlotsError(USAGE) where none of the paths is there."""
    if not any(os.path.exists(path) for path in paths):  # noqa: PTH110  unlike Path.exists, it raises nothing for a name no file can have
        raise TaxlotsError(problem("USAGE", f"nothing is there: {', '.join(map(str, paths))}", hint))


def find_settings(config: Path | None) -> SettingsFile:
    """The given taxlots.toml, else the one of the current folder, else the defaults. Raises TaxlotsError."""
    path = config or Path(FILE_NAME)
    if config is None and not path.is_file():
        return SettingsFile(Settings(), None, None)
    try:
        data = path.read_bytes()
        text = data.decode()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        hint = "Give the path of a taxlots.toml; `taxlots init` writes one."
        raise TaxlotsError(problem("SETTINGS_INVALID", f"can't be read: {why}", hint, file=str(path))) from None
    return SettingsFile(parse_settings(text, path), path, sha256(data).hexdigest())


def companion_files(settings_file: SettingsFile, prices: Path | None) -> list[Path]:
    """Input files: those that the settings name (relative to their folder), else `prices.csv` and the like in that folder.

    Without settings that is the current folder. `prices`, of the command line, takes the place of the price table there. Raises
    TaxlotsError(USAGE) where it isn't there.
    """
    if prices:
        must_exist([prices], "--prices: give a CSV `time,asset,price,currency,source` that exists.")
    folder = settings_file.path.parent if settings_file.path else Path()
    files = settings_file.settings.files
    found = [prices] if prices else []
    for name in (name for name in files.__struct_fields__ if name != "identifications"):
        named = getattr(files, name)
        usual = folder / f"{name}.csv"
        if name == "prices" and prices:
            continue
        if named:
            found.append(folder / named)
        elif usual.is_file():
            found.append(usual)
    return found


def journal_path(settings_file: SettingsFile) -> Path:
    """Where the journal of identifications is: named in `[files]`, else beside taxlots.toml, without one in the current folder."""
    folder = settings_file.path.parent if settings_file.path else Path()
    return folder / (settings_file.settings.files.identifications or FILE)


def read_journal(settings_file: SettingsFile) -> JournalFile:
    """The journal of identifications; an empty one where there is no file. Raises TaxlotsError where it can't be read."""
    path = journal_path(settings_file)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return JournalFile(str(path))
    except OSError as error:
        hint = "Check [files] identifications in taxlots.toml, and that you may read the file."
        raise TaxlotsError(problem("USAGE", f"can't read {path}: {error.strerror}", hint)) from None
    return JournalFile(str(path), sha256(data).hexdigest(), read(data))
