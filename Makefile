# The commands of this project. They need GNU make, Python 3.11 or newer and a package index; nothing else.

.DEFAULT_GOAL := help

UV_VERSION  := 0.13.9
PYTHONS     ?= python3.13 python3.12 python3.11 python3
VENV        := .venv
BIN         := $(VENV)/bin
INSTALLED   := $(VENV)/.installed

# Optional test material: used where it exists, reported by the tests where it does not (docs/testing.md).
PRIORAUTH_SAMPLES   ?= $(wildcard ../shared/samples/x12)
PRIORAUTH_IG_DIR    ?= $(wildcard ../shared/igs)
PRIORAUTH_REFERENCE ?= $(wildcard ../shared/reference)
export PRIORAUTH_SAMPLES PRIORAUTH_IG_DIR PRIORAUTH_REFERENCE

.PHONY: help setup demo serve test check chaos bench oracle twins

help: ## Print this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

setup: $(INSTALLED) ## Create .venv with the locked dependencies and the priorauth command

demo: $(INSTALLED) ## Run the main job end to end and print every message
	@$(BIN)/priorauth demo

serve: $(INSTALLED) ## Serve the gateway with simulated delegates (ARGS="--port 8081")
	@$(BIN)/priorauth serve --sandbox $(ARGS)

test: $(INSTALLED) ## Run every test (ARGS="-k acknowledgments")
	@$(BIN)/python scripts/services run -- $(BIN)/pytest -n 3 --dist loadfile --reruns 1 $(ARGS)

check: $(INSTALLED) ## Check format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

oracle: $(INSTALLED) ## Show the official FHIR validator everything that we write (JDK 17, Maven, packages of PAS)
	@PRIORAUTH_ORACLE=whole $(BIN)/pytest -s tests/oracles $(ARGS)

chaos: $(INSTALLED) ## Break a broker, a database and two gateways under load, for longer than `test` does
	@PRIORAUTH_CHAOS=whole $(BIN)/pytest -s tests/chaos $(ARGS)

twins: $(INSTALLED) ## Make and check 100,000 synthetic requests in both formats (ARGS="--count 1000 --seed 7")
	@$(BIN)/priorauth sandbox traffic --count 100000 --check --jobs 2 $(ARGS)

bench: $(INSTALLED) ## Measure against peers in the same run (ARGS="codec")
	@$(BIN)/python -m benchmarks $(ARGS)

$(INSTALLED): pyproject.toml uv.lock | $(BIN)/pip
	@echo 'setting up: installing the locked dependencies into $(VENV)'
	@$(BIN)/uv --version 2>/dev/null | grep -qF 'uv $(UV_VERSION) ' || $(BIN)/pip install --quiet 'uv==$(UV_VERSION)'
	@unset VIRTUAL_ENV; if $(BIN)/pip config list | grep -q index-url; \
	  then $(INSTALL_FROM_PIP_INDEX); else $(BIN)/uv sync --quiet --locked; fi
	@touch $@

# uv reads the index that uv.lock names. Where pip is told of another one, pip installs the same versions and hashes.
INSTALL_FROM_PIP_INDEX = \
  $(BIN)/uv export --quiet --frozen --no-emit-project --output-file $(VENV)/requirements.txt && \
  $(BIN)/pip install --quiet --require-hashes --requirement $(VENV)/requirements.txt && \
  $(BIN)/pip install --quiet --no-deps --editable .

$(BIN)/pip:
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up: creating $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo 'priorauth needs Python 3.11 or newer with its venv and ensurepip modules; none of these is: $(PYTHONS)' >&2; \
	echo 'Install one (on Debian and Ubuntu: python3 and python3-venv) or name it: make setup PYTHONS=/path/to/python3' >&2; \
	exit 1
