# Every target creates the virtual environment it needs; no target has to be run before another.

PYTHON ?= python3
BIN := .venv/bin

# Tests that show whether other versions of the dependencies work: imports, what botocore
# provides, an account read by the reader process, the first frame, a change, the real program in a pty.
REMOTE := tests/tui/session/test_reader_process.py
TELLING := tests/test_import_hygiene.py tests/iam/aws/test_client.py \
	tests/iam/aws/test_service_data.py \
	tests/iam/aws/test_load_models.py::test_all_lists_of_a_region \
	$(REMOTE)::test_it_tells_what_this_process_would_find \
	$(REMOTE)::test_an_account_from_a_file_with_unknowns \
	$(REMOTE)::test_the_app_reads_by_it_and_changes_by_the_credentials_that_it_found \
	tests/tui/test_cli.py::test_the_embedded_account_in_every_format \
	tests/e2e/test_terminal.py::test_audit_and_change_an_account_by_keyboard

.PHONY: demo test test-oldest test-newest check differential benchmark screenshots catalogue clean

demo: .venv/demo.installed  ## open the app on an embedded account
	$(BIN)/bedrock-tui --demo

# Tests of the screen and of the real program wait half of their time, so two cores keep four busy.
test: .venv/dev.installed  ## run every test
	$(BIN)/python -m pytest -n 4

test-oldest: .venv-oldest/installed  ## run a selection of tests with the oldest supported versions
	.venv-oldest/bin/python -m pytest -q -n 2 $(TELLING)

# A deprecation warning is no reason to reject a version that works.
test-newest: .venv-newest/installed  ## run a selection of tests with the newest supported versions
	.venv-newest/bin/python -m pytest -q -n 2 -W default::DeprecationWarning \
		-W default::PendingDeprecationWarning $(TELLING)

check: .venv/dev.installed  ## style, types, architecture, import-time checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_import_hygiene.py

differential: .venv/dev.installed  ## compare verdicts with another evaluator (needs Node.js)
	cd tests/differential && npm install --silent --no-package-lock --no-fund --no-audit
	$(BIN)/python -m tests.differential.compare

benchmark: .venv/dev.installed  ## measure the time to evaluate a large account
	$(BIN)/python -m benchmarks.verdicts

screenshots: .venv/dev.installed  ## redraw the screenshots in the README
	$(BIN)/python scripts/screenshots.py

catalogue: .venv/dev.installed  ## update action data (needs npm), models and policy documents
	$(BIN)/python scripts/make_catalogue.py
	$(BIN)/python scripts/make_models.py
	$(BIN)/python scripts/make_policies.py

clean:  ## remove the virtual environments
	rm -rf .venv .venv-oldest .venv-newest

# The stem is the name of an extra in pyproject.toml; `dev` includes `demo`.
.venv/%.installed: pyproject.toml constraints.txt
	@echo "Installing into .venv: this takes a minute, once."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@

.venv-oldest/installed: pyproject.toml constraints-oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --constraint constraints-oldest.txt --editable '.[test]'
	@touch $@

# Without constraints, and created again each time: yesterday's newest versions are not today's.
.PHONY: .venv-newest/installed
.venv-newest/installed:
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/python -m pip install --quiet --editable '.[test]'
