#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# Builds nssmime-host and shows it at work: two people with certificates of
# their own write to each other through the host, as a mail program would.
# Touches nothing outside of the folder build/, but for packages that are
# missing.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=packaging/dependencies.sh
. "$source/packaging/dependencies.sh"

case ${1-} in
'') ;;
*)
	echo "usage: packaging/try.sh" >&2
	exit 2
	;;
esac

echo "== What the build needs"
# shellcheck disable=SC2086
install_packages $build_packages $demo_packages
echo "   is installed."

echo "== Building nssmime-host in build/ (about a minute the first time)"
# The tests are left as they are: packaging/test.sh turns them on.
tests=
[ -f "$source/build/CMakeCache.txt" ] || tests=-DNSSMIME_TESTS=OFF
configure_and_build "$source" "$source/build" -DCMAKE_BUILD_TYPE=Release \
    $tests
echo "   build/host/nssmime-host is ready."

echo "== Trying it"
exec python3 "$source/packaging/try.py" "$source/build"
