# Nothing needs to be installed but make and Python 3.11 or newer: the first target makes .venv.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
SPARK := .venv-spark
LANGUAGE ?= zh
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test bench spark agreement lint fmt update clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: $(VENV)/ready ## set everything up and explain a real claim; writes the patients' sheets to out/
	@$(BIN)/tiaoli explain examples/hangzhou-cross-province-unfiled.yaml --lang $(LANGUAGE)
	@for claim in hangzhou-cross-province hangzhou-cross-province-unfiled jiaxing-in-hangzhou; do \
	  $(BIN)/tiaoli explain examples/$$claim.yaml --lang $(LANGUAGE) --reader patient --format html \
	    --out out/$$claim.html && echo "out/$$claim.html"; done

test: lint ## everything: style, types, tests, rules, cases
	$(BIN)/pytest -q -n auto --dist worksteal $(ARGS)
	$(BIN)/tiaoli fmt --check rules
	$(BIN)/tiaoli check
	$(BIN)/tiaoli test

bench: $(BENCH)/ready ## how fast and how exact, beside hand-written twins and peers; QUICK=1 for less than a minute
	@QUICK=$(QUICK) BENCH_FULL=$(BENCH_FULL) $(BENCH)/bin/python -m benchmarks

spark: $(SPARK)/ready ## the same decisions on a cluster of a master and two workers, started here; needs Java 17
	TIAOLI_SPARK=1 $(SPARK)/bin/pytest -q tests/spark $(ARGS)

agreement: $(VENV)/ready ## a million generated settlements through every backend and by hand; COUNT=20000 for fewer
	@mkdir -p out
	@$(BIN)/python -m benchmarks.settlements $(or $(COUNT),1000000) out/agreement.jsonl

lint: $(VENV)/ready ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(VENV)/ready ## put code and rules into their canonical form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/tiaoli fmt --write

update: $(VENV)/ready ## rewrite the rendered texts kept beside tests; review the difference
	$(BIN)/pytest -q --update $(ARGS)

clean: ## remove what make has made
	rm -rf $(VENV) $(BENCH) $(SPARK) out

$(VENV)/ready: pyproject.toml
	@python=$${PYTHON:-}; \
	for candidate in $${python:-python3 python3.13 python3.12 python3.11 python}; do \
	  if "$$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    found=$$candidate; break; fi; done; \
	if [ -z "$${found:-}" ]; then \
	  echo "需要 Python 3.11 或更新版本（可用 PYTHON=… 指明）; Python 3.11 or newer is needed (name it with PYTHON=…)" >&2; \
	  exit 1; fi; \
	echo "$$found: $$("$$found" --version), $(VENV)"; \
	"$$found" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Apart from .venv: what we compare with brings its own versions of things.
$(BENCH)/ready: $(VENV)/ready benchmarks/requirements.txt
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --requirement benchmarks/requirements.txt
	@touch $@

$(SPARK)/ready: $(VENV)/ready pyproject.toml
	@$(BIN)/python -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,spark]'
	@touch $@
