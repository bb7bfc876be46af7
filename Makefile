# Two commands matter: `make demo` and `make test`. Each makes its own environment first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help env demo test lint types pytest lock mutants bench clean

help:  ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: $(READY)  ## Make the environment from the locked dependencies

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

demo: $(READY)  ## Start everything on loopback, sync every plan and level, show the due times read back
	$(BIN)/dueby demo

test: $(READY) lint types pytest  ## Lint, types, then all tests

lint: $(READY)  ## ruff, the floors, and the files of docs/operation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/hadolint docs/operation/Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docs/operation/compose.yaml

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

pytest: $(READY)  ## All tests, a file at a time in each of two processes
	$(BIN)/pytest -n 2 --dist loadfile

lock: $(READY)  ## Lock the dependencies anew, with hashes
	$(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip install --quiet uv
	.lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --extra dev -o requirements.txt pyproject.toml
	rm -r .lock-venv

mutants: $(READY)  ## Put small faults in one at a time; each must make a test fail
	$(BIN)/python tests/mutants.py

bench: $(READY)  ## Measure, and write bench/RESULTS.md
	$(BIN)/python bench/run.py

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
