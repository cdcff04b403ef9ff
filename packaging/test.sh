#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# packaging/test.sh [--sanitizers]: installs what the tests need, builds with
# warnings as errors, and runs every test. With --sanitizers, and always where
# CI=true, it also looks at the formatting, compiles everything with clang, and
# runs all that is in C under AddressSanitizer and UndefinedBehaviorSanitizer.
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

keep_dovecot_off
# shellcheck disable=SC2046,SC2086
install_packages $build_packages $package_packages $test_packages \
    $(node_packages)
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

check() { # folder [option of ctest...]
	local folder=$1
	shift
	(cd "$source/$folder" &&
	    ctest --output-on-failure -j "$(nproc)" "$@")
}

# By the version that the tree is formatted with: others differ in places.
check_format() {
	local version
	version=$(clang-format --version 2>/dev/null |
	    sed -n 's/.*version \([0-9]*\)\..*/\1/p')
	if [ "$version" != 14 ]; then
		echo "NOT LOOKED AT: the formatting, which takes" \
		    "clang-format 14; here is '${version:-none}'"
		return 0
	fi
	(cd "$source" && git ls-files -z '*.c' '*.h' |
	    xargs -0 clang-format --dry-run --Werror)
}

failed=
if [ "$sanitizers" = true ]; then
	echo "== Looking at the formatting"
	check_format || failed="is not formatted as .clang-format has it"
	build build-clang -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang
	build build-sanitizers -DCMAKE_BUILD_TYPE=Debug \
	    -DNSSMIME_SANITIZE=ON
	echo "== Testing with the sanitizers"
	# The extensions and the packages are tried once, below.
	check build-sanitizers -LE 'webext|thunderbird|webmail|package' ||
	    failed="failed its tests with the sanitizers"
fi
build build -DCMAKE_BUILD_TYPE=Release
echo "== Testing"
# ctest's summary is the last that is printed.
status=0
[ -z "$failed" ] || {
	echo "It $failed, see above." >&2
	status=1
}
check build || status=1
exit $status
