#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# tests/bench/thunderbird.sh [BUILD]: builds a release and the add-on in BUILD
# (default: build), and tells how long a small mail takes in the real
# Thunderbird from the click to its text and verdict, beside one that is not
# protected. Takes a minute, and what the tests of the label "thunderbird"
# take. What else runs on the machine counts.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build}
cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DNSSMIME_TESTS=ON \
    >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target nssmime-host
build=$(cd "$build" && pwd)
bash "$source/tests/webext/install.sh"
out=$build/tests/bench/thunderbird
node "$source/webext/tools/thunderbird.mjs" --out "$out"
pki=$(mktemp -d)
trap 'rm -rf "$pki"' EXIT
bash "$source/tests/support/pki.sh" "$pki"
NSSMIME_HOST=$build/host/nssmime-host NSSMIME_TEST_PKI=$pki \
    NSSMIME_XPI=$out/thunderbird.xpi \
    NSSMIME_REDUCED_XPI=$out/thunderbird-reduced.xpi \
    NSSMIME_SCREENSHOTS=$build/screenshots/thunderbird \
    python3 -B "$source/tests/bench/opening.py"
