#!/usr/bin/env bash
# lock.sh SERVICE...: writes the locks: every version with its hashes, no address.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv-lock/bin/uv
[ -x "$uv" ] || { python3 -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
compile() {
    "$uv" pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header \
        --python-version 3.11 "$@"
}
# Everything together first: a service then gets the versions that its tests run with.
compile requirements/dev.in --output-file requirements/dev.txt
for service in "$@"; do
    compile "services/$service/requirements.in" --constraint requirements/dev.txt \
        --output-file "services/$service/requirements.txt"
done
compile requirements/sam.in --output-file requirements/sam.txt
