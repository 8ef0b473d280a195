# What can be done with this repository: `make help`. Needs make and Python 3.11 or later; everything else is installed into .venv.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/installed
LOCK := $(BIN)/uv pip compile --quiet --no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install demo up activity down screenshots docs test test-cluster chaos bench lint audit lock

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED) ## virtual environment with the pinned packages, in .venv

# Pins and package metadata alone decide what is installed: nothing happens while they stay as they are.
$(INSTALLED): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --requirement requirements-dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@command -v chromium > /dev/null || test "$$(id -u)" != 0 || ! command -v apt-get > /dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium > /dev/null; } || \
		echo "Chromium cannot be installed: tests in a browser are skipped"
	@touch $@

demo: install ## the whole job on a generated warehouse, three times, without an account: three minutes
	@$(BIN)/python -m demo

up: install ## leave it running, with Airflow's UI (8080) and the sandbox's pages (8765)
	@$(BIN)/python -m demo up

activity: install ## while it is up: two more hours of business in the warehouse
	@$(BIN)/python -m demo activity

down: install ## stop what `make up` left running
	@$(BIN)/python -m demo down

screenshots: install ## the pages in Airflow's UI after the demo's three runs, as pictures in docs/img; needs Chromium
	@$(BIN)/python -m demo screenshots

docs: install ## the documentation as a site, in site/; a link or anchor that leads nowhere fails it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

test: install ## all tests, end to end included
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

# Debian's Redis is no package of Python's: like Chromium, it is installed where that can be done.
test-cluster: install ## the DAG over Redis and two Celery workers, one of which is killed; needs redis-server
	@command -v redis-server > /dev/null || test "$$(id -u)" != 0 || ! command -v apt-get > /dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server > /dev/null; }
	@$(BIN)/python -m pytest tests/cluster

chaos: install ## 100 kills and faults, of the pipeline and all around it: nothing lost, nothing sent twice; twenty minutes
	@$(BIN)/python -m chaos $(CHAOS_OPTIONS)

bench: install ## speed, memory and requests, side by side with others; fifteen minutes; BENCH_OPTIONS='--customers 1000000'
	@$(BIN)/python -m bench $(BENCH_OPTIONS)

# Bandit warns of every part of a marked line in which it finds nothing.
lint: install ## ruff, mypy and bandit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive .ci bench dags demo plugins sandbox \
		2> >(grep --invert-match 'nosec encountered' >&2)

audit: install ## known vulnerabilities of the pinned packages
	@$(BIN)/python .ci/audit.py requirements.txt requirements-dev.txt requirements-image.txt

lock: install ## pin anew what the requirements*.in ask for; LOCK_OPTIONS=--upgrade takes the newest
	$(LOCK) $(LOCK_OPTIONS) requirements.in --output-file requirements.txt
	$(LOCK) $(LOCK_OPTIONS) --constraint requirements.txt requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) $(LOCK_OPTIONS) --constraint requirements.txt requirements-image.in --output-file requirements-image.txt
