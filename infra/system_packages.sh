#!/usr/bin/env bash
# Installs what the tests want and Python packages cannot bring: real SFTP and FTP servers, a browser
# with a font, node with npm. Never starts one. With `bench` also what measurements want.
set -euo pipefail

# Each package with a file of it, which tells whether it is there.
wanted=(
    openssh-server:/usr/sbin/sshd
    openssh-sftp-server:/usr/lib/openssh/sftp-server
    proftpd-core:/usr/sbin/proftpd
    proftpd-mod-crypto:/usr/lib/proftpd/mod_sftp.so
    dropbear-bin:/usr/sbin/dropbear
    rclone:/usr/bin/rclone
    chromium:/usr/bin/chromium
    fonts-liberation:/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf
    nodejs:/usr/bin/node
    npm:/usr/bin/npm
    libwrap0:/usr/lib/*/libwrap.so.0
    libsodium23:/usr/lib/*/libsodium.so.23
)
if [ "${1:-}" = bench ]; then
    wanted+=(lftp:/usr/bin/lftp iproute2:/usr/sbin/ip gcc:/usr/bin/cc libc6-dev:/usr/include/stdio.h)
fi
# Debian's FTP servers shut each other out, and installing one would remove another. These are only
# unpacked, and their program is put here.
programs=(vsftpd:sbin/vsftpd pure-ftpd:sbin/pure-ftpd pure-ftpd:bin/pure-pw)
local=/usr/local
missing=()
for each in "${wanted[@]}"; do
    compgen -G "${each#*:}" >/dev/null || missing+=("${each%%:*}")
done
lacking=()
for each in "${programs[@]}"; do
    [ -e "$local/${each#*:}" ] || lacking+=("$each")
done
[ "${#missing[@]}" -eq 0 ] && [ "${#lacking[@]}" -eq 0 ] && exit 0

without() {
    echo "${missing[*]} ${lacking[*]%%:*}: not installed ($1); the tests that want them are skipped." >&2
    exit 0
}

command -v apt-get >/dev/null || without "no apt-get; install it by hand"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || without "no rights; run 'sudo apt-get install ${missing[*]}'"
    as_root=(sudo -n)
fi

unpack() { # PACKAGE:FILE
    local package=${1%%:*} file=${1#*:} folder
    folder=$(mktemp -d) && chmod 755 "$folder"
    (cd "$folder" && apt-get download -qq "$package" 2>/dev/null && dpkg -x "$package"_*.deb .) &&
        "${as_root[@]}" install -D -m 755 "$folder/usr/$file" "$local/$file"
    local code=$?
    rm -rf "$folder"
    return "$code"
}

# 101 from policy-rc.d forbids packages to start their services; a policy already there stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi
"${as_root[@]}" apt-get update -qq || without "apt-get update failed"
failed=()
for package in "${missing[@]}"; do # each by itself, so that one which is unknown here keeps no other out
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "$package" >/dev/null || failed+=("$package")
done
# The policy is for now only: a machine that runs tests shall not serve FTP from its next start on.
if [[ " ${missing[*]} " == *" proftpd-core "* ]] && command -v systemctl >/dev/null; then
    "${as_root[@]}" systemctl disable --quiet proftpd || true
fi
missing=("${failed[@]}")
failed=()
for each in "${lacking[@]}"; do
    unpack "$each" || failed+=("$each")
done
lacking=("${failed[@]}")
[ "${#missing[@]}" -eq 0 ] && [ "${#lacking[@]}" -eq 0 ] || without "apt-get failed"
