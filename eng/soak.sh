#!/usr/bin/env bash
# eng/soak.sh OUT [STEPS] [--set KEY=VALUE ...]   trains GRPO and PPO for 1,000 steps each and prints their resident memory every 50 steps.
# Fails where the median of the last tenth exceeds that of the fifth tenth by more than 5 %: the collector's and the allocator's room settles in the first
# half, and a collection moves a single step by up to 20 MiB.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
out=${1:?where to put the runs}
steps=${2:-1000}
set -- "${@:3}"
mkdir -p "$out"

for algorithm in grpo ppo; do
    rows=(--set rollout.promptsPerStep=8 --set rollout.samplesPerPrompt=8)
    [ $algorithm != ppo ] || rows=(--set rollout.promptsPerStep=64 --set rollout.samplesPerPrompt=1)
    "$root/cohort" train --set algorithm=$algorithm --set data.task=sort --set data.size=8 --set budget.steps="$steps" \
        --set model.kind=new --set model.hiddenSize=64 --set model.layers=2 --set model.contextLength=64 \
        --set evaluation.every=100 --set checkpoints.every=100 "${rows[@]}" "$@" \
        --out "$out/$algorithm" >"$out/$algorithm.log" 2>&1 || { cat "$out/$algorithm.log" >&2; exit 1; }
    sed -n 's/^{"step":\([0-9]*\),.*"memory\/resident_mib":\([0-9.]*\).*/\1 \2/p' "$out/$algorithm/metrics.jsonl" >"$out/$algorithm.txt"
done

echo "| step | GRPO, MiB | PPO, MiB |"
echo "|---|---|---|"
paste -d ' ' "$out/grpo.txt" "$out/ppo.txt" | awk '$1 == 1 || $1 % 50 == 0 { printf "| %d | %.0f | %.0f |\n", $1, $2, $4 }'
echo

median() { # FILE FIRST LAST
    awk -v first="$2" -v last="$3" '$1 >= first && $1 <= last { print $2 }' "$1" | sort -n |
        awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'
}

code=0
for algorithm in grpo ppo; do
    early=$(median "$out/$algorithm.txt" $((steps * 2 / 5 + 1)) $((steps / 2)))
    late=$(median "$out/$algorithm.txt" $((steps - steps / 10 + 1)) "$steps")
    awk -v name=$algorithm -v early="$early" -v late="$late" 'BEGIN {
        printf "%s: median of the fifth tenth %.1f MiB, of the last %.1f MiB (%+.1f %%)\n", name, early, late, 100 * (late / early - 1)
        exit late > 1.05 * early }' || code=1
done
exit $code
