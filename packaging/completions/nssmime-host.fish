# SPDX-License-Identifier: MPL-2.0
# fish completion for nssmime-host

set -l called complete -c nssmime-host -n __fish_use_subcommand -f
$called -a help -d 'What the program can be called with'
$called -a version -d 'Its version'
$called -a methods -d 'What a mail program or browser may ask for'
$called -a schemas -d 'The same with its parameters, as JSON'
$called -a install -d 'Let programs find it'
$called -a uninstall -d 'Take that back'
$called -a status -d 'What is installed where'
$called -a doctor -d 'Whether all is as it has to be'
$called -a check-evidence -d 'Whether a record of evidence holds'

set -l both complete -c nssmime-host -f \
    -n '__fish_seen_subcommand_from install uninstall'
$both -l chrome -d 'Google Chrome'
$both -l chromium -d Chromium
$both -l edge -d 'Microsoft Edge'
$both -l brave -d Brave
$both -l vivaldi -d Vivaldi
$both -l firefox -d Firefox
$both -l librewolf -d LibreWolf
$both -l thunderbird -d Thunderbird
$both -l owa -d 'For Outlook on the web'
$both -l system -d 'For everyone'
complete -c nssmime-host -f -n '__fish_seen_subcommand_from install' \
    -l replace -d "Also what is another program's"

complete -c nssmime-host -f -l json -d 'As JSON' \
    -n '__fish_seen_subcommand_from doctor check-evidence'
complete -c nssmime-host -f -n '__fish_seen_subcommand_from doctor' \
    -l owa -d 'Outlook on the web, too'
complete -c nssmime-host -n '__fish_seen_subcommand_from check-evidence' \
    -l content -r -F -d 'The mail'
for command in help version methods schemas status
    complete -c nssmime-host -f -n "__fish_seen_subcommand_from $command"
end
