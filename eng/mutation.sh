#!/usr/bin/env bash
# eng/mutation.sh          mutates the equations of the last commit (Advantages, Losses, the KL controller) and runs their tests on every mutant
# eng/mutation.sh REPORT   judges a mutation-report.json that is there already
# Every mutant must be killed, or stand with its reason in eng/mutation-survivors.txt. Takes about half an hour on 2 cores; ./test does not run it.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
. "$root/eng/build.sh"
find_dotnet

report=${1:-}
if [ -z "$report" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    git clone -q "$root" "$work/cohort"
    cd "$work/cohort"
    "$dotnet" tool restore >/dev/null
    (cd tests/Cohort.Tests && "$dotnet" stryker -f ../../eng/mutation.json --output "$work/output")
    report=$(find "$work/output" -name mutation-report.json)
    mkdir -p "$root/artifacts"
    cp "$report" "$root/artifacts/mutation-report.json"
    cd "$root"
fi
"$dotnet" run "$root/eng/MutationReport.cs" -- "$report" "$root/eng/mutation-survivors.txt"
