# SPDX-License-Identifier: MPL-2.0
# bash completion for nssmime-host
# shellcheck shell=bash

_nssmime_host() {
	local word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	local programs='--chrome --chromium --edge --brave --vivaldi --firefox
	    --librewolf --thunderbird'
	local words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words='help version methods schemas install uninstall status
		    doctor check-evidence'
	elif [ "$before" != --content ]; then
		case ${COMP_WORDS[1]} in
		install) words="$programs --owa --system --replace" ;;
		uninstall) words="$programs --owa --system" ;;
		doctor) words='--json --owa' ;;
		check-evidence) words='--json --content' ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	# a mail, or a record of evidence
	if [ "${COMP_WORDS[1]}" = check-evidence ] &&
	    [ "$COMP_CWORD" -gt 1 ] && [ "${#COMPREPLY[@]}" -eq 0 ]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -F _nssmime_host nssmime-host
