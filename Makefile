# A plain front for Meson: `make help`. Nothing here asks a question; setup/install fetches what is missing.
BUILD   ?= build
FUZZ    ?= build-fuzz
PREFIX  ?= /usr/local
SECONDS ?= 60
JOBS    ?= $(shell nproc)

.PHONY: all demo test bench fuzz install clean format-check ci help

all:
	@setup/install build
	@tools/configure $(BUILD)
	@ninja -C $(BUILD) -j $(JOBS)

demo: all
	$(BUILD)/seawall hunt examples/evidence

test:
	@setup/install build test
	@tools/configure $(BUILD)
	@ninja -C $(BUILD) -j $(JOBS)
	@tests/run $(BUILD)

bench: all
	@setup/install build test
	@ninja -C $(BUILD) -j $(JOBS) bench/bench-generate
	@bench/run --build $(BUILD)

fuzz:
	@setup/install build check
	@CC=clang tools/configure $(FUZZ) -Dfuzz=true -Dbuildtype=debugoptimized -Db_lundef=false
	@ninja -C $(FUZZ) -j $(JOBS) fuzzers
	@fuzz/run $(FUZZ) $(SECONDS)

install: all
	@meson install -C $(BUILD) --no-rebuild

ci:
	@.ci/run

# Layers, banned functions, line lengths: what the compiler doesn't check.
format-check:
	@tools/check-source

clean:
	rm -rf $(BUILD) $(FUZZ) build-asan build-tsan build-tidy

help:
	@echo 'make            build (optimised) in $(BUILD)/'
	@echo 'make demo       build, then hunt the example evidence'
	@echo 'make test       build, then run every test'
	@echo 'make bench      build, then measure, side by side with the peers on PATH'
	@echo 'make fuzz       fuzz every decoder, SECONDS=60 each'
	@echo 'make install    install below PREFIX=/usr/local (DESTDIR is heeded)'
	@echo 'make ci         everything that has to pass before a change goes in'
