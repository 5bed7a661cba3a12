#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs once, as root, while Gradescope makes the image: installs what grading needs and
# builds the baseline kernel, unless one that fits this image's compiler came along.
set -euo pipefail

root=/autograder
source=$root/source
export PGFAULT_CACHE=$root/cache

sh "$source/scripts/setup.sh"

mkdir -p "$PGFAULT_CACHE"
for part in downloads.tar baseline.tar.gz; do
	[ ! -e "$source/$part" ] || tar -x -f "$source/$part" -C "$PGFAULT_CACHE"
done

python3 -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
	-r "$source/requirements.lock"

cd "$source"
"$root/venv/bin/python" -m autograder kernel build --series "$(cat series)"

# A submission's commands have a user id of their own: they need not see any of this.
chmod 700 "$source" "$root/venv"
rm -f "$source/downloads.tar" "$source/baseline.tar.gz"
