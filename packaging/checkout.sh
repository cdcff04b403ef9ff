#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# packaging/checkout.sh FOLDER: copies into FOLDER what git has of this
# checkout, as it is here, changes and new files included.
set -eu
[ $# -eq 1 ] || { echo "usage: packaging/checkout.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
to=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
# What was removed, and not yet committed, is still listed.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do
	if [ -e "$file" ] || [ -L "$file" ]; then
		printf '%s\0' "$file"
	fi
    done |
    tar --null --no-recursion -T - -cf - | tar -C "$to" -xf -
