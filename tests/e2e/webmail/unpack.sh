#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# unpack.sh FOLDER: fetches the webmail servers of the tests as packages and
# unpacks them in FOLDER/root. They are not installed, so that no service of
# theirs starts, no setting of a web or mail server that is here changes, and
# those that exclude each other (cyrus and dovecot) can be had together. What
# is there already, in the versions of today, is left alone.
set -eu

[ $# -eq 1 ] || { echo "usage: unpack.sh FOLDER" >&2; exit 2; }
named='roundcube-core roundcube-sqlite3 php-cli php-cgi php-sqlite3
    php-mbstring php-intl php-xml php-curl php-zip libjs-jquery
    libjs-jquery-ui postfix cyrus-common cyrus-caldav sasl2-bin'

command -v apt-get >/dev/null 2>&1 || {
	echo "The tests take their webmail servers from Debian's or" \
	    "Ubuntu's packages; there is no apt-get here." >&2
	exit 1
}
mkdir -p "$1"
cd "$1"
exec 9>lock
flock 9

# What would come along that is not on this machine. cyrus-imapd excludes
# dovecot-imapd and needs nothing but cyrus-common.
# shellcheck disable=SC2086
apt-get install --simulate --reinstall --no-install-recommends $named \
    apache2-bin- | sed -n 's/^Inst \([^ ]*\) .*(\([^ ]*\) .*/\1=\2/p' > wanted
version=$(apt-cache policy cyrus-imapd | sed -n 's/^ *Candidate: //p')
echo "cyrus-imapd=$version" >> wanted
if [ -d root ] && cmp -s wanted unpacked; then
	exit 0
fi

rm -rf packages root unpacked
mkdir packages root
(cd packages && xargs apt-get download -q -o APT::Sandbox::User=root < ../wanted >/dev/null)
for package in packages/*.deb; do
	dpkg -x "$package" root
done
rm -rf packages root/usr/share/doc root/usr/share/man root/usr/share/locale

# Links that lead out of the folder although what they mean is in it, and
# those within it whose end is not, since its package is installed here.
root=$PWD/root
find root -type l | while read -r link; do
	target=$(readlink "$link")
	case $target in
	/*)
		[ ! -e "$root$target" ] ||
		    ln -sfn --relative "$root$target" "$link"
		;;
	*)
		end=$(realpath -ms "$(dirname "$link")/$target")
		real=${end#"$root"}
		if [ "$end" != "$real" ] && [ ! -e "$end" ] &&
		    [ -e "$real" ]; then
			mkdir -p "$(dirname "$end")"
			ln -sfn "$real" "$end"
		fi
		;;
	esac
done
mv wanted unpacked
