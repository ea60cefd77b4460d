# `make test` is the whole set-up of the tests and runs all of them.
.PHONY: test unit browser gateways bench tools check
.DEFAULT_GOAL := test

test: tools unit browser gateways

# Unit and integration tests: one process owns the private PostgreSQL that they share.
unit:
	cargo test --locked

# Chromium walks through the desk, with and without JavaScript.
browser:
	cargo build --locked
	node --test --test-reporter=spec --test-concurrency=2 tests/browser/*.test.mjs

# The recipes of deploy/ in the real nginx, Caddy and HAProxy.
gateways:
	cargo build --locked
	PATH="$$PATH:/usr/sbin" node --test --test-reporter=spec --test-concurrency=2 tests/deploy/*.test.mjs

# What the tests need beside Rust: npm's packages, and on Debian Chromium, Python, PostgreSQL's programs and the gateways.
tools:
	tests/tools.sh

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

bench:
	cargo bench --locked --bench desk --bench gateway
