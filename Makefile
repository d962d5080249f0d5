# Foyer's commands. `make help` lists them.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export CGO_ENABLED ?= 0
LINT := tools/bin/golangci-lint

.DEFAULT_GOAL := help
.PHONY: help run build web test parts lint generate checkgenerate unit bench engines terraform fuzz clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and start Foyer with a demo organisation on http://localhost:8420
	@./bin/foyer serve --demo --ephemeral

build: web ## build bin/foyer with its pages
	go build -trimpath -o bin/foyer ./cmd/foyer

web: web/dist/.built ## build the pages' script and styles

web/dist/.built: web/package-lock.json $(shell find web -name '*.ts' -not -path '*/node_modules/*' -o -name '*.css' -not -path '*/node_modules/*' -not -path '*/dist/*')
	cd web && npm ci --no-audit --no-fund --silent && npm run --silent build
	@touch $@

test: parts web lint checkgenerate unit ## install what the tests drive, then check and test everything

parts: ## install the real parts of the tests: AWS CLI v2 and SDKs, PostgreSQL, Chromium
	@testdata/parts.sh

lint: $(LINT) ## run golangci-lint and go vet
	go vet ./...
	$(LINT) run --allow-parallel-runners ./...

$(LINT): tools/go.mod tools/go.sum
	cd tools && go build -o bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

generate: ## write everything that is generated
	go run ./internal/awsmanaged/gen
	go run ./internal/actioncatalogue/gen
	go run ./internal/apigen
	go test ./internal/sqlstore -run '^TestAFreshStoreIsWhatTheMigrationsComeTo$$' -update

checkgenerate: ## fail when what is generated differs from its source
	go run ./internal/apigen -check
	go run ./internal/awsmanaged/gen -check
	go run ./internal/actioncatalogue/gen -check

# SQLite, translated to Go, is left out of the race detector's watch: it is five times as slow under it,
# and none of it is ours. Only the translation is: the driver around it has copies of the standard
# library's generic code, such as sync.Map's, and unwatched copies make races out of nothing.
RACE := -race '-gcflags=modernc.org/sqlite/lib=-race=false'

unit: ## run all tests with the race detector; every page's pictures stay in .cache/screenshots
	CGO_ENABLED=1 PARTS=required go test $(RACE) -timeout 15m ./...

bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

engines: ## put our policy engine beside cedar-go and MinIO's, in one run
	cd bench/policyengines && go test -bench . -benchmem ./...

terraform: .cache/terraform/terraform-provider-aws ## drive Foyer with OpenTofu and Terraform's AWS provider, which are built first, once, in ten minutes
	go test -count=1 -timeout 30m -run '^TestTerraform$$' ./cmd/foyer

.cache/terraform/terraform-provider-aws: tools/terraform/main.go
	cd tools && go run ./terraform ../.cache/terraform

fuzz: ## run each fuzz target for a little while
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime 20s $$pkg; done; done

clean: ## remove what was built
	rm -rf bin web/dist/.built web/node_modules testdata/sdks/node_modules tools/bin .cache
