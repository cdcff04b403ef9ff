#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# reproduce.sh WEBEXT FOLDER: the two add-ons that were built in FOLDER are the
# same, byte for byte, when they are built again elsewhere, by somebody with
# other habits.
set -eu
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
umask 077
TZ=Asia/Kathmandu LC_ALL=C node "$1/tools/thunderbird.mjs" --out "$again"
for name in thunderbird thunderbird-reduced; do
	cmp "$2/$name.xpi" "$again/$name.xpi"
done
