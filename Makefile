# make demo    set up .venv, run the main job, print its table, write its figures
# make test    set up .venv, run the tests
# make help    the rest
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
GIOTTO_VENV ?= .venv-giotto
JOBS ?= 2
BENCHMARKS ?= graph_persistence graph_scaling static subgraphs extraction rips distances landscapes layer_identification \
	mapper explorer layers_of_seeds vectors plot_results
PIP_QUIET = --quiet --disable-pip-version-check

.PHONY: help demo test test-giotto test-kernels test-browser lint docs benchmarks clean

help:
	@echo "demo          train a network on handwritten digits, tune a topological classifier, print the table"
	@echo "test          the test suite on the newest stack"
	@echo "test-giotto   the test suite on the oldest stack, with giotto-tda"
	@echo "test-kernels  the kernel tests as plain Python, without compilation"
	@echo "test-browser  the tests of the explorer page, in a chromium that the system has"
	@echo "lint          ruff"
	@echo "docs          the documentation, into docs/_build/html"
	@echo "benchmarks    times of sktopo and its peers: tables, JSON, and with them the pictures and numbers of the docs"
	@echo "clean         remove what the targets above made"

# One stamp per environment and set of extras: a target installs only what it needs, and only once.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-%: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install $(PIP_QUIET) -c constraints.txt -e ".[$*]"
	touch $@

$(GIOTTO_VENV)/.installed: pyproject.toml constraints-giotto.txt
	$(PYTHON) -m venv $(GIOTTO_VENV)
	$(GIOTTO_VENV)/bin/python -m pip install $(PIP_QUIET) -c constraints-giotto.txt -e ".[test,giotto]"
	touch $@

demo: $(VENV)/.installed-plot
	$(VENV)/bin/python examples/plot_digits_pipeline.py

test: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest -q -n $(JOBS)

test-giotto: $(GIOTTO_VENV)/.installed
	$(GIOTTO_VENV)/bin/python -m pytest -q -n $(JOBS)

test-kernels: $(VENV)/.installed-test
	NUMBA_DISABLE_JIT=1 $(VENV)/bin/python -m pytest -q -n $(JOBS) tests/_numeric

test-browser: $(VENV)/.installed-browser
	SKTOPO_BROWSER=required $(VENV)/bin/python -m pytest -q -n $(JOBS) tests/browser

lint: $(VENV)/.installed-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

docs: $(VENV)/.installed-docs
	$(VENV)/bin/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

benchmarks: $(VENV)/.installed-benchmarks
	for script in $(BENCHMARKS); do \
		echo "$$script, begun at $$(date +%H:%M:%S)"; OMP_NUM_THREADS=1 $(VENV)/bin/python benchmarks/$$script.py || exit 1; \
	done

clean:
	rm -rf $(VENV) $(GIOTTO_VENV) docs/_build docs/gallery docs/api/generated demo_output
