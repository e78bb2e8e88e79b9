# Each target only calls a verb of needs-assessment. First use creates .venv.
#   make assessment COUNCIL=north [PERIOD=2024-25] [RENDERER=auto|quarto|builtin] [FRESH=1]
#   make assessments [COUNCILS="north west"] [JOBS=2] [SCHEDULER=tcp://…] [RENDERER=…] [FRESH=1]

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Modules are compiled once, not at every start.
unexport PYTHONDONTWRITEBYTECODE
# As many test processes as there are cores, from two to four.
PROCESSES := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	if [ $$n -gt 4 ]; then n=4; elif [ $$n -lt 2 ]; then n=2; fi; echo $$n)

# A mistyped variable would otherwise give another council's report.
VARIABLES := COUNCIL COUNCILS JOBS SCHEDULER PERIOD RENDERER PYTHON NAME CODE ENGINE FRESH
COMMAND_LINE := $(foreach each,$(.VARIABLES),$(if $(findstring command line,$(origin $(each))),$(each)))
MISTYPED := $(filter-out $(VARIABLES),$(COMMAND_LINE))
ifneq ($(MISTYPED),)
$(error $(MISTYPED) is not known here; known: $(VARIABLES))
endif

OPTIONS = $(if $(PERIOD),--period "$(PERIOD)") $(if $(RENDERER),--renderer "$(RENDERER)") \
	$(if $(FRESH),--fresh)

.PHONY: help assessment assessments audit bench changes check compare council edit forms publish test \
	test-all lint
.DEFAULT_GOAL := help

help:
	@echo "make assessment COUNCIL=north [PERIOD=2024-25] [RENDERER=auto|quarto|builtin] [FRESH=1]"
	@echo 'make assessments [COUNCILS="north west"] [JOBS=2] [FRESH=1]    every council, or some'
	@echo 'make compare COUNCILS="north west" [PERIOD=2024-25]     their reports side by side, in one book'
	@echo "make check COUNCIL=north [PERIOD=2024-25]   everything wrong or worth knowing, in one list"
	@echo "make audit COUNCIL=north [PERIOD=2024-25]   attack the report in place as a reader could"
	@echo "make changes COUNCIL=north [PERIOD=2024-25] what moved since the last published version, and why"
	@echo 'make council COUNCIL=… NAME="…" CODE=E0… [PERIOD=2024-25]    begin a new council'
	@echo "make forms COUNCIL=north [PERIOD=2024-25]   the empty workbooks for its partners"
	@echo "make publish COUNCIL=north [PERIOD=2024-25] freeze the edition: never written again"
	@echo "make edit COUNCIL=north [PERIOD=2024-25]    the chapters in JupyterLab"
	@echo "make test                                   the tests"
	@echo "make test-all                               these and those that take long"
	@echo "make bench                                  the benchmarks"
	@echo "make lint                                   style checks"

assessment: $(READY)
	@$(BIN)/needs-assessment assessment "$(COUNCIL)" $(OPTIONS)

assessments: $(READY)
	@$(BIN)/needs-assessment assessments $(COUNCILS) $(if $(JOBS),--jobs "$(JOBS)") \
		$(if $(SCHEDULER),--scheduler "$(SCHEDULER)") $(if $(RENDERER),--renderer "$(RENDERER)") $(if $(FRESH),--fresh)

compare: $(READY)
	@$(BIN)/needs-assessment compare $(COUNCILS) $(if $(PERIOD),--period "$(PERIOD)") \
		$(if $(RENDERER),--renderer "$(RENDERER)")

check: $(READY)
	@$(BIN)/needs-assessment check "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)")

audit: $(READY)
	@$(BIN)/needs-assessment audit "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)")

changes: $(READY)
	@$(BIN)/needs-assessment changes "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)")

# Only what the command line gives: some systems set NAME themselves. The shell reads the values
# from the environment, so that no name is read as a command.
GIVEN = $(if $(filter $(1),$(COMMAND_LINE)),$(2) "$$$(1)")

council: $(READY)
	@$(BIN)/needs-assessment council $(call GIVEN,COUNCIL,--council) $(call GIVEN,NAME,--name) \
		$(call GIVEN,CODE,--code) $(call GIVEN,PERIOD,--period)

forms: $(READY)
	@$(BIN)/needs-assessment forms "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)")

publish: $(READY)
	@$(BIN)/needs-assessment publish "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)") \
		$(if $(RENDERER),--renderer "$(RENDERER)")

edit: $(READY)
	@$(BIN)/needs-assessment edit "$(COUNCIL)" $(if $(PERIOD),--period "$(PERIOD)")

test: $(READY)
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

test-all: $(READY)
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --all

bench: $(READY)
	$(BIN)/python bench/run.py
	$(BIN)/python bench/protection.py

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	@echo "Setting up $(VENV) (once, a few minutes) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
