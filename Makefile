# `make help` lists what there is. A fresh machine needs Python 3.11+, git and make, nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
T ?=
# Compiled modules are kept, whatever the machine's habit: tests start hundreds of processes, and each
# would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# --- set-up: stamps make every target below quick when nothing changed -------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Rollcall needs Python 3.11 or newer (try: make PYTHON=python3.12 $(MAKECMDGOALS))" >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt pyproject.toml
	@echo "installing what Rollcall needs to run"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "installing what tests and lint need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/.runtime ## Prepare .venv; afterwards .venv/bin/rollcall works

# --- using it ----------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## Run everything on invented people; CHECK=1 proves it and ends
	@$(BIN)/rollcall demo $(if $(CHECK),--check)

# --- working on it -----------------------------------------------------------------------------

.PHONY: browser
browser: # Chromium for the browser tests: found, installed if this is root on Debian, or said to lack
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || tools/install-chromium

.PHONY: test
test: $(VENV)/.dev browser ## Run all tests (T=path runs some)
ifneq ($(T),)
	@$(BIN)/python -m pytest $(T)
else
	@# What mostly waits (the demo, kills) comes first, so that the rest runs beside it; much waits
	@# for processes and fake POS systems, so there are more than two at a time. Apart: the browser
	@# driver's event loop would stand in other tests' way. Both share one migrated database.
	@folder=$$(mktemp -d) && chmod 755 $$folder && trap "rm -rf $$folder" EXIT \
	  && export ROLLCALL_TESTS_FOLDER=$$folder \
	  && $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not browser" tests src \
	  && $(BIN)/python -m pytest -n 3 --dist loadfile -m browser
	@echo "make test-thorough also runs repetitions: more kills, every fault of every POS, another PostgreSQL"
endif

.PHONY: test-thorough
test-thorough: $(VENV)/.dev browser ## The same with more repetitions, on the machine's own PostgreSQL, and fuzzing the API (45 minutes)
	@ROLLCALL_THOROUGH=1 $(MAKE) --no-print-directory test
	@tools/test-on-system-postgres
	@tools/fuzz-api

.PHONY: lint
lint: $(VENV)/.dev ## Style, types, import contracts, migrations, spelling, what must not be committed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell *.md docs $$(git ls-files '*.html' 'src/*.md' 'benchmarks/*.md')
	@ROLLCALL_DATA_DIR=$$(mktemp -d) $(BIN)/python tools/lint_project.py

.PHONY: bench
bench: $(VENV)/.dev ## Measure sync, memory, search and 200 kills (about 25 minutes)
	@$(BIN)/python benchmarks/all.py

.PHONY: lock
lock: $(VENV)/.dev ## Compile requirements/*.txt from *.in, with hashes
	@$(BIN)/python -m pip install --quiet uv
	@for name in runtime dev benchmarks fuzz; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --upgrade requirements/$$name.in -o requirements/$$name.txt; done

.PHONY: clean
clean: ## Remove .venv and caches; data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
