#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# with-policies.sh COMMAND...: what installed.sh runs, to have the templates of
# the browsers' policies where they are for everyone, but for what would fetch
# the extension from a server.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
# Nowhere else is /etc one's own.
[ "$(findmnt -n -o FSTYPE /etc)" = overlay ] || {
	echo "This is for installed.sh" >&2
	exit 1
}
put() { # template folder
	mkdir -p "$2"
	python3 - "$source/packaging/policies/$1" "$2/${1##*/}" <<-'EOF'
		import json
		import sys
		with open(sys.argv[1]) as file:
		    policies = json.load(file)
		for each in (policies, policies.get("policies", {})):
		    each.pop("ExtensionInstallForcelist", None)
		    each.pop("ExtensionSettings", None)
		with open(sys.argv[2], "w") as file:
		    json.dump(policies, file)
	EOF
}
put chromium/nssmime.json /etc/chromium/policies/managed
put firefox/policies.json /etc/firefox/policies
exec "$@"
