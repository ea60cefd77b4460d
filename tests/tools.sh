#!/bin/sh
# Installs what the tests need beside Rust: npm's packages, and on Debian Chromium, Python and PostgreSQL's programs.
set -eu
cd "$(dirname "$0")/.."

missing=""
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || missing="$missing chromium"
command -v python3 >/dev/null || missing="$missing python3"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
if [ -n "$missing" ]; then
    if command -v apt-get >/dev/null; then
        root=""
        [ "$(id -u)" = 0 ] || root="sudo"
        $root apt-get update -qq
        # The cluster that Debian would make for itself is not wanted.
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    else
        echo "The tests also need:$missing. Install them, or set CHROMIUM to a Chromium; PostgreSQL's programs come from npm where they are missing." >&2
    fi
fi

stamp=node_modules/.package-lock.json
if [ ! -d node_modules/playwright-core ] || [ package-lock.json -nt "$stamp" ]; then
    npm ci --ignore-scripts
fi
