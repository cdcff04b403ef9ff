#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# root.sh ROOT FOLDER: installs the packages of FOLDER in ROOT, a fresh system
# that debootstrap made, has them try themselves there, and removes them again.
# What is left must be what was there, and the user's own data.
set -eu
[ $# -eq 2 ] || { echo "usage: root.sh ROOT FOLDER" >&2; exit 2; }
root=$1 packages=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
if [ -z "${NSSMIME_NAMESPACE-}" ]; then
	export NSSMIME_NAMESPACE=entered
	exec unshare --mount --pid --fork --kill-child --propagation private \
	    bash "$0" "$@"
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
	    DEBIAN_FRONTEND=noninteractive \
	    ${http_proxy:+"http_proxy=$http_proxy"} chroot "$root" "$@"
}

quietly() {
	"$@" >"$root/log" 2>&1 || {
		cat "$root/log" >&2
		return 1
	}
}

# Every file of the system, but dpkg's own books and what is only kept for
# speed. base-files makes /etc/opt without dpkg's knowledge, so that it goes
# with the last that lay in it.
everything() {
	(cd "$root" && find . \( -path ./proc -o -path ./dev \
	    -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
	    -o -path ./var/cache -o -path ./var/log -o -path ./tmp \
	    -o -path ./packages -o -path ./home -o -path ./log \
	    -o -path ./etc/opt -empty \) -prune \
	    -o -print | sort)
}

echo "== What the packages and their tests need"
mkdir -p "$root/packages/source"
cp "$packages"/nssmime_*.deb "$packages"/webext-nssmime_*.deb "$root/packages/"
cp -R "$source/packaging" "$source/tests" "$root/packages/source/"
needs=$(dpkg-deb -f "$root"/packages/nssmime_*.deb Depends)
quietly inside apt-get update -q
quietly inside apt-get satisfy -y -q --no-install-recommends \
    "$needs, python3, openssl, libnss3-tools, pinentry-tty"
quietly inside useradd --create-home alice
everything >"$root/packages/before"

echo "== Installing"
quietly inside sh -c 'dpkg -i /packages/*.deb'

echo "== Trying"
for test in $(sed -n 's/^Tests: //p' "$source/packaging/debian/tests/control")
do
	inside su alice -c \
	    "cd /packages/source && packaging/debian/tests/$test"
done
# With nothing set up yet there are notes, and no problems.
inside su - alice -c 'nssmime-host doctor'
# What a user and an administrator make.
inside su - alice -c 'mkdir -p .config/nssmime .local/share/nssmime &&
    echo "{}" >.config/nssmime/config.json &&
    echo data >.local/share/nssmime/kept'
echo '{}' >"$root/etc/nssmime/policy.json"
owa=$(inside nssmime-host install --owa --system | sed -n 's/.* by //p')
[ "$(echo "$owa" | wc -l)" = 4 ]
inside su - alice -c 'nssmime-host doctor --owa'
# Another program's takes the place of one of them.
foreign=$root$(echo "$owa" | grep vivaldi)
sed -i 's,/usr/libexec/nssmime/nssmime-host,/opt/another/program,' "$foreign"
own=$(inside find /home/alice -type f | sort)

echo "== Installing again, over what an administrator changed"
changed=$root/etc/chromium/native-messaging-hosts/nssmime.json
sed -i 's/"description": ".*"/"description": "changed here"/' "$changed"
quietly inside sh -c 'dpkg --force-confdef -i /packages/*.deb'
grep -q 'changed here' "$changed"

echo "== Removing"
quietly inside dpkg -r webext-nssmime nssmime
[ -e "$root/etc/nssmime/policy.json" ]
for file in $owa; do
	[ -e "$root$file" ]
done
if inside nssmime-host version 2>/dev/null; then
	echo "It is still there." >&2
	exit 1
fi
quietly inside dpkg --purge webext-nssmime nssmime
grep -q /opt/another/program "$foreign"
rm "$foreign"
rmdir "${foreign%/*}" "${foreign%/*/*}"
everything >"$root/packages/after"
diff "$root/packages/before" "$root/packages/after"
[ "$own" = "$(inside find /home/alice -type f | sort)" ]
echo "== Nothing is left but the user's own"
