# Each target does all its own set-up. `make demo` needs neither root nor a system package.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := .cache/run
PIP := -m pip --disable-pip-version-check --no-input -q

.PHONY: demo demo-real test check bench fuzz docs lock clean help

help:
	@echo "make demo       the two example cameras, assessed side by side (no root, no system package)"
	@echo "make demo-real  the same with real Debian armhf binaries"
	@echo "make test       the whole test suite (installs system packages, through sudo when not root)"
	@echo "make check      lint, strict types, import directions, vocabulary, docs"
	@echo "make bench      side-by-side measurements against other tools; writes bench/results.json"
	@echo "make fuzz       fuzz every reader, about 20 minutes; crashes become regressions"
	@echo "make docs       write the generated reference pages again"
	@echo "make lock       write the hashed lock files again"

# The program with what it needs to run, nothing more.
$(RUN)/.done: requirements/run.lock pyproject.toml $(shell find src -type f -not -name '*.pyc' 2>/dev/null)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 4; }
	@test -x $(RUN)/bin/python || $(PYTHON) -m venv $(RUN) || { rm -rf $(RUN); echo "This Python has no venv: on Debian, install python3-venv, or make PYTHON=/path/to/python3"; exit 4; }
	@$(RUN)/bin/python $(PIP) install --require-hashes -r requirements/run.lock
	@$(RUN)/bin/python $(PIP) install --no-deps --no-build-isolation --force-reinstall .
	@touch $@

demo: $(RUN)/.done
	@$(RUN)/bin/fairmark demo --keep examples

$(VENV)/.done: requirements/dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/dev.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# What only the tests need: a browser, a database server, unblob and an OSCAL validator in environments of their own, two npm
# packages pinned by digest.
.cache/test-tools.done: tests/setup/system-packages.sh requirements/unblob.lock requirements/oscal.lock tests/setup/package-lock.json
	@sh tests/setup/system-packages.sh
	@mkdir -p .cache/npm
	@cp tests/setup/package.json tests/setup/package-lock.json .cache/npm/
	@test -x .cache/unblob/bin/python || $(PYTHON) -m venv .cache/unblob
	@.cache/unblob/bin/python $(PIP) install --require-hashes -r requirements/unblob.lock
	@test -x .cache/oscal/bin/python || $(PYTHON) -m venv .cache/oscal
	@.cache/oscal/bin/python $(PIP) install --require-hashes -r requirements/oscal.lock
	@npm ci --prefix .cache/npm --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo-real: $(VENV)/.done
	@sh tests/setup/system-packages.sh image
	@$(BIN)/python examples/real-camera/build.py
	@for twin in ip-camera ip-camera-fixed; do \
	  $(BIN)/fairmark assess examples/$$twin/camera-real.bin --device examples/$$twin/device.yaml --out examples/$$twin/out-real || exit 1; echo; done

test: $(VENV)/.done .cache/test-tools.done
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.done
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python -m pytest -q tests/model/test_vocabulary.py tests/test_house.py

bench: $(VENV)/.done
	@$(BIN)/python bench/run.py

# Long fuzzing with time for each reader; the suite has a bounded run of its own.
fuzz: $(VENV)/.done
	@nice $(BIN)/python -m tests.fuzz --seconds 15

docs: $(VENV)/.done
	@$(BIN)/python docs/generate.py

lock: $(VENV)/.done
	@$(BIN)/python $(PIP) install uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra build pyproject.toml -o requirements/run.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements/dev.lock
	@echo unblob==26.6.4 | $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 - -o requirements/unblob.lock
	@echo compliance-trestle==5.2.0 | $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 - -o requirements/oscal.lock

clean:
	rm -rf $(VENV) .cache build dist examples/*/*.bin examples/*/out examples/*/out-real
