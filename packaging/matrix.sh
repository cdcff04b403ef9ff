#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# packaging/matrix.sh [RELEASE...]: for each release of Debian (by default
# bookworm and trixie) builds the packages in a fresh system of it, of the
# source package alone and without a network, has that release's lintian look at
# them, and installs, tries and removes them in another fresh system. Takes root
# and some minutes; the packages are in build/deb/RELEASE then.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=packaging/dependencies.sh
. "$source/packaging/dependencies.sh"
[ "$(id -u)" = 0 ] || {
	echo "To make systems takes root: sudo packaging/matrix.sh" >&2
	exit 1
}
[ $# -gt 0 ] || set -- bookworm trixie
install_packages debootstrap

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
bash "$source/packaging/deb.sh" --source "$work/source"

# What is to be built, in the system "$1", as somebody who is not root; the
# network is gone by then.
build() {
	local root=$1
	cp -R "$work/source" "$root/build"
	cat >"$root/prepare" <<-'EOF'
		set -eu
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q
		apt-get install -y -q --no-install-recommends dpkg-dev lintian
		cd /build && dpkg-source -x nssmime_*.dsc tree
		cd tree && apt-get build-dep -y -q --no-install-recommends ./
		useradd builder && chown -R builder /build
	EOF
	cat >"$root/make" <<-'EOF'
		set -eu
		cd /build/tree
		dpkg-buildpackage -b -us -uc
		lintian --fail-on error,warning ../nssmime_*.changes
	EOF
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
	    ${http_proxy:+"http_proxy=$http_proxy"} \
	    chroot "$root" sh /prepare
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/build \
	    unshare --net --mount --pid --fork --kill-child \
	    --propagation private sh -c "
		mount -t proc proc '$root/proc'
		mount --bind /dev '$root/dev'
		exec chroot --userspec=builder '$root' sh /make"
}

for release; do
	root=$work/$release
	make_root "$release" "$root"
	cp -a "$root" "$root-fresh"
	echo "== Building for $release"
	build "$root" >"$work/log" 2>&1 || {
		tail -n 100 "$work/log" >&2
		exit 1
	}
	mkdir -p "$source/build/deb/$release"
	cp "$root"/build/*.deb "$source/build/deb/$release/"
	rm -rf --one-file-system "$root"
	bash "$source/tests/package/root.sh" "$root-fresh" \
	    "$source/build/deb/$release"
	rm -rf --one-file-system "$root-fresh"
done
echo "== Built, installed, tried and removed on: $*"
