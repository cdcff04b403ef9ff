#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# fresh.sh FOLDER: root.sh with the packages of FOLDER in a fresh system of the
# release that this one is.
set -eu
[ "$(id -u)" = 0 ] || {
	echo "To make a system takes root: sudo ctest -L package" >&2
	exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=packaging/dependencies.sh
. "$here/../../packaging/dependencies.sh"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
make_root "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/root"
bash "$here/root.sh" "$work/root" "$1"
