# The two commands of the README are `make run` and `make test`. Works with GNU make 4.3 and any POSIX sh.
PYTHON =
VENV = .venv
SCENARIO = configs/yunnan_week.yaml
RESULTS = results
# Language of the summary and of the page as it opens: en or zh.
LANGUAGE = en
# What is installed into the environment: the checkout itself, so that an edit takes effect at once. CI puts a wheel here.
INSTALL = --editable .
PYTEST_ARGS =
# The optional dependencies of setup.cfg, except pandapower: it needs pandas 2, so it has an environment of its own.
EXTRAS = cluster fast pypsa postgres gtfs-realtime
# Parts of the whole city to measure as well, such as CITY="0.1 1".
CITY =
# Pythons of environments that have other simulators to measure as well, such as PEERS="/opt/acnportal/bin/python".
PEERS =

ORACLE = $(VENV)-powerflow

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

BUILD = setuptools >=77
COMPILE = uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: run test extras oracle lint bench docs lock clean help

run: $(VENV)/.installed ## install if needed, run SCENARIO, print its summary and the path of its page
	$(BIN)/fleetsim run "$(SCENARIO)" --results "$(RESULTS)" --lang "$(LANGUAGE)"

test: $(VENV)/.developed ## run the whole test suite
	$(BIN)/pytest $(PYTEST_ARGS)

extras: $(VENV)/.extras ## install the extras too, so that `make test` also runs the comparisons with other programs

oracle: $(ORACLE)/.developed ## compare the power flow with pandapower, in an environment with pandas 2
	$(ORACLE)/bin/pytest tests/network

lint: $(VENV)/.developed ## style, types and the ladder of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed ## measure speed and memory against the floor of bare SimPy
	$(BIN)/python -m bench --taxis $(CITY) --city $(CITY) --peers 100 $(PEERS:%=--peer-python %) \
	    --grid --sizing --study --telematics

docs: $(VENV)/.developed ## write the generated pages of docs/ again
	$(BIN)/pytest tests/documentation --regenerate

lock: ## resolve the lock files again (needs uv)
	echo "$(BUILD)" | $(COMPILE) --output-file requirements.lock setup.cfg -
	echo "$(BUILD)" | $(COMPILE) --constraints requirements.lock --extra dev --output-file requirements-dev.lock setup.cfg -
	echo "$(BUILD)" | $(COMPILE) --constraints requirements-dev.lock --extra dev $(EXTRAS:%=--extra %) \
	    --output-file requirements-extras.lock setup.cfg -
	echo "$(BUILD)" | $(COMPILE) --extra dev --extra powerflow --output-file requirements-powerflow.lock setup.cfg -

clean: ## remove the environment, caches and build leftovers (results stay)
	rm -rf .venv .venv-* build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

$(VENV)/.installed: requirements.lock setup.cfg pyproject.toml
	python=$$(sh tools/find-python $(PYTHON)) && "$$python" -m venv --clear "$(VENV)"
	@echo "installing into $(VENV) (about a minute)"
	$(PIP) install --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation $(INSTALL)
	touch $@

$(VENV)/.developed: $(VENV)/.installed requirements-dev.lock
	$(PIP) install --requirement requirements-dev.lock
	touch $@

$(VENV)/.extras: $(VENV)/.developed requirements-extras.lock
	$(PIP) install --requirement requirements-extras.lock
	touch $@

$(ORACLE)/.developed: requirements-powerflow.lock setup.cfg pyproject.toml
	python=$$(sh tools/find-python $(PYTHON)) && "$$python" -m venv --clear "$(ORACLE)"
	$(ORACLE)/bin/python -m pip --disable-pip-version-check --quiet install --requirement requirements-powerflow.lock
	$(ORACLE)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation $(INSTALL)
	touch $@
