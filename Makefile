# `make help` lists what can be made. CONFIG=debug builds faster and runs slower.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CONFIG ?= release
ARGS ?=
FILTER ?=

ifeq ($(CONFIG),release)
# A folder of its own, so that a release build and a debug build do not wait for each other.
SCRATCH := .build-release
BUILD_FLAGS := --configuration release --static-swift-stdlib --scratch-path $(SCRATCH)
else ifeq ($(CONFIG),debug)
SCRATCH := .build
BUILD_FLAGS := --configuration debug
else
$(error CONFIG is '$(CONFIG)'; it must be release or debug)
endif

BIN := $(SCRATCH)/$(CONFIG)/coffer
SWIFT_PATHS := $(wildcard Package.swift Sources Tests)

.NOTPARALLEL:

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  CONFIG=debug     with run or build: a debug build, minutes faster to make"
	@echo "  ARGS='…'         with run: flags for coffer serve, e.g. ARGS='--port 9000'; with bench: flags for it"
	@echo "  FILTER=Name      with test: only the Swift tests that match, without lint and system tests"

.PHONY: run
run: build ## Build and start the server on 127.0.0.1:8080, data in ./coffer-data
	@exec $(BIN) serve $(ARGS)

.PHONY: build
build: bootstrap ## Build the server (release, unless CONFIG=debug)
	@if [[ ! -x $(BIN) && $(CONFIG) == release ]]; then \
	    echo "The first release build takes about ten minutes; 'make run CONFIG=debug' starts sooner." >&2; \
	fi
	SWIFT_DETERMINISTIC_HASHING=1 swift build --product coffer $(BUILD_FLAGS)

.PHONY: bootstrap
bootstrap: ## Install what building needs
	@scripts/bootstrap

.PHONY: test
test: ## Lint, build and run all tests
	@scripts/bootstrap --test
	@scripts/test $(if $(FILTER),--filter '$(FILTER)')

.PHONY: lint
lint: ## Check layout and style
	@scripts/lint

.PHONY: format
format: ## Lay out the Swift sources
	swift format format --in-place --recursive --parallel $(SWIFT_PATHS)

.PHONY: soak
soak: ## Run the slow tests: faults, growth, long load (release build)
	@scripts/bootstrap --test
	@$(MAKE) --no-print-directory build CONFIG=release
	COFFER_SOAK=1 swift test --disable-xctest --filter Soak
	@shopt -s nullglob; \
	for program in Tests/System/soak*; do \
	    [[ -x $$program ]] || continue; \
	    echo "--- $$program"; \
	    COFFER_SOAK=1 COFFER_BIN=$(CURDIR)/.build-release/release/coffer $$program; \
	done

.PHONY: fuzz
fuzz: bootstrap ## Fuzz the Yjs module for FUZZ_SECONDS (60)
	@scripts/fuzz

.PHONY: bench
bench: ## Measure the release build beside nginx and FastAPI
	@scripts/bootstrap --bench
	@$(MAKE) --no-print-directory build CONFIG=release
	COFFER_BIN=$(CURDIR)/.build-release/release/coffer Benchmarks/run $(ARGS)

.PHONY: clean
clean: ## Remove everything built; data and fetched tools stay
	rm -rf .build .build-release .build-fuzz
