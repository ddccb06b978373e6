#!/usr/bin/env bash
# Installs what the tests want and Python packages cannot bring: OpenSSH's server. Never starts it.
set -euo pipefail

[ -x /usr/sbin/sshd ] && exit 0

without() {
    echo "openssh-server is not installed ($1): the tests against a real OpenSSH are skipped." >&2
    exit 0
}

command -v apt-get >/dev/null || without "no apt-get; install it by hand"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || without "no rights; run 'sudo apt-get install openssh-server'"
    as_root=(sudo -n)
fi

# 101 from policy-rc.d forbids the package to start its service; a policy already there stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi
"${as_root[@]}" apt-get update -qq || without "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends openssh-server >/dev/null ||
    without "apt-get install failed"
