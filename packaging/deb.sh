#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# packaging/deb.sh [--source] [FOLDER]: makes Debian packages of what git has
# of this checkout, changes included, in FOLDER (default: build/deb), for the
# Debian or Ubuntu that it is run on. With --source, the source package alone.
#
#   nssmime_*.deb          the host, for all browsers, and Thunderbird's add-on
#   webext-nssmime_*.deb   the extension for webmail in Firefox and Chromium
#   nssmime_*.dsc, ...     the source package
#   *.xpi, *.zip           the extensions alone
#
# The extensions are built here, where npm is, of the versions that
# package-lock.json has, and go into the source package with what they are made
# of: building that takes no network and no node. Both are the same byte for
# byte, whoever builds them, wherever.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=packaging/dependencies.sh
. "$source/packaging/dependencies.sh"

usage() {
	echo "usage: packaging/deb.sh [--source] [FOLDER]" >&2
	exit 2
}

only_source=
if [ "${1-}" = --source ]; then
	only_source=yes
	shift
fi
[ $# -le 1 ] || usage
case ${1-} in
-*) usage ;;
esac
mkdir -p "${1:-$source/build/deb}"
out=$(cd "${1:-$source/build/deb}" && pwd)

# shellcheck disable=SC2046,SC2086
install_packages $build_packages $package_packages $(node_packages)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

changelog=$source/packaging/debian/changelog
version=$(dpkg-parsechangelog -l "$changelog" -S Version)
upstream=${version%-*}
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$changelog" -S Timestamp)
export SOURCE_DATE_EPOCH
declared=$(sed -n 's/^project(nssmime VERSION \([^ ]*\) .*/\1/p' \
    "$source/CMakeLists.txt")
if [ "$declared" != "$upstream" ]; then
	echo "packaging/debian/changelog is for $upstream, CMakeLists.txt" \
	    "for $declared" >&2
	exit 1
fi

echo "== Building the extensions"
bash "$source/tests/webext/install.sh"
extensions=$work/extensions
for program in thunderbird webmail; do
	node "$source/webext/tools/$program.mjs" --out "$extensions"
done
# Firefox's is called by what Firefox takes.
mv "$extensions/webmail-firefox.zip" "$extensions/webmail-firefox.xpi"

echo "== Packing the source"
tree=$work/nssmime-$upstream
bash "$source/packaging/checkout.sh" "$tree"
mkdir -p "$tree/prebuilt/libraries"
cp "$extensions"/*.xpi "$extensions"/*.zip "$tree/prebuilt/"
for library in dompurify postal-mime squire-rte; do
	cp -R "$source/webext/node_modules/$library" "$tree/prebuilt/libraries/"
done
# What they are made of, not what was made of that. Squire brings no more than
# its parts in one file, as they were written.
find "$tree/prebuilt/libraries" -path '*/dist/*' ! -type d \
    ! -name squire-raw.mjs -delete
find "$tree/prebuilt/libraries" -type d -empty -delete
chmod -R u=rwX,go=rX "$tree"
mv "$tree/packaging/debian" "$work/debian"
tar -C "$work" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mtime="@$SOURCE_DATE_EPOCH" -cf - "nssmime-$upstream" |
    xz -T1 -6 >"$work/nssmime_$upstream.orig.tar.xz"
cp -R "$work/debian" "$tree/debian"
# Older times would stay in the packages.
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

echo "== Building ${only_source:+the source of }the packages"
(cd "$tree" && dpkg-buildpackage -us -uc ${only_source:+-S -d}) \
    >"$work/build.log" 2>&1 || {
	cat "$work/build.log" >&2
	exit 1
}
find "$work" -maxdepth 1 -type f ! -name build.log -exec cp {} "$out/" \;
cp "$extensions"/*.xpi "$extensions"/*.zip "$out/"
echo "== In $out:"
find "$work" -maxdepth 1 -type f ! -name build.log -printf '%f\n' | sort
