"""The README's commands, run as a new user would, on the bundled exports."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from taxlots.cli.demo import PARTS

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = re.findall(r"^(taxlots .*?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
GAP = 1  # the samples hold one deposit without origin


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in a folder, by this interpreter."""
    words = [sys.executable, "-m", *shlex.split(command)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the exports, as the README has it, and the settings filled in after `taxlots init`."""
    place = tmp_path_factory.mktemp("user")
    for part in PARTS:
        source = ROOT / "sample_exports" / part
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (place / "exports").mkdir(exist_ok=True)
        copy(source, place / "exports" / part)
    done = run("taxlots init", place)
    assert done.returncode == 0, done.stderr
    settings = place / "taxlots.toml"
    settings.write_text(re.sub(r"^# (\w+ = \{ weight)", r"\1", settings.read_text(), flags=re.MULTILINE))
    return place


def test_readme_names_commands():
    """The test below has something to run."""
    assert len(COMMANDS) >= 7


APART = re.compile(r"taxlots (init|report|verify)\b")


@pytest.mark.parametrize("command", [c for c in COMMANDS if not APART.match(c)])
def test_command_works(command, folder):
    """Every command of the README does its work on the samples and says that they are incomplete, without a traceback."""
    done = run(command, folder)
    assert done.returncode == GAP, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.strip()


def test_the_report_is_verified(folder):
    """The commands of the workbook, one after the other."""
    report, verify = (c for c in COMMANDS if c.split()[1] in {"report", "verify"})
    assert run(report, folder).returncode == GAP
    done = run(verify, folder)
    assert done.returncode == 0, done.stderr
    assert "VERIFIED: every source is unchanged" in done.stdout


def test_demo_writes_the_workbook(tmp_path):
    """`taxlots demo` ends well and leaves report.xlsx."""
    done = run("taxlots demo --out out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.xlsx").stat().st_size > 10_000
    for title in ("Recognised files", "Holdings", "Gains and income by year", "Harvestable losses", "Rebalance alternatives"):
        assert title in done.stdout
