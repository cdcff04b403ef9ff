#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# packaging/test.sh [--sanitizers]: installs what the tests need, builds with
# warnings as errors, and runs every test. With --sanitizers, and always where
# CI=true, it also compiles everything with clang and runs the whole suite
# under AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=packaging/dependencies.sh
. "$source/packaging/dependencies.sh"

sanitizers=${CI:-false}
case ${1-} in
'') ;;
--sanitizers) sanitizers=true ;;
*)
	echo "usage: packaging/test.sh [--sanitizers]" >&2
	exit 2
	;;
esac

# shellcheck disable=SC2086
install_packages $build_packages $test_packages
runtime=
if have_apt; then
	runtime=$(clang_runtime_package)
	[ -z "$runtime" ] || install_packages "$runtime"
fi

build() { # folder option...
	local folder=$1
	shift
	echo "== Building in $folder/"
	configure_and_build "$source" "$source/$folder" -DNSSMIME_TESTS=ON \
	    -DNSSMIME_WERROR=ON "$@"
}

check() { # folder
	(cd "$source/$1" && ctest --output-on-failure -j "$(nproc)")
}

failed=
if [ "$sanitizers" = true ]; then
	build build-clang -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang
	build build-sanitizers -DCMAKE_BUILD_TYPE=Debug \
	    -DNSSMIME_SANITIZE=ON
	echo "== Testing with the sanitizers"
	check build-sanitizers || failed=1
fi
build build -DCMAKE_BUILD_TYPE=Release
echo "== Testing"
# ctest's summary is the last that is printed.
status=0
[ -z "$failed" ] || {
	echo "The tests failed with the sanitizers, see above." >&2
	status=1
}
check build || status=1
exit $status
