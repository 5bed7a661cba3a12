#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The canary looks at a container as Gradescope makes it; it only needs a compiler.
set -eu
command -v gcc >/dev/null && exit
apt-get update -qq
apt-get install -y --no-install-recommends gcc libc6-dev bubblewrap util-linux
