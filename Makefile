PYTHON := .venv/bin/python
RUFF := .venv/bin/ruff
DJLINT := .venv/bin/djlint
# uv is a maintainer's tool: in .venv or anywhere on the path.
UV := $(or $(realpath .venv/bin/uv),uv)
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate

.PHONY: check fix lock bench
check: ## everything .ci/run looks at, without the tests
	.ci/run --no-tests

fix: ## what tools can mend by themselves
	$(RUFF) check --fix .
	$(RUFF) format .
	$(DJLINT) --reformat --quiet templates

lock: ## write the hashed requirement files anew
	cd actionlearning/requirements && $(LOCK) base.in --output-file base.txt
	cd actionlearning/requirements && $(LOCK) --constraint base.txt test.in --output-file test.txt
	cd actionlearning/requirements && $(LOCK) --constraint test.txt ci.in --output-file ci.txt

bench: ## ratios to the measured floors
	$(PYTHON) -m benchmarks

proof-%: ## one of the long proofs of docs/proofs.md
	$(PYTHON) -m benchmarks.proofs.$(subst -,_,$*)
