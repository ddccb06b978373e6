#!/usr/bin/env bash
# make_venv.sh PYTHON FOLDER: a virtual environment, with what the system's Python may lack for it.
set -euo pipefail
python=$1 folder=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "FileFerry needs Python 3.11 or later; '$python' is $("$python" -V). Set BASE_PYTHON." >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    { command -v apt-get && "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null || {
        echo "Python's venv is missing and cannot be installed here; install python3-venv." >&2
        exit 1
    }
fi
"$folder/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$folder"
