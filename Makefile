# SPDX-License-Identifier: MIT
# Entry points for students and instructors; `make help` lists them.

SUBMISSION ?= reference-solution
# A part of the checks has a folder of its own: the full report stays.
OUT ?= build/$(if $(ONLY),only,check)
GRADES ?= grades
TESTS ?= tests
SUITE ?= trixie
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
MUTATION := $(VENV)/.mutation

.DEFAULT_GOAL := help
.PHONY: help check grade test unit lint matrix soak bench boot student-way handout example clean system class-test class-bench gradescope gradescope-test

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

check: $(READY) ## grade SUBMISSION= (default: the reference) [ONLY= SEED= V=1]
	$(PYTHON) -m autograder grade $(SUBMISSION) --out $(OUT) \
		$(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed "$(SEED)") $(if $(V),-v)

grade: $(READY) ## grade a class: SUBMISSIONS=dir [JOBS= ROSTER= GRADES=]
	@test -n "$(SUBMISSIONS)" || { echo "Name the folder: make grade SUBMISSIONS=dir" >&2; exit 2; }
	$(PYTHON) -m autograder class grade $(SUBMISSIONS) --out $(GRADES) \
		$(if $(JOBS),--jobs $(JOBS)) $(if $(ROSTER),--roster $(ROSTER))

gradescope: $(READY) ## write build/autograder.zip and a canary to upload first
	$(PYTHON) -m autograder gradescope --out build $(ARGS)

test: $(BROWSER) $(MUTATION) ## run all tests, also those with kernels [TESTS= ARGS=]
	$(PYTHON) -m pytest -q --durations=15 $(TESTS) $(ARGS)

unit: $(MUTATION) ## run the tests that boot no kernel [ARGS="-k NAME"]
	$(PYTHON) -m pytest -q -m "not guest and not long" tests/unit $(ARGS)

lint: $(BROWSER) ## check format, style, types and the kernel patches
	$(VENV)/bin/ruff format --check -q .
	$(VENV)/bin/ruff check -q .
	$(VENV)/bin/mypy
	cd web && ../$(VENV)/bin/node node_modules/typescript/bin/tsc -p .
	$(PYTHON) -m tests.checkpatch

matrix: $(READY) ## grade the corpus: every mistake must be caught [JOBS= ARGS=]
	$(PYTHON) -m tests.matrix $(if $(JOBS),--jobs $(JOBS)) $(ARGS)

.PHONY: mutation
mutation: $(MUTATION) ## judge mistakes made by machine [N=400 SEED= JOBS=]
	$(PYTHON) -m tests.mutation $(if $(N),--count $(N)) $(if $(SEED),--seed $(SEED)) \
		$(if $(JOBS),--jobs $(JOBS)) $(ARGS)

class-bench: $(READY) ## compare two workers with one, here and on a Dask cluster
	$(PYTHON) -m tests.class_bench $(ARGS)

gradescope-test: $(READY) ## run autograder.zip in a root of its own, as Gradescope does
	$(PYTHON) -m tests.gradescope_test $(ARGS)

.PHONY: fresh-test
fresh-test: $(READY) ## run check and test in a fresh Debian [SUITE= ARGS=--keep]
	scripts/setup.sh --fresh
	$(PYTHON) -m tests.fresh_test --suite $(SUITE) $(ARGS)

class-test: $(READY) ## grade a made-up class of 60, killed three times [ARGS=]
	$(PYTHON) -m tests.class_test $(ARGS)

soak: $(READY) ## grade the correct solutions 20 times on a busy machine
	$(PYTHON) -m tests.soak $(ARGS)

.PHONY: hostile drills doctor
hostile: $(READY) ## grade hostile submissions: nothing may leave the sandbox
	$(PYTHON) -m pytest -q -s -m "long or not long" tests/hostile $(ARGS)

drills: $(READY) ## kill the grader, fill its disks: no grade may suffer
	$(PYTHON) -m pytest -q -s -m "long or not long" tests/drills tests/guest/test_doctor.py $(ARGS)

doctor: $(READY) ## check that this machine has everything that grading needs
	$(PYTHON) -m autograder doctor

bench: $(BROWSER) ## measure what the kit costs [QUICK=1: in five minutes]
	$(PYTHON) -m tests.bench $(if $(QUICK),--quick) $(ARGS)

student-way: $(READY) ## go a student's whole way by the text's own commands
	rm -rf build/way
	$(PYTHON) -m tests.student_way $(ARGS) build/way

handout: $(READY) ## write handout.zip: what students get
	$(PYTHON) -m autograder handout

example: $(READY) ## make the map at the start of the assignment again
	$(PYTHON) -m autograder.pgfault.example

boot: $(READY) ## open a shell in the baseline kernel's guest
	$(PYTHON) -m autograder boot

clean: ## remove what was made here, but not the cache
	rm -rf build $(VENV)

system:
	@scripts/setup.sh

# The stamp is newer than the list of packages only when all of them were installed.
$(READY): requirements.lock | system
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

# What tests the pages: a browser, its driver, and what npm has for their scripts.
$(BROWSER): requirements-browser.lock web/package-lock.json $(READY)
	scripts/setup.sh --browser
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-browser.lock
	cd web && PATH="$(abspath $(VENV)/bin):$$PATH" npm ci --ignore-scripts --silent
	touch $@

# Makes mutations.  Without dependencies: all but its rules is for other ways to make them.
$(MUTATION): requirements-mutation.lock $(READY)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements-mutation.lock
	touch $@
