# FileFerry. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BASE_PYTHON ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
SAM_VENV := .venv-sam
SAM := $(SAM_VENV)/bin/sam
SAM_READY := $(SAM_VENV)/.ready
PIPELINE_VENV := .venv-pipeline
PIPELINE_READY := $(PIPELINE_VENV)/.ready
# Where `make packages` puts what is built once, and `make sbom` the lists of what it is made of.
PACKAGES ?= build/packages
SBOM ?= build/sbom
CHECKOV_VENV := .venv-checkov
CHECKOV_READY := $(CHECKOV_VENV)/.ready
# Of the version that functions run on, for their bytecode; found by itself on the path, in pyenv and uv.
LAMBDA_PYTHON ?=
STAGE ?= local
STAGES := local dev staging prod
ifeq ($(filter $(STAGE),$(STAGES)),)
$(error There is no stage '$(STAGE)'; there are $(STAGES))
endif
# Of a stage that has two: the one that a command is for. Empty: the stage's home region.
REGION ?=
export FILEFERRY_REGION := $(REGION)
ifneq ($(REGION),)
ifeq ($(shell grep -E '^(region = "$(REGION)"|\[regions\.$(REGION)[].])' infra/environments/$(STAGE).toml),)
$(error The stage $(STAGE) has no region '$(REGION)'; infra/environments/$(STAGE).toml says which it has)
endif
endif
ROLES ?= admin
SERVICES := $(patsubst services/%/template.yaml,%,$(wildcard services/*/template.yaml))
STACKS := pipeline account keys bus audit budget network api websocket console $(SERVICES) worker observability
# What stands in the place of % comes before a shell, so only a name that is there does.
a_service = $(if $(filter-out $(SERVICES),$*),$(error There is no service '$*'; there are $(SERVICES)))
a_stack = $(if $(filter-out $(STACKS),$*),$(error There is no stack '$*'; there are $(STACKS)))
# The locks are complete, so pip has nothing to resolve and nothing may come unhashed.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

export SAM_CLI_TELEMETRY := 0
export PYTHONPATH :=

##@ Every day
.PHONY: help
help: ## What there is (this list)
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z%<>-]+:.*## / {sub(/%/, "<name>", $$1); printf "  %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nServices: %s   Stacks: %s\n' '$(SERVICES)' '$(STACKS)'

.PHONY: up
up: $(READY) ## Start everything on this machine; again: deploy what changed
	@$(PYTHON) -m infra.local up

.PHONY: down
down: $(READY) ## End everything that `make up` started; what it knew is gone, its files stay
	@$(PYTHON) -m infra.local down

.PHONY: logs
logs: $(READY) ## Follow the logs of the functions
	@$(PYTHON) -m infra.local logs

.PHONY: demo
demo: $(READY) ## Send a small and a 1 GiB file to a real SFTP server, compare them, wait for tickets and messages
	@$(PYTHON) -m infra.local.demo

.PHONY: user
user: export USER_NAME = $(NAME)
user: export USER_ROLES = $(ROLES)
user: export USER_EMAIL = $(EMAIL)
user: $(READY) ## Make a user: NAME=ada, ROLES=admin (user,operator,...), EMAIL=, STAGE=local; GENERATE=1 makes a password
	@[ -n "$$USER_NAME" ] || { echo 'Say who: make user NAME=...' >&2; exit 2; }
	@$(PYTHON) -m infra.user "$$USER_NAME" --stage $(STAGE) --roles "$$USER_ROLES" \
	  $(if $(EMAIL),--email "$$USER_EMAIL") $(if $(GENERATE),--generate)

.PHONY: new-service
new-service: export NEW_EVENTS = $(EVENTS)
new-service: export NEW_NAME = $(NAME)
new-service: $(READY) ## Lay out a service that listens: NAME=billing, EVENTS="TransferFailed.v1 ..." if not to all
	@$(PYTHON) -m infra.new_service "$$NEW_NAME" --events "$$NEW_EVENTS"

.PHONY: rotate-signing-key
rotate-signing-key: $(READY) ## Sign tokens with a new key, STAGE=local; logs nobody out (FORCE=1: at once, and may)
	@$(PYTHON) -m infra.signing_key --stage $(STAGE) $(if $(FORCE),--force)

.PHONY: servicenow-login
servicenow-login: $(READY) ## Say how ticketing logs in at ServiceNow: asks, or reads JSON; STAGE=local
	@$(PYTHON) -m infra.servicenow_login --stage $(STAGE)

.PHONY: synthetic-user
synthetic-user: $(READY) ## Make the user of the synthetic transfer, as the stage's file names it: STAGE=local
	@$(PYTHON) -m infra.synthetic_user --stage $(STAGE)

.PHONY: announce-users
announce-users: $(READY) ## Tell services that are new on a stage of the users who are there: STAGE=local
	@$(PYTHON) -m infra.announce_users --stage $(STAGE)

.PHONY: alarms
alarms: $(READY) ## The alarms that ring, why, and their runbooks: STAGE=local
	@$(PYTHON) -m infra.observability.ringing --stage $(STAGE)

.PHONY: prove-alarms
prove-alarms: $(READY) ## Make each alarm ring once, and end: STAGE=local; FORCE=1 on prod, ONLY="part of a name"
	@$(PYTHON) -m infra.observability.prove --stage $(STAGE) $(if $(FORCE),--force) $(if $(ONLY),--only "$(ONLY)")

.PHONY: redrive
redrive: $(READY) ## Send a service's dead letters again: SERVICE=transfer, STAGE=local
	@[ -n "$(SERVICE)" ] || { echo 'Say whose: make redrive SERVICE=...' >&2; exit 2; }
	@$(PYTHON) -m infra.redrive $(SERVICE) --stage $(STAGE)

##@ A stage in two regions (docs/runbooks/failover.md)
.PHONY: home activate standby
home: $(READY) ## Say whether a region works or stands by: STAGE=, REGION=
	@$(PYTHON) -m infra.regions.home show --stage $(STAGE)

activate: $(READY) ## Let a region take over: STAGE=, REGION=; ALONE=1 when the other one is down
	@$(PYTHON) -m infra.regions.home activate --stage $(STAGE) $(if $(ALONE),--alone)

standby: $(READY) ## Let a region stop: STAGE=, REGION=
	@$(PYTHON) -m infra.regions.home standby --stage $(STAGE)

.PHONY: export import
export: $(READY) ## Write a region's records into a new folder: TO=, STAGE=, REGION=; no secrets
	@[ -n "$(TO)" ] || { echo 'Say where: make export TO=exports/...' >&2; exit 2; }
	@$(PYTHON) -m infra.regions.carry export "$(TO)" --stage $(STAGE)

import: $(READY) ## Take exported records into a region that stands by: FROM=, STAGE=, REGION=
	@[ -n "$(FROM)" ] || { echo 'Say which: make import FROM=exports/...' >&2; exit 2; }
	@$(PYTHON) -m infra.regions.carry import "$(FROM)" --stage $(STAGE)

.PHONY: rehearse-failover
rehearse-failover: $(READY) ## Two stacks on this machine: one is killed amid transfers, the other goes on
	@$(PYTHON) -m infra.regions.rehearsal

##@ Before a commit
.PHONY: check
check: $(READY) lint-workflows ## Style, types, layers, generated files, fast tests: three to four minutes
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	@$(MAKE) --jobs --output-sync=target types fast-tests

# Both at once: neither keeps two cores busy by itself.
.PHONY: types fast-tests
types: $(READY)
	$(VENV)/bin/mypy --strict .
	$(VENV)/bin/lint-imports
	$(PYTHON) -m contracts.generate --check
fast-tests: $(READY)
	$(PYTHON) -m pytest -q -m "not slow" -n auto --dist worksteal tests/unit tests/contract tests/infra

.PHONY: check-lambda
check-lambda: $(READY) ## The same on the Python that functions run on, in an environment of its own
	@python=$(or $(LAMBDA_PYTHON),$$($(PYTHON) -m infra.package.interpreters $(firstword $(SERVICES)))) && \
	  $(MAKE) check VENV=.venv-lambda BASE_PYTHON=$$python

.PHONY: test
test: $(READY) system-packages check ## Everything: check, then the slow tests beside real servers and the whole stack
	@mkdir -p build; second=0; servers=0; \
	$(MAKE) --keep-going --jobs=1 slow-tests partners browser releases > build/second-lane.log 2>&1 & \
	pid=$$!; trap "kill $$pid 2> /dev/null || true" EXIT; \
	$(PYTHON) -m pytest -q tests $(addprefix --ignore=tests/,unit contract infra sftp ftp browser $(APART)) || servers=$$?; \
	wait $$pid || second=$$?; cat build/second-lane.log; exit $$((second + servers))

.PHONY: slow-tests
slow-tests: $(READY)
	$(PYTHON) -m pytest -q -m slow tests/unit tests/contract tests/infra

.PHONY: partners
partners: $(READY) ## The SFTP and FTP clients against real servers and hostile ones
	$(PYTHON) -m pytest -q tests/sftp tests/ftp

# They deploy while others would want a stack that stays as it is, and one starts two stacks.
APART := stack/test_releases.py stack/test_failover.py
.PHONY: releases
releases: $(READY) ## Deployments and a rollback amid transfers, and a failover to another region
	$(PYTHON) -m pytest -q tests/stack/test_releases.py
	$(PYTHON) -m pytest -q tests/stack/test_failover.py

.PHONY: browser
browser: $(READY) ## The console in a real Chromium against a stack of its own; pictures in build/browser
	$(PYTHON) -m pytest -q tests/browser

.PHONY: storm
storm: $(READY) ## Drive all that can run at once together until a promise breaks: MINUTES=30, SEED=0
	$(PYTHON) -m tests.storm --minutes $(or $(MINUTES),30) --seed $(or $(SEED),0)

test-%: $(READY) ## The tests of one service that need no stack
	$(a_service)
	$(PYTHON) -m pytest -q $(wildcard tests/unit/$* tests/integration/$*) tests/contract

.PHONY: load
load: $(READY) ## 100 users at once against a stack of its own: percentiles and errors
	$(PYTHON) -m tests.load

.PHONY: mutate
mutate: $(READY) ## Break the lanes' code in small ways and show what the tests let through: MODULES="a b", JOBS=1
	@$(PYTHON) -m tests.mutate $(MODULES) $(if $(JOBS),--jobs $(JOBS))

.PHONY: check-servicenow
check-servicenow: $(READY) ## Try a ServiceNow: FILEFERRY_SERVICENOW_URL, _USER, _PASSWORD (docs/user-guide/servicenow.md)
	@$(PYTHON) -m infra.check_servicenow

.PHONY: screenshots
screenshots: $(READY) ## Make the README's pictures of the console again
	$(PYTHON) -m tests.browser.screenshots

.PHONY: generate
generate: $(READY) ## Write what comes from contracts/: schemas, docs/events.md, the OpenAPI document
	$(PYTHON) -m contracts.generate

.PHONY: cost
cost: $(READY) ## Write docs/cost.md and docs/scale.md from prices, counts and templates
	$(PYTHON) -m infra.cost

.PHONY: format
format: $(READY) ## Let ruff put the style right
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

.PHONY: lint
lint: $(READY) ## What AWS would refuse in any stack and stage, or take in silence (part of check)
	@$(PYTHON) -m infra.lint

.PHONY: lint-workflows
lint-workflows: $(PIPELINE_READY) ## What GitHub would refuse in a workflow (part of check)
	@$(PIPELINE_VENV)/bin/actionlint .github/workflows/*.yml

.PHONY: checkov
checkov: $(READY) $(CHECKOV_READY) ## What checkov says to the same templates, less what has a reason: some minutes
	@$(PYTHON) -m infra.checkov $(CHECKOV_VENV)/bin/checkov

.PHONY: validate
validate: $(READY) $(SAM_READY) ## `sam validate --lint` for every completed template
	@mkdir -p build/templates; for stack in $(STACKS); do \
	  $(PYTHON) -m infra.complete $$stack --json > build/templates/$$stack.json; \
	  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1 \
	    $(SAM) validate --lint --template-file build/templates/$$stack.json; done

show-%: $(READY) ## The template of one stack as CloudFormation is given it
	$(a_stack)
	@$(PYTHON) -m infra.complete $*

##@ Measuring (docs/performance.md); Linux, best as root on a machine that does nothing else
.PHONY: bench
bench: $(BENCH_READY) bench-packages ## Every table in short, beside rclone on the same servers
	@$(PYTHON) -m bench

.PHONY: bench-full
bench-full: $(BENCH_READY) bench-packages ## The same at full size, and where the lane worker's CPU goes: about an hour
	@$(PYTHON) -m bench --full

.PHONY: bench-terabyte
bench-terabyte: $(BENCH_READY) ## One terabyte through the whole path on loopback: about an hour; GIGABYTES=1000
	@$(PYTHON) -m bench.terabyte --gigabytes $(or $(GIGABYTES),1000)

##@ Deploying
build-%: $(READY) ## Package one service for AWS and import its handlers from the package
	$(a_service)
	@$(PYTHON) -m infra.package $* $(if $(LAMBDA_PYTHON),--python $(LAMBDA_PYTHON))

# SAM is wanted for AWS only; a laptop does without.
deploy-%: $(READY) $(if $(filter local,$(STAGE)),,$(SAM_READY)) ## Deploy one stack, STAGE=local|dev|staging|prod, REGION= (home); OVERRIDE=1: no canary, for a mend
	$(a_stack)
	@$(PYTHON) -m infra.deploy $* --stage $(STAGE) --sam $(SAM) $(if $(LAMBDA_PYTHON),--python $(LAMBDA_PYTHON)) \
	  $(if $(OVERRIDE),--override)

rollback-%: $(READY) ## Go back to the release before, at once: STAGE=local; FORCE=1: although it is not safe
	$(a_stack)
	@$(PYTHON) -m infra.releases.rollback $* --stage $(STAGE) $(if $(FORCE),--force)

##@ What the pipeline does (docs/releasing.md)
.PHONY: packages
packages: $(READY) ## Build every service once into PACKAGES=build/packages, with hashes
	@$(PYTHON) -m infra.package.bundle $(PACKAGES) $(if $(LAMBDA_PYTHON),--python $(LAMBDA_PYTHON))

.PHONY: try-packages
try-packages: $(READY) ## Import the handlers from PACKAGES, on a machine with the functions' processor
	@$(PYTHON) -m infra.package.bundle $(PACKAGES) --try $(if $(LAMBDA_PYTHON),--python $(LAMBDA_PYTHON))

.PHONY: changes
changes: $(READY) ## Say which stacks of a stage are not as they are checked out: STAGE=dev
	@$(PYTHON) -m infra.pipeline --stage $(STAGE) --dry-run

.PHONY: deploy-tools
deploy-tools: $(READY) $(SAM_READY)

.PHONY: deploy-changed
deploy-changed: deploy-tools ## Deploy these stacks from PACKAGES=build/packages, in order: STAGE=dev
	@$(PYTHON) -m infra.pipeline --stage $(STAGE) --packages $(PACKAGES) --sam $(SAM)

.PHONY: drift
drift: $(READY) ## Tell what somebody changed by hand in the stacks of a stage: STAGE=dev
	@$(PYTHON) -m infra.drift --stage $(STAGE)

.PHONY: sbom
sbom: $(PIPELINE_READY) ## List what each service is made of (CycloneDX), into SBOM=build/sbom
	@mkdir -p $(SBOM); for service in $(SERVICES); do \
	  $(PIPELINE_VENV)/bin/cyclonedx-py requirements services/$$service/requirements.txt \
	    --output-format JSON --output-reproducible --output-file $(SBOM)/$$service.cdx.json; done

##@ Upkeep
.PHONY: lock
lock: $(READY) ## Resolve requirements/*.in and services/*/requirements.in again
	@requirements/lock.sh $(SERVICES)

.PHONY: licences
licences: $(READY) ## Write docs/licences.md; fails for a licence that nobody has looked at
	@$(PYTHON) -m infra.pipeline.licences

.PHONY: clean
clean: ## Remove what was built and .local (received files, passwords), not the environments
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m infra.local down; fi
	rm -rf build .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

.PHONY: system-packages
system-packages:
	@infra/system_packages.sh

.PHONY: bench-packages
bench-packages:
	@infra/system_packages.sh bench

# A marker written last: an installation that was broken off is begun again.
$(READY): requirements/dev.txt
	@infra/make_venv.sh $(BASE_PYTHON) $(VENV)
	$(PYTHON) $(INSTALL) -r $<
	@touch $@

$(SAM_READY): requirements/sam.txt
	@infra/make_venv.sh $(BASE_PYTHON) $(SAM_VENV)
	$(SAM_VENV)/bin/python $(INSTALL) -r $<
	@touch $@

$(PIPELINE_READY): requirements/pipeline.txt
	@infra/make_venv.sh $(BASE_PYTHON) $(PIPELINE_VENV)
	$(PIPELINE_VENV)/bin/python $(INSTALL) -r $<
	@touch $@

$(CHECKOV_READY): requirements/checkov.txt
	@infra/make_venv.sh $(BASE_PYTHON) $(CHECKOV_VENV)
	$(CHECKOV_VENV)/bin/python $(INSTALL) -r $<
	@touch $@

$(BENCH_READY): requirements/bench.txt $(READY)
	$(PYTHON) $(INSTALL) -r $<
	@touch $@
