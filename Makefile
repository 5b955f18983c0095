# One command for each thing a person does here. Each sets up what it needs by itself.
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help setup demo up test long e2e contract check bench bench-sync bench-dispatch bench-pages chaos chaos-engine chaos-dispatch format lock clean

help: ## Say what there is
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## Everything into .venv, nothing anywhere else

$(READY): requirements/dev.txt requirements/browser.py pyproject.toml simulators/pyproject.toml
	@test -n "$(PYTHON)" || { echo "Isthmus needs Python 3.11 or newer. Found none; name one with PYTHON=/path/to/python3." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation -e . -e simulators
	$(BIN)/python requirements/browser.py
	@touch $@

demo: $(READY) ## Both halves on simulated vendors: three reports, and a ticket to the field and back
	@$(BIN)/python -m demo.demo

up: $(READY) ## The console on both simulated vendors, with people at work, until Ctrl+C
	@$(BIN)/python -m demo.up

test: $(READY) ## The tests but those that make long makes, on three processes: they often wait
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not long"

long: $(READY) ## The tests that make test leaves out for the time they take
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long

e2e: $(READY) ## The console in a real browser, walked as its people would; pictures in .shots
	$(BIN)/python requirements/browser.py
	ISTHMUS_TEST_SHOTS=.shots $(BIN)/python -m pytest -n 2 --dist worksteal tests/console

contract: $(READY) ## Clients from beside PyPI (node's soap) on the simulator; needs node and npm
	@$(BIN)/python tests/contract/run.py

check: $(READY) ## Format, lint, strict types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml

format: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: bench-sync bench-dispatch bench-pages ## All figures: sync beside a peer, dispatch, pages at size

bench-sync: $(READY) .venv-bench/.ready ## Isthmus and a dlt source on one simulator: rows/s, CPU, memory
	$(BIN)/python benchmarks/sync.py

bench-dispatch: $(READY) ## Dispatch beside its aims: answers, latency, rate, calls, idle cost
	$(BIN)/python benchmarks/dispatch.py

bench-pages: $(READY) ## The pages of the console at 1,000,000 tickets and 100,000 links
	$(BIN)/python benchmarks/pages.py

chaos-engine: $(READY) ## Workers of the durable engine killed at random, what they did counted
	$(BIN)/python chaos/engine.py

chaos-dispatch: $(READY) ## Dispatch between both vendors: kills, faults, loops, order, lost workers
	$(BIN)/python chaos/dispatch.py

chaos: $(READY) ## All the long storms: sync, engine, dispatch, each against an oracle
	$(BIN)/python chaos/storm.py
	$(BIN)/python chaos/engine.py
	$(BIN)/python chaos/dispatch.py

.venv-bench/.ready: requirements/bench.txt
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/bench.txt
	@touch $@

lock: $(READY) ## Write the hashed requirement files anew
	$(BIN)/python requirements/lock.py

clean: ## Remove what was built
	rm -rf .venv .venv-bench .demo .bench .chaos .contract .shots .up dist
