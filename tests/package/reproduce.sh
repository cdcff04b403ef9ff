#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# reproduce.sh SOURCE FOLDER: the packages in FOLDER are the same, byte for
# byte, when somebody with other habits makes them again, elsewhere, of a copy.
set -eu
source=$1 folder=$2
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
copy="$again/another folder"
umask 077
bash "$source/packaging/checkout.sh" "$copy"
git -C "$copy" init -q
cp -R "$source/webext/node_modules" "$copy/webext/"
find "$copy" -exec touch -h -d 2001-01-01 {} +
(
	cd /
	TZ=Asia/Kathmandu LANG=de_DE.UTF-8 LANGUAGE=de \
	    DEB_BUILD_OPTIONS=parallel=1 \
	    "$copy/packaging/deb.sh" "$again/packages" >"$again/log" 2>&1
) || {
	cat "$again/log" >&2
	exit 1
}
status=0
for file in "$folder"/*; do
	name=${file##*/}
	case $name in
	# They say when and in which folder it was built.
	*.buildinfo | *.changes) continue ;;
	esac
	cmp "$file" "$again/packages/$name" || status=1
done
exit $status
