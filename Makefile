# Homeroom: `make up` runs it, `make test` tests it, `make help` lists the rest.
# Each target does all of its own set-up: Python packages from the committed locks, system packages through apt when root.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
PORT ?= 8000
STATE ?= var
FUZZED := $(addprefix tests/unit/,classroom/seminars/test_seminar_progress.py \
	$(addprefix grader/,test_reading.py test_plan_properties.py test_kept_outputs.py test_view.py test_feedback.py test_jobs.py test_difference.py \
	test_look_over_properties.py split/test_wire.py split/test_conversation_properties.py split/test_mutants.py split/test_verdicts.py \
	merging/test_merge_properties.py))
VENV := .venv
BIN := $(VENV)/bin
# Bytecode is compiled at install: students' servers run as other users and could not write it, and would start four times slower.
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up install test check lint unit conformance corpus sandbox-walls functional browser test-slow fuzz bench bench-grading docs docs-screenshots merge-cases bench-seminar bench-merging test-postgresql lock format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: install ## Run the whole stack with the example course (PORT=8000 STATE=var)
	@exec $(BIN)/homeroom up --demo --port $(PORT) --state $(STATE)

install: $(VENV)/.runtime ## Make .venv with the homeroom command

test: check functional browser ## Everything CI runs: lint, types, layers, unit, functional and browser tests

check: lint unit ## All of it but the functional and browser tests

lint: $(VENV)/.dev ## Lint, format, types, layers, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m classroom.migrations check

unit: $(VENV)/.dev ## Unit and architecture tests
	$(BIN)/pytest tests/unit tests/architecture -m "not slow" -n auto --maxprocesses 4 --dist worksteal

conformance: $(VENV)/.dev .venv-nbgrader/.done .venv-otter/.done ## Releases and scores compared with nbgrader and Otter-Grader themselves, live
	$(BIN)/pytest tests/conformance -m "not slow"

corpus: $(VENV)/.dev ## Honest, odd and hostile submissions, graded for real, with the verdicts they deserve
	$(BIN)/pytest tests/unit/grader/test_corpus.py -n auto --maxprocesses 4 --dist worksteal

fuzz: $(VENV)/.dev ## Random notebooks, messages and outputs against everything that reads what students wrote: some twenty minutes
	$(BIN)/pytest $(FUZZED) --hypothesis-profile=fuzz --timeout 1200

merge-cases: $(VENV)/.dev ## Merge ten thousand random notebooks, student's work and new release each, for each promise that merging makes
	$(BIN)/pytest tests/unit/grader/merging/test_merge_properties.py --hypothesis-profile=merge-cases --timeout 3600

sandbox-walls: $(VENV)/.dev ## Hostile submissions in each kind of sandbox; Landlock needs a Python that other users can read
	for kind in bubblewrap landlock; do HOMEROOM_TEST_SANDBOX=$$kind $(BIN)/pytest tests/unit/grader/test_hostile.py tests/unit/grader/test_sandbox.py tests/unit/grader/test_corpus.py || failed=1; done; test -z "$$failed"

functional: $(VENV)/.dev ## Tests on a real hub, proxy, broker and workers
	$(BIN)/pytest tests/functional -m "not slow"

browser: $(VENV)/.dev $(VENV)/.chromium ## Tests in a real browser on the real stack; screenshots in test-artefacts/
	$(BIN)/pytest tests/browser -m "not slow"

test-slow: $(VENV)/.dev $(VENV)/.chromium .venv-nbgrader/.done .venv-otter/.done ## Tests of minutes rather than seconds
	for kind in unit conformance functional browser; do $(BIN)/pytest tests/$$kind -m slow --timeout 1800 || failed=1; done; test -z "$$failed"

test-postgresql: $(VENV)/.dev ## The portal's tests on PostgreSQL: HOMEROOM_TEST_DATABASE_URL=postgresql://... names a server and a role that may make databases
	@test -n "$${HOMEROOM_TEST_DATABASE_URL:-}" || { echo "Set HOMEROOM_TEST_DATABASE_URL, for example to postgresql://postgres@127.0.0.1/postgres"; exit 1; }
	$(BIN)/pytest tests/unit/classroom tests/functional/test_stack.py -m "not slow" -n auto --maxprocesses 4 --dist loadfile

bench: $(VENV)/.dev ## Measure the steps of a class of 1,200 against what they cannot beat
	$(BIN)/python -m tests.bench

bench-grading: $(VENV)/.dev .venv-nbgrader/.done ## What grading costs beside nbgrader, stock nbclient and plain exec; how long an idle queue takes
	$(BIN)/python -m tests.bench.grading

bench-seminar: $(VENV)/.dev ## How long the guests of a seminar wait for a running kernel, cold and pre-warmed
	$(BIN)/python -m tests.bench.seminar

bench-merging: $(VENV)/.dev .venv-nbgitpuller/.done ## The same random edits merged by Homeroom and by nbgitpuller: what is lost, missing or broken
	$(BIN)/python -m tests.bench.merging

docs: $(VENV)/.dev ## Write docs/reference/command-line.md anew from the commands' own help
	$(BIN)/python tools/command_line_page.py

docs-screenshots: $(VENV)/.dev $(VENV)/.chromium ## Take the pictures in docs/images anew, from the example course
	@mkdir -p docs/images
	HOMEROOM_DOCS_SCREENSHOTS=docs/images $(BIN)/pytest tests/browser/test_student_day.py tests/browser/test_seminar.py tests/browser/test_changed_on_disk.py -m slow

format: $(VENV)/.dev ## Put code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.build ## Resolve the locks in requirements/ anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" pyproject.toml --extra postgresql --extra test --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements/nbgrader.in -o requirements/nbgrader.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements/otter.in -o requirements/otter.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements/nbgitpuller.in -o requirements/nbgitpuller.txt

clean: ## Remove what tests and builds left (not the state directory)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-artefacts dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Homeroom needs Python 3.11 or newer; $(PYTHON) is older. Name another one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip; ensurepip.version()' 2>/dev/null || tools/system-packages python3-venv
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.build: requirements/build.txt | $(BIN)/python
	@echo "Setting up .venv (about a minute the first time) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.runtime: $(VENV)/.build requirements/runtime.txt pyproject.toml hub_bridge/node/package-lock.json
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	$(BIN)/python -m hub_bridge.proxy
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/python -m bash_kernel.install --sys-prefix >/dev/null
	@touch $@

.venv-nbgrader/.done: requirements/nbgrader.txt | $(VENV)/.build
	$(PYTHON) -m venv --without-pip --clear .venv-nbgrader
	$(BIN)/uv pip install --quiet --python .venv-nbgrader/bin/python --require-hashes -r requirements/nbgrader.txt
	.venv-nbgrader/bin/python -m bash_kernel.install --sys-prefix >/dev/null
	@touch $@

.venv-otter/.done: requirements/otter.txt | $(VENV)/.build
	$(PYTHON) -m venv --without-pip --clear .venv-otter
	$(BIN)/uv pip install --quiet --python .venv-otter/bin/python --require-hashes -r requirements/otter.txt
	@touch $@

.venv-nbgitpuller/.done: requirements/nbgitpuller.txt | $(VENV)/.build
	$(PYTHON) -m venv --without-pip --clear .venv-nbgitpuller
	$(BIN)/uv pip install --quiet --python .venv-nbgitpuller/bin/python --require-hashes -r requirements/nbgitpuller.txt
	@touch $@

$(VENV)/.chromium: | $(VENV)/.dev
	@command -v chromium >/dev/null || tools/system-packages chromium fonts-dejavu-core
	@touch $@
