#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# reproduce.sh WEBEXT FOLDER: the add-on that was built in FOLDER is the same,
# byte for byte, when it is built again elsewhere, by somebody with other
# habits.
set -eu
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
umask 077
TZ=Asia/Kathmandu LC_ALL=C node "$1/tools/thunderbird.mjs" --out "$again"
cmp "$2/thunderbird.xpi" "$again/thunderbird.xpi"
