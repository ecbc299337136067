# Two commands matter: `make run` shows the service working, `make test` proves that it does.
.DEFAULT_GOAL := help
.PHONY: help install run later reset test test-all held watch fix check lock sbom audit generate examples api-changes api-baseline clients chaos bench-protocol bench bench-escalation bench-replay bench-dashboard clean

# The first Python of 3.11 or later that works; set PYTHON to choose another.
PYTHON ?= $(shell for name in python3.11 python3.12 python3 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8000
RELOAD ?=
ARGS ?=

VENV := .venv
RUN_PYTHON := $(VENV)/bin/python
# uv trusts what the system trusts, as pip does: networks of hospitals look into TLS with a certificate of their own.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export PORT RELOAD

help:  ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-16s %s\n' "$$name" "$$text"; done

install: $(VENV)/.synced  ## Create .venv and install the locked packages (the other commands do this)

$(VENV)/.synced: requirements-dev.lock tools/uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) tools/install.py $(VENV)
	@touch $@

run: install  ## Run everything on this machine: PORT=8000, RELOAD=1 follows the code, data in .run/, Ctrl-C stops it
	@$(RUN_PYTHON) -u -m tools.run

HOURS ?= 24
later: install  ## Let time pass in the demo that is running, and print its time: HOURS=24
	@$(RUN_PYTHON) -m tools.demo_clock $(HOURS)

reset: install  ## Empty .run/: the demo starts afresh
	@$(RUN_PYTHON) -m tools.reset

test: install  ## Run the quick tests and a smoke test of each process: ARGS="tests/protocol -k bladder" for some
	@$(RUN_PYTHON) -m tools.test --tier quick $(ARGS)

test-all: install  ## Run every test; REST=1 leaves out what `make test` runs
	@$(RUN_PYTHON) -m tools.test --tier $(if $(REST),rest,all) $(ARGS)

held: install  ## Say what no test that passed here holds: criteria, contradictions, safety properties, hazards
	@$(RUN_PYTHON) -m tools.held

watch: install  ## Run the tests that a change touches, at each change: ARGS=tests/programme for some
	@$(RUN_PYTHON) -m tools.watch $(ARGS)

fix: install  ## Format the code and mend what the linter mends safely
	@$(VENV)/bin/ruff format --quiet . && $(VENV)/bin/ruff check --fix --quiet . && $(VENV)/bin/ruff format --quiet .

check: install  ## Format, lint, types, imports, migrations, OpenAPI, generated files, locks: ARGS=mypy for one
	@$(RUN_PYTHON) -m tools.check $(ARGS)

lock: install  ## Write the lock files anew from pyproject.toml: ARGS=--upgrade for newer versions
	@$(RUN_PYTHON) -m tools.lock $(ARGS)

sbom: install  ## Write the bill of materials of what runs (CycloneDX) into build/sbom.cdx.json: ARGS=elsewhere.json
	@$(RUN_PYTHON) -m tools.sbom $(ARGS)

audit: install  ## Compare the lock with published weaknesses: fails with 1 for one, with 3 when it could not be checked
	@$(RUN_PYTHON) -m tools.audit $(ARGS)

generate: install  ## Write the generated files anew: openapi.yaml, the schema, the protocol's pages, the API's changes in CHANGELOG.md
	@$(RUN_PYTHON) -m tools.generate

examples: install  ## Record the examples of openapi.yaml that are missing or untrue: ARGS=--anew for all
	@$(RUN_PYTHON) -m tools.examples $(ARGS)

api-changes: install  ## Say what changed in the API since its last release
	@$(RUN_PYTHON) -m tools.api_changes

api-baseline: install  ## Accept a break that is meant, before the first release: the API's new baseline
	@$(RUN_PYTHON) -m tools.api_changes --accept
	@$(RUN_PYTHON) -m tools.generate_docs

clients: install  ## Make the packages that vendors install, Python and TypeScript, into build/clients
	@$(RUN_PYTHON) -u -m tools.clients $(ARGS)

chaos: install  ## Kill, stop and empty everything under load and count what is lost: ARGS="--minutes 10 --seed 7"
	@$(RUN_PYTHON) -m tools.chaos $(ARGS)

bench-protocol: install  ## Measure the decision alone, beside other engines
	@$(RUN_PYTHON) -m bench.protocol $(ARGS)

bench: install  ## Measure POST /assessments, beside its floors
	@$(RUN_PYTHON) -m bench.api $(ARGS)

bench-escalation: install  ## Measure commit to mail under load, and a claim among millions of follow-ups
	@$(RUN_PYTHON) -m bench.escalation $(ARGS)

bench-replay: install  ## Measure evaluating stored assessments again
	@$(RUN_PYTHON) -m bench.replay $(ARGS)

bench-dashboard: install  ## Measure every page of the dashboard, in the demo and among 20,000 patients
	@$(RUN_PYTHON) -m bench.dashboard $(ARGS)

clean:  ## Remove the virtual environment and every cache; data in .run/ stays
	@rm -rf $(VENV) build tools/node/node_modules tools/node/node_modules.lock-sha256 .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
