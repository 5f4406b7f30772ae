# Two commands do everything: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EMULATOR := .venv-emulator
UV := $(BIN)/uv pip install --quiet

export SAM_CLI_TELEMETRY := 0
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup chromium demo up test lint types arrows unit suite e2e storm published pictures bench build deploy format clean

help:  ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 18

setup: $(VENV)/.ready $(EMULATOR)/.ready  ## Create the two virtual environments

$(VENV)/.ready: requirements-dev.txt layers/deps/requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Herald needs Python 3.11 to 3.13; choose one with: make PYTHON=python3.13 ..." >&2; exit 1; }
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) --python $(BIN)/python -r requirements-dev.txt
	@touch $@

$(EMULATOR)/.ready: requirements-emulator.txt $(VENV)/.ready
	@echo "setting up $(EMULATOR)"
	@$(PYTHON) -m venv $(EMULATOR)
	@$(UV) --python $(EMULATOR)/bin/python -r requirements-emulator.txt
	@touch $@

chromium: setup  ## Make sure that there is a browser for the tests of the approval pages
	@$(BIN)/python -m tests.e2e.approvals.chromium

demo: setup  ## Run all flows on this machine: emulated AWS, simulated vendors, real template
	@$(BIN)/python -m localrun demo

up: setup  ## Keep the local stack running; Ctrl-C leaves nothing behind
	@$(BIN)/python -m localrun up

test: setup chromium lint types arrows suite  ## Everything that needs no AWS account

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

arrows:
	$(BIN)/lint-imports

unit: setup  ## The quick tests: no network, no emulator
	$(BIN)/pytest tests/unit -n 2

suite:
	$(BIN)/pytest tests --ignore tests/e2e -n 2
	$(BIN)/pytest tests/e2e

e2e: setup chromium  ## Only the tests of the whole stack in the local emulation
	$(BIN)/pytest tests/e2e -v

storm: setup  ## An hour of outage at OpenText in simulated time; ends with 1 if a promise breaks
	$(BIN)/python -m tests.soak.storm

published: setup  ## Write docs/openapi.json, docs/schemas/ and the table of calling codes anew
	$(BIN)/python -m herald_cli.published
	$(BIN)/python -m herald_cli.calling_code_table

pictures: setup chromium  ## Take the pictures of docs/messages.md anew, and see that every mail fits a telephone
	@$(BIN)/python -m tests.message_pictures

bench: setup  ## Print ratios to floors, and what an event costs
	$(BIN)/python -m bench

build: setup  ## sam build for AWS (Python 3.13, arm64)
	$(BIN)/sam build

deploy: build  ## sam deploy --guided
	$(BIN)/sam deploy --guided

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove everything that was set up or built
	rm -rf $(VENV) $(EMULATOR) .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
