#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# lintian.sh FOLDER: Debian's checker of packages has no error and no warning
# for those in FOLDER, and every exception from that is used.
set -eu
LC_ALL=C.UTF-8 lintian --pedantic --allow-root \
    --fail-on error,warning --tag-display-limit 0 \
    "$1"/nssmime_*.changes
LC_ALL=C.UTF-8 lintian --allow-root --show-overrides --tags \
    mismatched-override,unused-override "$1"/nssmime_*.changes
