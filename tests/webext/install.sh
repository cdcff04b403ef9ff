#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# install.sh: what the extension is built and tested with, as package-lock.json
# has it, in webext/node_modules. Does nothing where that is there already; two
# build folders may ask at once.
set -eu
cd "$(dirname "$0")/../../webext"
version=$(node -p 'process.versions.node' || echo none)
if [ "${version%%.*}" = none ] || [ "${version%%.*}" -lt 18 ]; then
	echo "node 18 or newer is needed; here is: $version" >&2
	exit 1
fi
mkdir -p node_modules
exec 9>node_modules/.nssmime-lock
flock 9
# A copy says what was installed: npm removes it before it begins.
if ! cmp -s package-lock.json node_modules/.nssmime-installed; then
	npm ci --ignore-scripts
	cp package-lock.json node_modules/.nssmime-installed
fi
