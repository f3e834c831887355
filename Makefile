# The commands of the README. `.venv` is made once from the lock file and again only when that changes.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

# What a process imports is compiled once and kept in .venv, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: data home test thorough dev check lint types nights dbt torture browser screenshots wheel bench bench-plot bench-profile hosts lock clean

data: .venv/ready home
	@DAGSTER_HOME="$(CURDIR)/.dagster_home" $(BIN)/python -m synth_assets.orchestration

# Where Dagster keeps its history: `.env` tells its commands in this directory, where DAGSTER_HOME is not set.
OTHER_SETTINGS = touch .env && { grep -v '/\.dagster_home}$$' .env >.env.new || true; } && mv .env.new .env
home:
	@mkdir -p .dagster_home && cp dagster.yaml .dagster_home/
	@echo 'cli: {telemetry: {enabled: false}}' >.dagster_home/dg.yaml
	@$(OTHER_SETTINGS) && printf 'DAGSTER_HOME=$${DAGSTER_HOME:-%s/.dagster_home}\n' "$(CURDIR)" >>.env

test: .venv/ready
	@$(BIN)/python -m pytest -n auto --dist loadgroup

# The same tests with more nights, blocks, moments and examples of each, see tests/thorough.py.
thorough: .venv/ready
	@THOROUGH=1 $(BIN)/python -m pytest -n auto --dist loadgroup

# For this machine alone; HOST=0.0.0.0 for all that reach it, who then can run code. PORT=3001 where 3000 is taken.
HOST ?= 127.0.0.1
dev: .venv/ready home
	@exec env -u DAGSTER_HOME DG_CLI_CONFIG=.dagster_home/dg.yaml \
		$(BIN)/dg dev -m synth_assets.definitions --host "$(HOST)" $(if $(PORT),--port "$(PORT)")

check: lint types test

lint: .venv/ready
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/ready
	@$(BIN)/mypy

# Kills, full disks, corruptions, configurations, readers, environments and nights, on every world: how many held.
# SIZE=5 for so many of each; `make test` tries a few.
torture: .venv/ready
	@$(BIN)/python -m tests.torture $(if $(SIZE),--size $(SIZE))

# A year of nights one by one, against one run over the year; `make test` tries forty.
nights: .venv/ready
	@NIGHTS=365 $(BIN)/python -m pytest -n 1 -k nights_one_by_one tests/test_growth.py

# dbt itself builds the project of docs/dbt, in an environment of its own; `make test` runs its SQL.
dbt: .venv/ready
	@DBT=1 $(BIN)/python -m pytest -n 1 tests/test_dbt.py

# Chromium opens the page of `make dev`, makes a world by a click and looks at it; `make test` looks at a table.
browser: .venv/ready
	@BROWSER=1 $(BIN)/python -m pytest -n 1 -rs tests/test_browser.py

# The pictures of docs/images, taken anew.
screenshots: .venv/ready
	@$(BIN)/python -m tests.screenshots

# The wheel in an empty environment of each Python there is; `make test` tries the wheel's own files.
wheel: .venv/ready
	@WHEEL=1 $(BIN)/python -m pytest -n 1 -rs tests/test_wheel.py tests/test_examples.py

# ROWS=10000000 for more transactions than a million; the plot goes up to ten million, or to ROWS.
bench: .venv/ready
	@$(BIN)/python -m tests.bench $(if $(ROWS),--rows $(ROWS))

bench-plot: .venv/ready
	@$(BIN)/python -m tests.bench --plot $(if $(ROWS),--rows $(ROWS))

bench-profile: .venv/ready
	@$(BIN)/python -m tests.bench --profile

# A Ray head and two workers on hosts of their own, one killed in mid-run; says why where it cannot run.
hosts: .venv/ready
	@HOSTS_BLOCKS=40 $(BIN)/python -m pytest -rs tests/test_hosts.py

.venv/ready: requirements.lock pyproject.toml synth_assets/orchestration/dagster_cli.py
	@echo "Setting up .venv (once) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --no-compile --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q synth_assets
	@touch $@

# Names, versions and hashes only: no address of an index.
lock:
	@uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-header --no-annotate \
		--no-strip-extras --upgrade --quiet pyproject.toml -o requirements.lock

clean:
	@rm -rf .venv .dagster_home .readers && $(OTHER_SETTINGS) && { test -s .env || rm .env; }
