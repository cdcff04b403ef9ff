#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# tests/bench/run.sh [BUILD] [OPTION...]: builds a release in BUILD (default:
# build), tells how fast a small signed mail is verified beside the bare
# signature, compares the dialect of Outlook on the web with the protocol, and
# the host with `openssl cms`; options are bench.py's.
# Takes about 5 GiB below TMPDIR (default /var/tmp) and some minutes; fails
# where the engine took more memory than it may.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build
case ${1-} in
'' | -*) ;;
*)
	build=$1
	shift
	;;
esac
cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DNSSMIME_TESTS=ON \
    >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target nssmime-host bench_client \
    bench_verify
pki=$(mktemp -d)
trap 'rm -rf "$pki"' EXIT
bash "$source/tests/support/pki.sh" "$pki"
"$build/tests/bench/bench_verify" "sql:$pki/db"
NSSMIME_HOST=$build/host/nssmime-host NSSMIME_TEST_PKI=$pki \
    python3 -B "$source/tests/owa/bench.py" 2>/dev/null
python3 -B "$source/tests/bench/bench.py" \
    "$build/host/nssmime-host" "$build/tests/bench/bench_client" "$@"
