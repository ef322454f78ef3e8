# `make demo`, `make test` and `make check` bootstrap what they need: python3 and make are enough.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# On all cores; what a module makes once for its tests is made once.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

# AsyncAPI's own schema, which is on no Python index; without it the one test that needs it skips and says so.
ASYNCAPI := $(VENV)/package/schemas/3.0.0.json

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types imports docs chaos template bench bench-quick bench-compare figures pins wheel clean site

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /	/' | expand -t 14

$(VENV)/ready: pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo "This Python has no venv; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Preparing $(VENV) (once, a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(VENV)/ready ## a call and a text conversation, on a real server on this machine
	@$(BIN)/webhooks demo

$(ASYNCAPI): requirements/npm.txt | $(VENV)/ready
	@cd $(VENV) && npm pack --silent "$$(cat ../requirements/npm.txt)" >/dev/null 2>&1 && tar xzmf asyncapi-specs-*.tgz \
		|| echo "npm gave no AsyncAPI schema: the test that needs it skips."

test: $(VENV)/ready ## the test suite
	@$(PYTEST)

check: $(VENV)/ready $(ASYNCAPI) lint types imports ## everything that CI runs
	@$(BIN)/python docs/make_reference.py --check
	@$(BIN)/python benchmarks/figures.py --check
	@$(BIN)/python docs/make_pictures.py --check
	@rm -f .coverage .coverage.*
	@TEST_ASYNCAPI_SCHEMA="$$(ls $(ASYNCAPI) 2>/dev/null)" $(PYTEST) --cov --cov-report=term-missing

format: $(VENV)/ready ## rewrite the code in its one style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: $(VENV)/ready
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/ready
	@$(BIN)/pyright
	@$(BIN)/mypy

imports: $(VENV)/ready
	@$(BIN)/lint-imports

chaos: $(VENV)/ready ## kill servers and workers at random, and look for what was lost
	@CHAOS_KILLS=20 $(BIN)/python -m pytest -s tests/chaos

template: $(VENV)/ready ## a wheel, a project made with it, and the project's own commands, from nothing
	@FROM_NOTHING=1 $(BIN)/python -m pytest tests/template

docs: $(VENV)/ready ## reference pages and pictures anew from the code, and the site into site/
	@$(BIN)/python docs/make_reference.py
	@$(BIN)/python docs/make_pictures.py
	@$(MAKE) --no-print-directory site

site: $(VENV)/ready ## the site alone; a warning is an error, and no network is needed
	@$(BIN)/zensical build --strict --clean

bench: $(VENV)/ready ## what a delivery costs, beside others; writes benchmarks/RESULTS.md
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/inbox.py
	@$(BIN)/python benchmarks/figures.py

bench-quick: $(VENV)/ready ## the same in two minutes, without writing
	@$(BIN)/python benchmarks/run.py --quick

bench-compare: $(VENV)/ready ## this checkout and another commit in turns: make bench-compare REV=main~5
	@$(BIN)/python benchmarks/compare.py $(REV)

wheel: $(VENV)/ready ## the suite against the built wheel, with the newest and the lowest versions of what it needs
	@.ci/wheel newest
	@.ci/wheel lowest

figures: $(VENV)/ready ## the figures of README and docs anew from benchmarks/RESULTS.md
	@$(BIN)/python benchmarks/figures.py

# With the oldest Python 3.11 that is at hand: what it takes, all take.
pins: ## requirements/dev.txt anew from pyproject.toml
	@$(BIN)/python -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --no-header --no-annotate --allow-unsafe --all-extras \
		--output-file requirements/dev.txt pyproject.toml

clean: ## everything that was made
	@rm -rf $(VENV) dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .cache site
