# `make demo` and `make test` set themselves up: a virtual environment in .venv, with every
# dependency pinned by hash, and (tests) the servers from Debian's packages.

PYTHON ?= python3
DURATION ?=
HOURS ?= 1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
INSTALL_PROJECT := $(PIP) --no-deps --no-build-isolation --editable .
# Installing fetches the console's chart library with npm; where there is none, a wheel brings it.
NODE := command -v npm >/dev/null || $(PIP) --require-hashes --requirement locks/node.txt
WEB := locks/web/package-lock.json locks/web/build_hook.py

.PHONY: demo test check bench faults soak format locks clean servers

demo: $(VENV)/.demo
	$(BIN)/needlelog demo $(if $(DURATION),--duration $(DURATION))

test: $(VENV)/.dev servers
	$(BIN)/pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tests/support/check-locks

bench: $(VENV)/.dev servers
	$(BIN)/python -m tests.bench $(BENCH)

faults: $(VENV)/.fuzz servers
	$(BIN)/python -m tests.faults $(FAULTS)

soak: $(VENV)/.dev servers
	$(BIN)/python -m tests.faults.soak --hours $(HOURS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

locks: $(VENV)/.dev
	locks/compile locks --upgrade

servers:
	tests/support/install-servers

$(VENV)/bin/python:
	tests/support/make-venv $(PYTHON) $(VENV)

$(VENV)/.demo: $(VENV)/bin/python locks/demo.txt pyproject.toml $(WEB)
	$(PIP) --require-hashes --requirement locks/demo.txt
	$(NODE)
	$(INSTALL_PROJECT)
	touch $@

$(VENV)/.dev: $(VENV)/bin/python locks/dev.txt pyproject.toml $(WEB)
	$(PIP) --require-hashes --requirement locks/dev.txt
	$(NODE)
	$(INSTALL_PROJECT)
	touch $@ $(VENV)/.demo

# Not every Python and machine has atheris; the laboratory goes without it where it is missing.
$(VENV)/.fuzz: $(VENV)/.dev locks/fuzz.txt
	$(PIP) --require-hashes --requirement locks/fuzz.txt || echo "no fuzzing guided by coverage here"
	touch $@

clean:
	rm -rf $(VENV) build dist logger/review/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
