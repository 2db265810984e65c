"""The house rules, checked on the repository itself."""

import ast
import re
import tomllib
from pathlib import Path
from statistics import median, quantiles

import pytest
from taxlots.problems import catalogue
from taxlots.rulebook import EVIDENCE, load

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "taxlots"
MODULES = sorted(PACKAGE.rglob("*.py"))
# The floors from top to bottom, as docs/CODE.md walks them; a floor imports from those above it.
ORDER = [
    *("problems", "files", "exact", "kinds", "assets", "platforms", "frames", "rulebook", "settings", "prices"),
    *(
        "importers",
        "ledger",
        "lots",
        "tax",
        "decisions",
        "input_files",
        "filed_years",
        "session",
        "simulate",
        "executed",
        "reports",
        "batch",
        "cli",
    ),
]
FILE_CAP, FUNCTION_CAP, FUNCTION_MEDIAN, FUNCTION_P90 = 400, 50, 8, 25
PUBLIC_MAY_SKIP_DOCSTRING = {"__init__.py", "__main__.py"}


def floor_of(path: Path) -> str:
    """The floor that a module belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Floors of this package that a module imports, wherever the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("taxlots"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("taxlots.")}
    return found


def functions(path: Path):
    """Every function of a module with its length without the docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str)
            docstring = (body[0].end_lineno - body[0].lineno + 1) if documented else 0
            yield node, node.end_lineno - node.lineno + 1 - docstring, documented


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    """A floor imports from the floors above it in the design's list, never from those below."""
    own = floor_of(path)
    if own.startswith("__"):
        return
    allowed = set(ORDER[: ORDER.index(own) + 1]) | {"__version__"}
    assert imports(path) <= allowed, f"{path} imports {imports(path) - allowed}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_size_budget(path):
    """A file has at most 400 lines, a function at most 50 (docstring aside)."""
    assert len(path.read_text().splitlines()) <= FILE_CAP
    for node, length, _ in functions(path):
        assert length <= FUNCTION_CAP, f"{path.name}:{node.lineno} {node.name} has {length} lines"


def test_functions_are_short():
    """Half of all functions have at most 8 lines, nine of ten at most 25."""
    lengths = [length for path in MODULES for _, length, _ in functions(path)]
    assert median(lengths) <= FUNCTION_MEDIAN
    assert quantiles(lengths, n=10)[-1] <= FUNCTION_P90


@pytest.mark.parametrize("path", [p for p in MODULES if p.name not in PUBLIC_MAY_SKIP_DOCSTRING], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_public_functions_and_modules_are_documented(path):
    """Every module and every public function at module level says what it is."""
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path} has no docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}:{node.lineno} {node.name} has no docstring"


EXACT_FLOORS = {"exact", "frames", "prices", "importers", "ledger", "lots", "tax"}


@pytest.mark.parametrize("path", [p for p in MODULES if floor_of(p) in EXACT_FLOORS], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_binary_float_on_an_exact_floor(path):
    """No float() and no float literal where quantities, prices, bases and taxes are computed."""
    for node in ast.walk(ast.parse(path.read_text())):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        size_limit = literal and node.value == 1e15  # how large a spreadsheet's whole number may be
        assert not called, f"{path.name}:{node.lineno}"
        assert not literal or size_limit, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_is_swallowed(path):
    """No `except: pass`, and no mark of unfinished work."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert not (len(node.body) == 1 and isinstance(node.body[0], ast.Pass)), f"{path.name}:{node.lineno}"
    assert not re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", path.read_text())


def test_every_rule_has_a_citation():
    """Title, a known level of evidence, and a value at some time."""
    rules = list(load())
    assert len(rules) >= 20
    for rule in rules:
        assert rule.citation.title.strip(), rule.name
        assert rule.citation.evidence in EVIDENCE, rule.name
        assert rule.entries, rule.name


def test_every_problem_code_in_the_code_is_catalogued():
    """`problem("CODE", ...)` and `RowError("CODE", ...)` name codes of the catalogue, and every code is used somewhere."""
    text = "\n".join(path.read_text() for path in MODULES)
    used = set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|USAGE)"', text))
    assert set(catalogue()) <= used, f"never used: {set(catalogue()) - used}"
    named = set(re.findall(r'(?:problem|RowError)\(\s*"([A-Z_0-9]+)"', text))
    assert named <= set(catalogue())


def test_locked_versions_name_no_registry():
    """constraints.txt holds `name==version` lines only."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9.+!]+", line) for line in lines)


def test_every_lint_exception_is_explained():
    """Each ignored rule of ruff carries its reason in a comment."""
    text = (ROOT / "pyproject.toml").read_text()
    section = text[text.index("[tool.ruff.lint]") :]
    for line in section.splitlines():
        if re.match(r'\s+"[A-Z]+[0-9]*",', line):
            assert "#" in line, line


def test_versions_agree():
    """pyproject.toml, the package and the changelog name the same version."""
    from taxlots import __version__

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
    assert f"[{__version__}]" in (ROOT / "CHANGELOG.md").read_text()
