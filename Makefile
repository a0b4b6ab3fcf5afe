# Every task of the repository; `make help` lists them. Nothing here needs more than Go, Node and, for the browser
# tests, apt.

GO      ?= go
BIN     := bin/sitegen
MODULES := ./core/... ./adapters/node/... ./adapters/netlify/... ./adapters/vercel/... ./adapters/cloudflare/... ./cli/... ./website/... ./bench/...
ADDR    := 127.0.0.1:4321
VERSION ?= 0.1.0-dev
LDFLAGS := -s -w -X main.version=$(VERSION)

export GOFLAGS ?= -buildvcs=false

.DEFAULT_GOAL := check
.PHONY: help demo build playground check test tools vet unit examples reproducible conformance platform-light platform editors completion browser conformance golden fuzz bench clean rename release

help: ## list the tasks
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build playground ## build the command, build this repository's site, serve it at 127.0.0.1:4321
	$(BIN) build --adapter node
	@echo "open http://$(ADDR)/"
	HOST=127.0.0.1 PORT=4321 dist/server/server

build: ## build the command into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cli/cmd/sitegen

playground: ## compile the compiler itself for the page /playground/ of the site
	$(GO) run ./website/playground/pack website/public/playground-files

check: vet unit ## what to run before every push: vet and the tests that need nothing installed

test: tools vet unit examples reproducible platform-light editors completion browser ## install what the tests need and run all of them

tools: ## install what the tests need: Chromium and a C compiler, and the platforms' own tools from npm
	@scripts/tools

vet: ## formatting and go vet
	@out=$$(gofmt -l $$(git ls-files '*.go' | grep -v testdata/)); test -z "$$out" || { echo "not gofmt-clean: $$out"; exit 1; }
	$(GO) vet $(MODULES)

unit: ## all Go tests
	$(GO) test -timeout 30m $(MODULES) # the scripts of the command line take minutes, and more beside other work
	$(GO) test -count=1 ./core/internal/deptest # of other modules the cache of tests knows nothing

examples: build ## build and run the programs in examples/
	scripts/examples

reproducible: build ## two builds of the site, from two folders, must give the same bytes
	scripts/reproducible

conformance: ## the conformance suite against every adapter; writes docs/conformance.md
	scripts/conformance

platform-light: build ## the platforms' own readers and runtimes on what the adapters write
	@set -e; for s in scripts/platform-*; do echo "== $$s"; $$s; done

platform: build ## the same with everything that takes longer
	@set -e; for s in scripts/platform-*; do echo "== $$s"; FULL=1 $$s; done

editors: ## the grammar in VS Code's engine, the extension, and the tree-sitter grammar
	scripts/editors

completion: build ## what bash, zsh and fish complete
	scripts/completion

browser: build playground ## the site in Chromium, wide and narrow
	scripts/browser

golden: ## rewrite the golden files; read the difference before you commit it
	$(GO) test ./core/... ./cli/... ./adapters/node/... ./adapters/netlify/... ./adapters/vercel/... ./adapters/cloudflare/... -update

fuzz: ## run every fuzz target for FUZZTIME (default 20s)
	scripts/fuzz $(or $(FUZZTIME),20s)

bench: ## all figures of bench/README.md; one by one with its own commands
	scripts/bench

rename: ## move the repository to another module path: make rename MODULE=example.com/sitegen
	@test -n "$(MODULE)" || { echo "say make rename MODULE=example.com/sitegen"; exit 2; }
	scripts/rename "$(MODULE)"

release: ## a commit and tags for Go's module proxy, here alone: make release VERSION=v0.2.0
	@test -n "$(VERSION)" || { echo "say make release VERSION=v0.2.0"; exit 2; }
	scripts/release "$(VERSION)"

clean: ## remove what was built
	rm -rf bin dist website/.sitegen website/public/playground-files
