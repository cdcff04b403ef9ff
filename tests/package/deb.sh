#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# deb.sh FOLDER: the packages of today, and none of yesterday.
set -eu
rm -rf "$1"
exec bash "$(dirname "$0")/../../packaging/deb.sh" "$1"
