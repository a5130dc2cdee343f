#!/usr/bin/env bash
# Makes a plan and puts its text into the job's summary, as a block in which nothing is read as Markdown. The inputs come as
# variables, so that none of them is part of a script.
set -uo pipefail

cd -- "${BUS_PLAN_DIRECTORY:-.}" || exit 2
arguments=()
while IFS= read -r argument; do
  [[ -n $argument ]] && arguments+=("$argument")
done <<<"${BUS_PLAN_ARGUMENTS:-}"

text=$(bus operator database plan --check --color never "${arguments[@]+"${arguments[@]}"}" 2>&1)
status=$?

case $status in
0) title='Nothing to do' ;;
3) title='There is work to do' ;;
*) title="No plan: exit status $status" ;;
esac

# A fence longer than any in the text: names are whatever somebody called them.
fence='```'
while [[ $text == *"$fence"* ]]; do fence+='`'; done
{
  printf '### bus operator database plan: %s\n\n' "$title"
  # A summary takes 1 MiB.
  printf '%s\n%s\n%s\n' "$fence" "${text:0:900000}" "$fence"
} >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
printf 'exit-status=%s\n' "$status" >>"${GITHUB_OUTPUT:-/dev/null}"

if [[ $status == 3 && ${BUS_PLAN_FAIL_ON_WORK:-false} != true ]]; then exit 0; fi
exit "$status"
