#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# docs/pictures.sh [BUILD]: takes the pictures of the documentation anew, from
# the real programs, as the tests run them with what is in the build folder
# (default: build). Look at them before they are committed.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$source/build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the tests prepare for themselves.
(cd "$build" && ctest --output-on-failure -R \
    '^(support/pki|webext/install|thunderbird/build|webmail/(servers|build))$')
export NSSMIME_HOST=$build/host/nssmime-host
export NSSMIME_TEST_PKI=$build/tests/pki
export NSSMIME_XPI=$build/tests/e2e/thunderbird/thunderbird.xpi
export NSSMIME_EXTENSIONS=$build/tests/e2e/webmail
export NSSMIME_WEBMAIL_SERVERS=$build/tests/e2e/webmail/servers/root
export NSSMIME_SCREENSHOTS=$work/taken

python3 -B "$source/docs/pictures/make/thunderbird.py"
node "$source/webext/tools/test.mjs" pictures --out "$work"

for picture in "$work"/taken/*.png "$work"/taken/*/*.png; do
	convert "$picture" -alpha remove -strip -colors 256 \
	    -define png:compression-level=9 \
	    "$source/docs/pictures/${picture##*/}"
done
ls -l "$source"/docs/pictures/*.png
