# Everything a checkout needs. `make` alone says what there is.

PYTHONS := 3.11 3.12 3.13
PYTEST  := -m pytest -n 2
BIN     := .venv/bin

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help demo test test-all bench lint format lock clean

help:
	@echo 'make demo      run the amplifier against its own simulator'
	@echo 'make test      linters, type checks, tests: what must pass before a commit'
	@echo 'make test-all  the tests on every Python found ($(PYTHONS))'
	@echo 'make lint      linters and type checks only'
	@echo 'make format    rewrite the sources the way the linters want them'
	@echo 'make bench     measurements'
	@echo 'make lock      resolve requirements-dev.lock anew from pyproject.toml'
	@echo 'make clean     remove everything that is not in git, environments included'

demo: .venv/installed
	@$(BIN)/python -m examples.amplifier

test: lint
	$(BIN)/python $(PYTEST)

lint: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pyright

format: .venv/installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/installed
	@$(BIN)/python -m tests.benchmarks

test-all: $(PYTHONS:%=test-%)
	@ls .venv-*/installed >/dev/null 2>&1 || { echo 'make: none of Python $(PYTHONS) found' >&2; exit 1; }

clean:
	rm -rf .venv .venv-* dist build .mypy_cache .pytest_cache .import_linter_cache .hypothesis
	find . -type d '(' -name __pycache__ -o -name .ruff_cache ')' -prune -exec rm -rf {} +

# --- environments ------------------------------------------------------------------------------

# Sets $$python to the first of the candidates $(1) that runs, can make environments, and for which
# the expression $(2) over `v`, its version, is true. Candidates are tried, not looked up: a pyenv
# shim exists for versions that are not active, and fails only when it is run.
define find_python
probe='import sys, venv, ensurepip; v = sys.version_info[:2]; sys.exit(not ($(2)))'; \
for python in $(1); do \
	"$$python" -c "$$probe" >/dev/null 2>&1 && break; \
	python=; \
done
endef

# Makes the environment $(1) with $$python, or brings it up to date. It is made anew when the one
# that is there does not work (interrupted, or its Python is gone).
define install
$(1)/bin/python -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear $(1); \
$(1)/bin/python -m pip install --quiet -r requirements-dev.lock; \
$(1)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
touch $(1)/installed
endef

pyenv = $(wildcard $(HOME)/.pyenv/versions/$(1)*/bin/python$(1))

.venv: .venv/installed

.venv/installed: requirements-dev.lock pyproject.toml
	@set -e; \
	$(call find_python,$(PYTHON) $(PYTHONS:%=python%) python3 $(foreach v,$(PYTHONS),$(call pyenv,$(v))),v >= (3, 11)); \
	test -n "$$python" || { echo 'make: no Python of 3.11 or later with venv and ensurepip found; try make PYTHON=/path/to/python' >&2; exit 1; }; \
	echo "making .venv with $$("$$python" --version)"; \
	$(call install,.venv)

# The tests alone on one version, say `make test-3.12`; skipped, and said so, where it is missing.
.PHONY: $(PYTHONS:%=test-%)
$(PYTHONS:%=test-%): test-%:
	@set -e; \
	$(call find_python,python$* $(call pyenv,$*) python3,[*v] == [int(n) for n in "$*".split(".")]); \
	if test -z "$$python"; then echo "Python $* not found: skipped"; else \
		$(MAKE) --no-print-directory .venv-$*/installed python="$$python"; \
		echo "Python $*"; .venv-$*/bin/python $(PYTEST); \
	fi

.venv-%/installed: requirements-dev.lock pyproject.toml
	@set -e; python='$(python)'; \
	$(call install,.venv-$*)

# A throw-away environment with what pyproject.toml allows today; the result serves every version
# in PYTHONS, so it is resolved on the oldest.
lock:
	@set -e; \
	$(call find_python,python3.11 $(call pyenv,3.11),v == (3, 11)); \
	test -n "$$python" || { echo 'make: locking needs Python 3.11' >&2; exit 1; }; \
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	"$$python" -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'; \
	"$$scratch/bin/python" -m pip install --quiet --group dev --editable .; \
	{ echo '# What development and CI install. Made by `make lock` from pyproject.toml; not edited by hand.'; \
	  "$$scratch/bin/python" -m pip freeze --exclude-editable; } > requirements-dev.lock
