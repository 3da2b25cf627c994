#!/usr/bin/env bash
# eng/presets.sh OUT [SEED...]   trains every preset from one base per seed, and prints the table of docs/results/presets.md
# Four digits to sort, 40 steps of 128 completions, the same learning rate for all: a check that each algorithm learns, not a comparison.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
out=${1:?where to put the runs}
shift
seeds=("${@:-1}")
presets=(ppo grpo deepSeekMath drGrpo dapo gspo luspo cispo sapo gmpo gpg rloo reinforce reinforcePlusPlus reinforcePlusPlusBaseline remax opo gdpo)
task=(--set data.task=sort --set data.size=4)
mkdir -p "$out"

# rate MODEL: sampled pass@1 on 1,000 test problems, in per cent
rate() {
    local json
    json=$("$root/cohort" evaluate --model "$1" --task sort --size 4 --count 1000 --json)
    sed -n 's/.*"sampled":{"pass_at_1":\([0-9.e-]*\).*/\1/p' <<<"$json" | awk '{printf "%.1f", 100 * $1}'
}

run() { # NAME COMMAND...
    local name=$1
    shift
    "$root/cohort" "$@" --out "$out/$name" >"$out/$name.log" 2>&1 || { cat "$out/$name.log" >&2; exit 1; }
}

for seed in "${seeds[@]}"; do
    run "base-$seed" sft "${task[@]}" --set seed="$seed" --set threads=1 --set model.kind=new --set model.hiddenSize=32 --set model.layers=2 --set model.heads=2 \
        --set model.keyValueHeads=2 --set model.contextLength=16 --set steps=70 --set batchRows=64 --set optimizer.learningRate=0.004 --set evaluation.every=0
    passes=$(rate "$out/base-$seed/model")
    echo "$seed base $passes"
    for preset in "${presets[@]}"; do
        more=(--set rollout.promptsPerStep=16 --set rollout.samplesPerPrompt=8)
        [ "$preset" != ppo ] || more=(--set rollout.promptsPerStep=128 --set rollout.samplesPerPrompt=1 --set algorithm.advantage.critic.start.kind=fresh
            --set algorithm.advantage.critic.start.hiddenSize=32 --set algorithm.advantage.critic.optimizer.learningRate=0.002)
        [ "$preset" != dapo ] || more+=(--set rollout.maxRefills=2)
        run "$preset-$seed" train "${task[@]}" --set seed="$seed" --set threads=1 --set model.path="$out/base-$seed/model" --set algorithm=$preset --set budget.steps=40 \
            --set update.epochsPerStep=2 --set update.minibatchRows=64 --set optimizer.learningRate=0.0007 --set optimizer.schedule=linear --set evaluation.every=0 "${more[@]}"
        passes=$(rate "$out/$preset-$seed/model")
        echo "$seed $preset $passes"
    done
done | tee "$out/rates.txt" >&2

awk 'NR == FNR { if ($2 == "base") base[$1] = $3; next } $2 != "base" { n[$2]++; sum[$2] += $3; gain[$2] += $3 - base[$1]; list[$2] = list[$2] " " $3; if (n[$2] == 1) order[++k] = $2 }
    END { print "| preset | after, mean | gain, mean | per seed |"; print "|---|---|---|---|"
          for (i = 1; i <= k; i++) { p = order[i]; printf "| `%s` | %.1f | %+.1f |%s |\n", p, sum[p] / n[p], gain[p] / n[p], list[p] } }' "$out/rates.txt" "$out/rates.txt"
