#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# tests/fuzz/run.sh SECONDS [TARGET...]: builds the fuzz targets with clang and
# the sanitizers in build-fuzz/, and runs each (or those named: ber, cms, ...)
# that long, from the seeds and from what earlier runs found in
# build-fuzz/corpus/. Stops at the first finding, which is left in
# build-fuzz/findings/. NSSMIME_CORPORA may name a folder with more inputs.
set -eu

[ $# -ge 1 ] || {
	echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2
	exit 2
}
seconds=$1
shift
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${NSSMIME_FUZZ_BUILD:-$source/build-fuzz}
corpora=${NSSMIME_CORPORA:-$source/../shared/corpora}
if [ $# -eq 0 ]; then
	for path in "$source"/tests/fuzz/fuzz_*.c; do
		name=$(basename "$path" .c)
		set -- "$@" "${name#fuzz_}"
	done
fi
cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_COMPILER=clang -DNSSMIME_SANITIZE=ON -DNSSMIME_FUZZ=ON \
    >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target "${@/#/fuzz_}"
seeds=$build/tests/fuzz/seeds
export NSSMIME_TEST_PKI=$build/tests/fuzz/pki
bash "$source/tests/fuzz/seeds.sh" "$seeds" "$NSSMIME_TEST_PKI"

mkdir -p "$build/findings"
for name in "$@"; do
	corpus=$build/corpus/$name
	mkdir -p "$corpus"
	more=()
	case $name in
	cms | message)
		[ ! -d "$corpora" ] || more=("$corpora")
		;;
	esac
	echo "== $name"
	log=$build/findings/$name.log
	if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" \
	    -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
	    -artifact_prefix="$build/findings/$name-" "$corpus" \
	    "$seeds/$name" "${more[@]}" >"$log" 2>&1; then
		tail -n 40 "$log"
		echo "A finding of $name: see $build/findings/" >&2
		exit 1
	fi
	grep -E '^#[0-9]+.*DONE|^Done' "$log" | tail -n 2
done
