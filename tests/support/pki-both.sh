#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# pki-both.sh DIR: the PKI of pki.sh in DIR, and with the certificates of
# pki-odd.sh in DIR-odd; made anew, whole or not at all.
set -eu
[ $# -eq 1 ] || { echo "usage: pki-both.sh DIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1" "$1-odd" "$1.part"
bash "$here/pki.sh" "$1.part"
cp -a "$1.part" "$1-odd"
bash "$here/pki-odd.sh" "$1-odd"
mv "$1.part" "$1"
