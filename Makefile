# Two commands: `make demo` and `make test`. Both need Python (3.11 or later, with venv) and make, nothing else.
PYTHON ?= python3
PYTHONS ?= $(PYTHON)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/smartexec-*/pyproject.toml))
EXAMPLES := $(patsubst %/pyproject.toml,%,$(wildcard examples/*/pyproject.toml))
PROJECTS := pyproject.toml $(PLUGINS:%=%/pyproject.toml)

.PHONY: help demo example test lint docs determinism quickfix clean

help:
	@echo "make demo   run the demonstration; its tables and journal go to runs/demo"
	@echo "make example NAME=rest_venue   run an example of examples/; one that is a package is installed first"
	@echo "make test   lint, types, documentation and all tests, as continuous integration runs them"
	@echo "make lint   ruff, and mypy in strict mode"
	@echo "make docs   build the documentation into docs/_build/html"
	@echo "make determinism PYTHONS=\"...\"  replay one journal under several interpreters and compare"
	@echo "make quickfix  trade with QuickFIX at the other end of the wire; it is compiled first, for up to half an hour"
	@echo "make clean  remove the virtual environment and what was built"

demo: $(VENV)/.installed
	rm -rf runs/demo
	$(BIN)/smartexec demo --out runs/demo

example: $(VENV)/.installed
	$(if $(wildcard examples/$(NAME)/pyproject.toml),$(PIP) install -e examples/$(NAME))
	$(BIN)/python examples/$(NAME)/run.py

test: lint docs
	SMARTEXEC_WORLDS=500 $(BIN)/python -m pytest -n 4 --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy smartexec $(PLUGINS:%=%/src) $(EXAMPLES:%=%/src)

docs: $(VENV)/.dev  # -E: tables come from the code, so no page is taken from an earlier build
	$(BIN)/sphinx-build -E -W --keep-going -q docs docs/_build/html

determinism:
	$(PYTHON) tests/determinism.py $(PYTHONS)

quickfix: $(VENV)/.quickfix
	$(BIN)/python -m pytest tests/quickfix/check_gateway.py tests/quickfix/check_venue.py

clean:
	rm -rf $(VENV) docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The stamps say that what the project files ask for is installed; a change in one of them installs again.
$(VENV)/.installed: $(PROJECTS) | $(BIN)/python
	@echo "installing smartexec and its plugins into $(VENV) ..."
	$(PIP) install -e . $(PLUGINS:%=-e ./%)
	@touch $@

$(VENV)/.quickfix: $(VENV)/.dev
	@echo "compiling and installing QuickFIX: up to half an hour ..."
	$(PIP) install 'quickfix>=1.15'
	@touch $@

$(VENV)/.dev: $(VENV)/.installed $(EXAMPLES:%=%/pyproject.toml)
	@echo "installing what tests and documentation need ..."
	$(PIP) install -e '.[dev]' -e './plugins/smartexec-files[parquet,dbn]' $(EXAMPLES:%=-e ./%)
	@touch $@
