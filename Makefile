# Two commands for a new user: `make demo` and `make test`. Both do their own set-up.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check samples benchmark clean

demo: $(VENV)/.installed
	$(BIN)/taxlots demo --out demo

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2

# Lint, types and generated files: what CI runs besides the tests.
check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/make_samples.py --check
	$(BIN)/python tools/make_errors.py --check

# Write the generated files anew.
samples: $(VENV)/.installed
	$(BIN)/python tools/make_samples.py
	$(BIN)/python tools/make_errors.py

benchmark: $(VENV)/.installed
	$(BIN)/python benchmarks/importing.py
	$(BIN)/python benchmarks/lots.py
	$(BIN)/python benchmarks/tax.py
	$(BIN)/python benchmarks/decisions.py

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py taxlots/lots/fold.c taxlots/lots/matching.c
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,plot]'
	$(BIN)/python -m compileall -q taxlots  # where PYTHONDONTWRITEBYTECODE is set each command would compile it anew
	@touch $@

clean:
	rm -rf $(VENV) demo build dist
