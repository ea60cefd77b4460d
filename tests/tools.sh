#!/bin/sh
# Installs what the tests need beside Rust: npm's packages, and on Debian Chromium, Python, PostgreSQL's programs and the
# gateways that deploy/ has recipes for.
set -eu
cd "$(dirname "$0")/.."
# Where Debian puts the gateways; not every account looks there.
PATH="$PATH:/usr/sbin:/sbin"

missing=""
services=""
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || missing="$missing chromium"
command -v python3 >/dev/null || missing="$missing python3"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v nginx >/dev/null || { missing="$missing nginx-light"; services="$services nginx"; }
command -v caddy >/dev/null || { missing="$missing caddy"; services="$services caddy"; }
command -v haproxy >/dev/null || { missing="$missing haproxy"; services="$services haproxy"; }
if [ -n "$missing" ]; then
    if command -v apt-get >/dev/null; then
        root=""
        [ "$(id -u)" = 0 ] || root="sudo"
        # The programs are wanted, not the services that Debian would make of them: neither now nor after a restart.
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap '$root rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
            $root chmod 755 "$policy"
        fi
        $root apt-get update -qq
        # The cluster that Debian would make for itself is not wanted.
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
        if command -v systemctl >/dev/null; then
            for service in $services; do $root systemctl disable "$service" >/dev/null 2>&1 || true; done
        fi
    else
        echo "The tests also need:$missing. Install them, or set CHROMIUM to a Chromium; PostgreSQL's programs come from npm where they are missing." >&2
    fi
fi

stamp=node_modules/.package-lock.json
if [ ! -d node_modules/playwright-core ] || [ package-lock.json -nt "$stamp" ]; then
    npm ci --ignore-scripts
fi
