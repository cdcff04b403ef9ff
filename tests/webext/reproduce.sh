#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# reproduce.sh WEBEXT FOLDER: two builds of the extension are the same, byte
# for byte, wherever and whenever they are made.
set -eu
for build in one two; do
	node "$1/tools/build.mjs" --out "$2/$build"
	find "$2/$build" -exec touch -d "2001-01-0${#build}" {} +
done
cmp "$2/one/pages.zip" "$2/two/pages.zip"
