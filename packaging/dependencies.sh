# SPDX-License-Identifier: MPL-2.0
# Sourced by try.sh and test.sh: what has to be installed, and installing it
# where that can be done.
# shellcheck shell=bash

# What the host is built of and runs with, by Debian's names.
build_packages='cmake ninja-build gcc libc6-dev pkg-config libnss3-dev
    libnspr4-dev libjson-c-dev libassuan-dev zlib1g-dev libidn2-dev
    libseccomp-dev libsqlite3-dev libcurl4-openssl-dev ca-certificates
    python3'
# What the demonstration needs besides.
demo_packages='libnss3-tools openssl'
# What makes Debian packages of it.
package_packages='build-essential debhelper dpkg-dev git libnss3-tools openssl
    unzip xz-utils'
# What the tests need besides.
test_packages='libcmocka-dev libnss3-tools openssl gpgsm gnupg softhsm2 clang
    clang-format git procps chromium firefox-esr thunderbird dovecot-imapd
    dovecot-lmtpd curl uidmap xvfb xdotool imagemagick zsh fish lintian
    debootstrap'

# Are we on Debian or something made of it?
have_apt() {
	command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1
}

# The packages of $* that are not installed.
missing_packages() {
	local package
	for package in "$@"; do
		dpkg -s "$package" 2>/dev/null |
		    grep -q '^Status: .* installed$' || echo "$package"
	done
}

# The library of the sanitizers and the fuzzer for the clang in use: its
# package carries clang's version in its name.
clang_runtime_package() {
	local version
	version=$(apt-cache depends clang 2>/dev/null |
	    sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
	[ -z "$version" ] || echo "libclang-rt-$version-dev"
}

# What the extension is built and tested with, where there is no node of at
# least 18 with its npm yet: those of other makers bring both in one package,
# beside which Debian's cannot be installed.
node_packages() {
	local version
	version=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) ||
	    version=0
	if [ "$version" -lt 18 ] || ! command -v npm >/dev/null 2>&1; then
		echo nodejs npm
	fi
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		echo "This needs root, so sudo may ask for your password:" \
		    "$*" >&2
		sudo "$@"
	else
		echo "Please run this as root, then start again: $*" >&2
		return 1
	fi
}

# What the tests want of dovecot is its programs: where it comes for them, it
# does not start, neither now nor with the system.
keep_dovecot_off() {
	local unit
	have_apt || return 0
	[ -n "$(missing_packages dovecot-core)" ] || return 0
	for unit in dovecot.service dovecot.socket; do
		if [ -e "/etc/systemd/system/$unit" ] ||
		    [ -L "/etc/systemd/system/$unit" ]; then
			continue
		fi
		as_root mkdir -p /etc/systemd/system || return 1
		as_root ln -s /dev/null "/etc/systemd/system/$unit" || return 1
	done
	echo "Dovecot is installed for the tests and stays off; to use it:" \
	    "systemctl unmask dovecot.service dovecot.socket"
}

# Installs what is missing of $*; asks for no rights if nothing is.
install_packages() {
	local missing
	if ! have_apt; then
		echo "There is no apt-get here. If something is missing" \
		    "below, install what your system calls these (the names" \
		    "are Debian's):" >&2
		echo "$*" | fmt -w 72 | sed 's/^/    /' >&2
		return 0
	fi
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	echo "Installing: $(echo "$missing" | tr '\n' ' ')"
	export DEBIAN_FRONTEND=noninteractive
	as_root apt-get update -q >/dev/null || return 1
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
	    --no-install-recommends $missing >/dev/null || return 1
}

# configure_and_build SOURCE FOLDER [cmake option...]: quietly, showing the
# output only where it fails. Only one generator can be used in a folder, so
# what is there goes on with the one it was made with.
configure_and_build() {
	local source=$1 folder=$2 log
	shift 2
	mkdir -p "$folder"
	log=$folder/build.log
	set -- -S "$source" -B "$folder" "$@"
	if [ ! -f "$folder/CMakeCache.txt" ] &&
	    command -v ninja >/dev/null 2>&1; then
		set -- -G Ninja "$@"
	fi
	if ! cmake "$@" >"$log" 2>&1 ||
	    ! cmake --build "$folder" --parallel "$(nproc)" >>"$log" 2>&1; then
		cat "$log" >&2
		echo "The build failed; the whole of it is in $log" >&2
		return 1
	fi
}

# make_root RELEASE FOLDER [PACKAGE,...]: a fresh, small system of that release.
# NSSMIME_MIRROR names another server than debootstrap's own for it.
make_root() {
	mkdir -p "$2"
	echo "== Making a fresh system: $1"
	debootstrap --variant=minbase ${3:+"--include=$3"} "$1" "$2" \
	    ${NSSMIME_MIRROR:+"$NSSMIME_MIRROR"} >"$2.log" 2>&1 || {
		tail -n 20 "$2.log" >&2
		return 1
	}
	rm -f "$2.log"
}
