#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# tests/bench/webmail.sh [BUILD] [BROWSER...]: builds a release and the
# extension in BUILD (default: build), and tells how long mails take in the
# real Roundcube, in Chromium and Firefox or in the browsers that are named: a
# small one from the click to its text, and large ones beside what the same
# bytes cost through a host that does nothing. Takes some minutes, and what the
# tests of the label "webmail" take. What else runs on the machine counts.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build
case ${1-} in
'' | chromium | firefox) ;;
*)
	build=$1
	shift
	;;
esac
cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DNSSMIME_TESTS=ON \
    >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target nssmime-host
build=$(cd "$build" && pwd)
bash "$source/tests/webext/install.sh"
servers=$build/tests/e2e/webmail/servers
bash "$source/tests/e2e/webmail/unpack.sh" "$servers"
pki=$(mktemp -d)
trap 'rm -rf "$pki"' EXIT
bash "$source/tests/support/pki.sh" "$pki"
NSSMIME_HOST=$build/host/nssmime-host NSSMIME_TEST_PKI=$pki \
    NSSMIME_WEBMAIL_SERVERS=$servers/root \
    node "$source/webext/tools/bench.mjs" --out "$build/tests/bench" "$@"
