#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# installed.sh FOLDER COMMAND...: runs the command on this very system, but
# with the packages of FOLDER installed, by dpkg. Only the command sees that:
# what dpkg writes is kept in memory, in a mount namespace, and gone when it
# ends.
set -eu
[ $# -ge 2 ] || { echo "usage: installed.sh FOLDER COMMAND..." >&2; exit 2; }
[ "$(id -u)" = 0 ] || {
	echo "To install packages takes root: sudo ctest -L package" >&2
	exit 1
}
if [ -z "${NSSMIME_NAMESPACE-}" ]; then
	export NSSMIME_NAMESPACE=entered
	exec unshare --mount --propagation private bash "$0" "$@"
fi
unset NSSMIME_NAMESPACE

packages=("$1"/nssmime_*.deb "$1"/webext-nssmime_*.deb)
shift
above=$(mktemp -d)
mount -t tmpfs -o mode=755 installed "$above"
for folder in usr etc var; do
	mkdir "$above/$folder" "$above/.$folder"
	mount -t overlay overlay -o \
	    "lowerdir=/$folder,upperdir=$above/$folder,workdir=$above/.$folder" \
	    "/$folder"
done
umount -l "$above"
rmdir "$above"
# Manual pages need not be indexed.
log=$(dpkg --no-triggers -i "${packages[@]}" 2>&1) || {
	echo "$log" >&2
	exit 1
}
exec "$@"
