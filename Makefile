# `make test` is the whole set-up of the tests and runs all of them.
.PHONY: test unit browser bench tools check
.DEFAULT_GOAL := test

test: tools unit browser

# Unit and integration tests: one process owns the private PostgreSQL that they share.
unit:
	cargo test --locked

# Chromium walks through the desk, with and without JavaScript.
browser:
	cargo build --locked
	node --test --test-reporter=spec --test-concurrency=2 tests/browser/*.test.mjs

# What the tests need beside Rust: npm's packages, and on Debian Chromium, Python and PostgreSQL's programs.
tools:
	tests/tools.sh

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

bench:
	cargo bench --locked --bench desk
