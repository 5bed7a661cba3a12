#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the system packages that grading needs (Debian and Ubuntu), where some are missing.
# As root, or with sudo that asks for no password; otherwise it prints the one line to run.
set -eu

if [ "$(uname -m)" != x86_64 ]; then
	echo "User Mode Linux needs an x86_64 processor, and this machine is $(uname -m)." >&2
	exit 3
fi

# What stands for a package: the command, or the file, that grading uses of it.
missing=
need() { # need PACKAGE PATH...
	package=$1
	shift
	for path in "$@"; do
		case $path in
		/*) [ -e "$path" ] || missing="$missing $package" ;;
		*) command -v "$path" >/dev/null 2>&1 || missing="$missing $package" ;;
		esac
	done
}

need gcc gcc
need libc6-dev /usr/include/stdio.h /usr/lib/x86_64-linux-gnu/libc.a
need binutils ld addr2line
need make make
need patch patch
need flex flex
need bison bison
need bc bc
need perl perl
need xz-utils xz
need dpkg dpkg
need ca-certificates /etc/ssl/certs
need busybox-static busybox
need bubblewrap bwrap
need util-linux setpriv prlimit
need tzdata /usr/share/zoneinfo/UTC
if [ -e /etc/debian_version ] && ! grep -q Ubuntu /etc/os-release; then
	need debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg
fi
python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ "${1:-}" = --browser ]; then
	need chromium chromium
fi
if [ "${1:-}" = --student ]; then
	need git git
	need gdb gdb
	# For the disk of the Debian guest.
	need mmdebstrap mmdebstrap
	need uidmap newuidmap
	need fakeroot fakeroot
	need e2fsprogs /sbin/mke2fs
	need debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg
fi

if [ "${1:-}" = --fresh ]; then
	need git git
	need mmdebstrap mmdebstrap
	need openssl openssl
	need debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg
fi

[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list of words
set -- $(printf '%s\n' $missing | sort -u)
install="apt-get install -y --no-install-recommends $*"
if [ "$(id -u)" = 0 ]; then
	sudo=
elif sudo -n true 2>/dev/null; then
	sudo=sudo
else
	echo "Some system packages are missing. Run this, then the same command again:" >&2
	echo "    sudo apt-get update && sudo $install" >&2
	exit 3
fi
echo "installing system packages: $*"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo $install >/dev/null
