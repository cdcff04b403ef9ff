#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# seeds.sh SEEDS PKI: makes the seeds of the fuzz targets in the folder SEEDS,
# and the PKI that they are made with.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
[ -f "$2/db/cert9.db" ] || bash "$here/../support/pki.sh" "$2"
exec python3 -B "$here/seeds.py" "$1" "$2"
