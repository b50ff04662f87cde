# beckon: build, check and run. `make help` lists the targets.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# How long `make fuzz` stays on each target, and how often `make bench` repeats.
FUZZTIME ?= 20s
COUNT ?= 1

# Extra flags for `go test`, such as `make gotest GOTESTFLAGS='-v -run Hub'`.
GOTESTFLAGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run build dist deb image packtest test deps lint fmt gotest soak jscheck jstest apidoc e2e natlab fuzz bench bench-tool bench-peers bench-browser clean help

run: build ## build and start the server on port 9000; needs nothing but Go
	./bin/beckon

build: ## build ./bin/beckon
	go build -o bin/beckon ./cmd/beckon

dist: ## static binaries for Linux, macOS and Windows, with checksums and lists of their modules, in ./bin/dist
	go run -C .pack ./dist

deb: dist ## Debian packages of those for Linux, in ./bin/dist
	.pack/deb/make bin/dist

image: dist ## container images of those for Linux, in ./bin/dist, for docker load or podman load
	go run -C .pack ./image ../bin/dist

test: deps lint gotest packtest soak jscheck jstest e2e natlab ## install what the tests need and run all of them

deps: ## install what the tests need: a C compiler, Node, Chromium, Firefox, proxies, npm packages
	@bash .ci/deps

lint: ## gofmt, go vet (also as on other systems), staticcheck
	@unformatted=$$(gofmt -l .pack cmd internal web/*.go) || exit 1; \
		if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):" $$unformatted; exit 1; fi
	go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...
	GOARCH=arm go vet ./...
	cd .pack && go vet ./... && go run $(STATICCHECK) ./...
	go run $(STATICCHECK) ./...

fmt: ## format the Go code
	gofmt -w .pack cmd internal web/*.go

gotest: ## Go tests, with the race detector; not those of soak and natlab, which have targets of their own
	go test -race $(GOTESTFLAGS) $$(go list ./... | grep -v -e internal/soak -e internal/natlab)

# How long `make soak` lasts, and the seed of the run whose choices it repeats: `make soak SOAK=1h SEED=17`.
SOAK ?= 1m
SEED ?=

packtest: deps ## tests of what is made for others to install (root)
	go test -C .pack $(GOTESTFLAGS) ./...

soak: ## a random population uses the real server for SOAK (1m), and every message is accounted for
	SOAK=$(SOAK) SOAK_SEED=$(SEED) go test -race -v -count=1 -timeout 0 $(GOTESTFLAGS) ./internal/soak

jscheck: deps ## type check of the client (JSDoc types, nothing is emitted)
	web/test/node_modules/.bin/tsc -p web/jsconfig.json

jstest: deps ## unit tests of the client's modules
	bash .ci/nodetest web/test/unit web/test/unit-page

apidoc: deps ## write web/app/lib/index.html, the page about the client library, from the comments in its files
	node web/test/apidoc/main.js

e2e: deps build ## end-to-end tests: real browsers and wscat against the real server
	bash .ci/nodetest web/test/e2e

natlab: deps build ## people behind NATs and firewalls meet, in network namespaces (root, 3 minutes)
	GOTESTFLAGS='$(GOTESTFLAGS)' bash .ci/natlab

fuzz: ## every fuzz target for FUZZTIME (20s)
	FUZZTIME=$(FUZZTIME) bash .ci/fuzz

bench: ## every benchmark COUNT (1) times, in the format that benchstat reads
	go test -run '^$$' -bench . -benchmem -count $(COUNT) ./...

bench-tool: ## build ./bin/beckon-bench, the load generator
	go build -o bin/beckon-bench ./cmd/beckon-bench

# Flags for bench-peers, such as `make bench-peers PEERSFLAGS='--quick --rounds 1'`.
PEERSFLAGS ?=
peers := internal/lab/peers

bench-peers: build bench-tool $(peers)/node_modules/.package-lock.json ## beckon beside other servers, ratios against the budget (11 minutes)
	go build -o bin/floor ./internal/lab/floor
	taskset -c 1 bin/beckon-bench peers --processor 0 --html bin/bench-peers.html --json bin/bench-peers.json $(PEERSFLAGS)

$(peers)/node_modules/.package-lock.json: $(peers)/package-lock.json
	cd $(peers) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Flags for bench-browser, such as `make bench-browser BROWSERFLAGS='--only connect --rounds 30'`.
BROWSERFLAGS ?=

bench-browser: deps build ## the client beside PeerJS's in Chromium, ratios (15 minutes)
	node web/test/bench/main.js $(BROWSERFLAGS)

clean: ## remove what was built or installed inside this tree
	rm -rf bin web/test/node_modules web/test/e2e/.artifacts internal/lab/peers/node_modules

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
