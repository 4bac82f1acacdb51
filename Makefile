# Thin on purpose: the work is done by deploy/local and the programs.
.PHONY: help demo test interop check contracts rules sim bench fuzz golden faults failpoints up down

# Property tests use the same inputs on each run. Set another seed for other inputs, or an empty one
# for random inputs.
export PROPTEST_RNG_SEED ?= 1

help:
	@echo 'make demo    simulate a year of a small marketplace on all services  (ARGS="--orders 50 --seed 7 --serve")'
	@echo 'make test    every test, on a real Kafka and a real PostgreSQL    (ARGS="--test journeys")'
	@echo 'make interop foreign validators, generators and Kafka clients read the contracts and the records'
	@echo 'make check   format, lints, licences, forbidden dependencies, contracts'
	@echo 'make contracts  write the published schemas and AsyncAPI documents from their sources'
	@echo 'make rules   each rule of the rulebook: the code that implements it, its tests, its cases  (RULE=T4)'
	@echo 'make sim     10,000 seeds of writer and projector with every kind of fault  (SEEDS=100000, SEED=7)'
	@echo 'make bench   benchmarks, in a release build'
	@echo 'make fuzz    ten million bad inputs for every reader  (INPUTS=1000000 ARGS="photo")'
	@echo 'make golden  record the golden log of new formats, under the next number'
	@echo 'make faults  inject every kind of fault under load, check every invariant    (FAULT=3 for one kind; SEED=7; ARGS=--json)'
	@echo 'make up      start Kafka and PostgreSQL under target/stack, and leave them running'
	@echo 'make down    stop them and keep the data (deploy/local/stack wipe deletes it)'
	@echo 'If KAFKA_BROKERS and DATABASE_URL are set, all targets use those.'

demo:
	@deploy/local/need build
	@cargo build -p recourse
	@deploy/local/with-stack target/debug/recourse demo $(ARGS)

test:
	@deploy/local/need build
	@deploy/local/need test
	@cargo test --workspace --no-run
	@deploy/local/with-stack cargo test --workspace $(ARGS)

interop:
	@deploy/local/need build
	@deploy/local/need interop
	@cargo build -p recourse
	@deploy/local/with-stack tests/interop/run $(ARGS)

check:
	@deploy/local/need build
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --quiet -p recourse --no-default-features -- -D warnings
	! cargo tree -p recourse --no-default-features --edges normal | grep simulated
	for script in deploy/local/need deploy/local/stack deploy/local/with-stack deploy/local/licenses deploy/local/*.sh .ci/run; do \
		bash -n $$script || exit 1; done
	deploy/local/licenses
	cargo test --quiet -p recourse-tests --test tidy
	cargo run --quiet -p recourse-tests --bin rules -- --short
	cargo test --quiet -p recourse-schemas
	RUSTDOCFLAGS="-D warnings" \
		cargo doc --quiet --workspace --no-deps --document-private-items

contracts:
	@deploy/local/need build
	@cargo run --quiet -p recourse-schemas --bin publish

rules:
	@deploy/local/need build
	@cargo run --quiet -p recourse-tests --bin rules -- $(RULE)

sim:
	@deploy/local/need build
	@cargo run --quiet -p recourse-simulation --bin sim -- $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench:
	@deploy/local/need build
	@cargo bench -p recourse-tests --bench rows --no-run
	@deploy/local/with-stack cargo bench -p recourse-tests --bench rows $(ARGS)

fuzz:
	@deploy/local/need build
	@cargo run --quiet -p recourse-tests --bin fuzz -- $(ARGS)

golden:
	@deploy/local/need build
	@cargo build -p recourse-tests --bin golden
	@deploy/local/with-stack target/debug/golden $(ARGS)

# A second build of `recourse`, under another name, with failpoints at which it can be killed.
failpoints:
	@deploy/local/need build
	@cargo build -p recourse --bin recourse
	@cargo build -p recourse --features failpoints --bin recourse-with-failpoints
	@cargo build -p recourse-tests --bin faults

faults: failpoints
	@deploy/local/need stack
	@target/debug/faults $(ARGS)

up:
	@deploy/local/stack up
	@echo 'To use them: eval "$$(deploy/local/stack env)"'

down:
	@deploy/local/stack down
