# Every target makes the virtual environment it needs; none needs another to be run first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check differential benchmark screenshots catalogue clean

demo: .venv/demo.installed  ## open the app on an embedded account
	$(BIN)/bedrock-tui --demo

test: .venv/dev.installed  ## run every test
	$(BIN)/python -m pytest -n 2

check: .venv/dev.installed  ## style, types, architecture and what an import costs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_import_hygiene.py

differential: .venv/dev.installed  ## hold the verdicts against another judge (needs Node.js)
	cd tests/differential && npm install --silent --no-package-lock --no-fund --no-audit
	$(BIN)/python -m tests.differential.compare

benchmark: .venv/dev.installed  ## how long the verdicts of a large account take
	$(BIN)/python -m benchmarks.verdicts

screenshots: .venv/dev.installed  ## draw the pictures of the README anew
	$(BIN)/python scripts/screenshots.py

catalogue: .venv/dev.installed  ## fetch the newest action data (needs npm) and policy documents
	$(BIN)/python scripts/make_catalogue.py
	$(BIN)/python scripts/make_policies.py

clean:  ## forget the virtual environment
	rm -rf .venv

# The stem is the extra of pyproject.toml; `dev` holds `demo`.
.venv/%.installed: pyproject.toml constraints.txt
	@echo "Installing into .venv: this takes a minute, once."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@
