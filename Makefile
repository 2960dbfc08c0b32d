# Aliases only; README.md has the plain command behind each.
# PYTHON=… names another Python, PORT=… another port, ARGS='-k gate' goes on to pytest or uv.

PYTHON ?= python3
BIN := .venv/bin
# Empty is unset: what one process has compiled, the many that tests start need not compile again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo serve test prove test-next check everyone html enumeration bench oracle lighthouse screenshots mails tools format messages requirements clean

demo: .venv/.base
	DEMO=1 $(BIN)/python manage.py demo

serve: .venv/.production
	$(BIN)/python -m eurasia.server --port $${PORT:-8000}

test: .venv/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not inspection" $(ARGS)

# The numbers in the thousands, one after the other so that the figures count: some minutes.
prove: .venv/.dev
	PROVE=1 $(BIN)/python -m pytest -m proof --capture no $(ARGS)

# What the checkers read the settings with: a server's values, none of them real.
check: export SECRET_KEY := for-the-checks-alone-0123456789-abcdefghijklmnopqrstuvwxyz
check: export ALLOWED_HOSTS := journal.example
check: export SITE_URL := https://journal.example
check: export DATABASE_URL := sqlite://:memory:
check: export EMAIL_URL := consolemail://
check: export DEMO := 0
check: export DEBUG := 0
check: .venv/.dev
	$(BIN)/pip check --disable-pip-version-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m pytest --quiet tests/test_house.py

format: .venv/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} + || true  # it exits 1 when it has changed something

# The suite on the Django after the LTS: worth knowing, required by nobody.
NEXT = $(shell for python in python3.14 python3.13 python3.12 "$$HOME"/.pyenv/versions/3.1[2-9]*/bin/python python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo "$$python" && break; done)
test-next:
	@next="$(NEXT)"; if [ -z "$$next" ]; then \
		echo "test-next skipped: Django 6.1 wants Python 3.12 or newer; NEXT=… names one."; \
	else set -ex; \
		[ -e .venv-next/.dev ] || { "$$next" -m venv .venv-next; \
			.venv-next/bin/pip install --quiet --no-deps --require-hashes -r requirements/dev.txt; \
			.venv-next/bin/pip install --quiet 'Django>=6.1,<6.2'; touch .venv-next/.dev; }; \
		.venv-next/bin/python -m pytest --numprocesses auto --dist worksteal -W default $(ARGS); fi

# What looks at the pages from outside. html and lighthouse need npm; lighthouse and screenshots need chromium.
# everyone: axe, keyboard, zoom, forced colours, no JavaScript, and HTML where its tool is. AXE=once makes axe meet each page once, DESK=all each page of the desk in every form, too. Lighthouse takes minutes: it runs by hand, RUNS=1 for a quick look. ALL=1 takes screenshots in both schemes everywhere.
TOOLS := tests/browser/tools
html: .venv/.dev
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tools && $(BIN)/python -m pytest --quiet tests/browser/test_html.py; \
	else echo "html skipped: needs npm (Node 18.19 or newer)."; [ "$$REQUIRE_ALL" != 1 ]; fi

tools: $(TOOLS)/node_modules/.html

everyone: .venv/.dev
	AXE=$${AXE:-all} $(BIN)/python -m pytest --quiet --numprocesses auto -m inspection tests/browser

enumeration: .venv/.dev
	$(BIN)/python -m tests.stack.enumeration

# Needs wrk, nginx, PostgreSQL and Redis, and a machine with nothing else to do; some minutes.
bench: .venv/.dev
	$(BIN)/python -m benchmarks.bench

oracle: .venv/.dev
	$(BIN)/python -m tests.stack.oracle

lighthouse: .venv/.dev $(TOOLS)/node_modules/.lighthouse
	$(BIN)/python -m tests.browser.lighthouse

screenshots: .venv/.dev
	$(BIN)/python -m tests.browser.screenshots

# Each mail with its text part, in var/screenshots/mails/.
mails: .venv/.dev
	$(BIN)/python -m tests.browser.mails

$(TOOLS)/node_modules/.html: $(TOOLS)/package.json
	cd $(TOOLS) && npm install --silent --ignore-scripts --omit=optional
	@touch $@

$(TOOLS)/node_modules/.lighthouse: $(TOOLS)/package.json
	cd $(TOOLS) && npm install --silent --ignore-scripts
	@touch $@ $(@D)/.html

messages: .venv/.base
	DEMO=1 $(BIN)/python manage.py makemessages --locale fr --no-location --no-obsolete --ignore '.venv*' --ignore var --ignore tests
	DEMO=1 $(BIN)/python manage.py compilemessages --ignore '.venv*' --ignore var

# Needs uv. ARGS=--upgrade takes newer versions; without it the pins stay and only the .in files' changes count.
requirements:
	cd requirements && for name in base production dev; do uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate $(ARGS) $$name.in --output-file $$name.txt || exit 1; done

# Leaves var/, where somebody's articles may be.
clean:
	rm -rf .venv .venv-next $(TOOLS)/node_modules .coverage htmlcov test-results .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environment: made when missing, brought up to date when the pins change. What is in .dev is in the others too.
# --no-deps: the pins are whole (`pip check` in `make check` says so), and pip would look for `coverage[toml]` beside the pinned
# `coverage`, find a newer one without a hash, and give up.
.venv/.%: requirements/%.txt | .venv/bin/pip
	@echo "Installing requirements/$*.txt, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@ $(if $(filter dev,$*),.venv/.base .venv/.production) $(if $(filter production,$*),.venv/.base)

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Eurasia needs Python 3.11 or newer; PYTHON=… names one." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
