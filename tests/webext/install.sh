#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# install.sh: what the extension is built and tested with, as package-lock.json
# has it, in webext/node_modules. Does nothing where that is there already; two
# build folders may ask at once.
set -eu
cd "$(dirname "$0")/../../webext"
mkdir -p node_modules
exec 9>node_modules/.nssmime-lock
flock 9
# A copy says what was installed: npm removes it before it begins.
if ! cmp -s package-lock.json node_modules/.nssmime-installed; then
	npm ci --ignore-scripts
	cp package-lock.json node_modules/.nssmime-installed
fi
