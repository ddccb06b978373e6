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
skeleton=infra/new_service/skeleton
services=("${@/#/services/}")
# Everything together first: a service then gets the versions that its tests run with.
compile requirements/dev.in "${services[@]/%//requirements.in}" "$skeleton/requirements.in" \
    --output-file requirements/dev.txt
for folder in "${services[@]}" "$skeleton"; do
    compile "$folder/requirements.in" --constraint requirements/dev.txt --output-file "$folder/requirements.txt"
done
compile requirements/sam.in --output-file requirements/sam.txt
compile requirements/checkov.in --output-file requirements/checkov.txt
compile requirements/bench.in --output-file requirements/bench.txt
compile requirements/pipeline.in --output-file requirements/pipeline.txt
