# Three commands: `make run`, `make example` and `make test`. `make help` lists the rest.

# the first Python that is new enough
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
HOST ?= 127.0.0.1
PORT ?= 8080
# tests at a time
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
LOCKS := deploy/requirements
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
# whoever is done takes from the others what they have not begun: some tests take minutes
PYTEST = $(BIN)/pytest --numprocesses $(JOBS) --dist worksteal
CODE := crypto providers verify examples benchmarks wsgi.py

AT = REALNAME_PUBLIC_URL=$${REALNAME_PUBLIC_URL:-http://$(HOST):$(PORT)}

.DEFAULT_GOAL := help
.PHONY: help run example install test test-all lint bench docs lock clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/.run ## install, make database, keyring and a demo application, serve
	@$(BIN)/realname db upgrade >/dev/null
	@$(BIN)/realname app create Demo --first
	@$(AT) $(BIN)/realname operator create demo --role supervisor --role administrator --all-applications --first
	@$(AT) exec $(BIN)/realname serve --host $(HOST) --port $(PORT)

example: $(VENV)/.run ## a sign-up that asks Realname before it sells, at http://127.0.0.1:5000
	@exec $(BIN)/python -m examples.signup

install: $(VENV)/.dev ## everything that running, testing and linting need, in .venv

test: $(VENV)/.dev ## every test that can run here within five minutes
	$(PYTEST) -m "not long"

test-all: test ## the same, and the long suites
	$(PYTEST) -m long

lint: $(VENV)/.dev ## what the linter and the type checker say
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)

bench: $(VENV)/.dev build/sdks/.installed ## measure the hot paths, and write the table of benchmarks/README.md
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## write docs/reference and docs/promises.md anew from the code
	$(BIN)/python docs/reference/build.py

lock: build/uv ## lock the dependencies anew; UPGRADE=1 for newer versions
	build/uv/bin/uv pip compile $(COMPILE) --extra dev --output-file $(LOCKS)/dev.txt
	build/uv/bin/uv pip compile $(COMPILE) --extra build --extra s3 --constraint $(LOCKS)/dev.txt --output-file $(LOCKS)/run.txt
	build/uv/bin/uv pip compile $(COMPILE) --extra sdks --constraint $(LOCKS)/dev.txt --output-file $(LOCKS)/sdks.txt

COMPILE = pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url $(if $(UPGRADE),--upgrade)

clean: ## remove what was installed and built; instance folders stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

# --- stamps: installed once for each change of the locks

$(VENV)/.run: $(LOCKS)/run.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r $(LOCKS)/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(LOCKS)/dev.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r $(LOCKS)/dev.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

$(BIN)/python:
	$(if $(PYTHON),,$(error Python 3.11 or newer is needed; name one with PYTHON=...))
	$(PYTHON) -m venv $(VENV)

# the vendors' clients, apart from everything else: only the benchmark of signed calls runs there
build/sdks/.installed: $(LOCKS)/sdks.txt
	$(PYTHON) -m venv build/sdks
	build/sdks/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $(LOCKS)/sdks.txt
	@touch $@

build/uv:
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
