#!/usr/bin/env bash
# eng/study.sh OUT [PART...]   runs the studies of docs/results/ppo-grpo.md and docs/results/ablations.md in OUT; what is finished there is not run again
# Parts: bases tune main epochs factorial grpo-parts ppo-critic [default: all, in this order]. COHORT_JOBS runs side by side [2], each with one thread.
# About two CPU-hours in all, 0.8 of them `main`; a run takes 10 to 90 seconds of one core.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
out=${1:?where to put the runs}
shift
parts=("${@:-}")
[ -n "${parts[0]}" ] || parts=(bases tune main epochs factorial grpo-parts ppo-critic)
mkdir -p "$out"
cp "$root"/eng/study/*.json "$out"
cd "$out"
tasks=(sort.json brackets.json countdown.json)
critic=(--critic "critic.optimizer.learningRate=0.001")
gae='algorithm.advantage={"kind":"critic","critic":{"optimizer":{"learningRate":0.001}}}'

# compare NAME ARGUMENT...: begins the comparison, or goes on with it
compare() {
    local name=$1
    shift
    if [ -f "$name/comparison.json" ]; then
        "$root/cohort" compare --resume "$name" --jobs "${COHORT_JOBS:-2}"
    else
        "$root/cohort" compare "$@" --jobs "${COHORT_JOBS:-2}" --out "$name"
    fi | tee "$name.txt"
}

for part in "${parts[@]}"; do
    case $part in
        bases)
            for task in sort brackets countdown; do
                [ -d "bases/$task/model" ] || "$root/cohort" sft "base-$task.json" --out "bases/$task"
            done
            ;;
        tune) # the same three trials for each algorithm, on validation problems, with seeds that no result uses
            for rate in 0.0001 0.0003 0.001; do
                compare "tune-$rate" "${tasks[@]}" --algorithms ppo,grpo --arms usual --split validation --first-seed 901 --seeds 2 --tokens 60000 --points 1 \
                    --no-cost-probes "${critic[@]}" --set optimizer.learningRate=$rate
            done
            ;;
        main)
            compare main "${tasks[@]}" --algorithms ppo,grpo --seeds 8 --tokens 100000 "${critic[@]}"
            ;;
        epochs) # the controlled arm again, with as many passes over a step's completions as PPO is published with
            compare epochs "${tasks[@]}" --algorithms ppo,grpo --arms controlled --seeds 5 --tokens 100000 --points 5 --no-cost-probes "${critic[@]}" \
                --set update.epochsPerStep=4
            ;;
        factorial)
            compare factorial factorial.json --seeds 5 --tokens 100000 --points 5 --no-cost-probes \
                --variant "group-32x8 rollout.promptsPerStep=32 rollout.samplesPerPrompt=8" \
                --variant "group-64x4 rollout.promptsPerStep=64 rollout.samplesPerPrompt=4" \
                --variant "gae-32x8 $gae rollout.promptsPerStep=32 rollout.samplesPerPrompt=8" \
                --variant "gae-64x4 $gae rollout.promptsPerStep=64 rollout.samplesPerPrompt=4" \
                --variant "ppo-256x1 $gae rollout.promptsPerStep=256 rollout.samplesPerPrompt=1"
            ;;
        grpo-parts)
            compare grpo-parts grpo-parts.json --seeds 5 --tokens 60000 --points 2 --no-cost-probes \
                --variant "grpo rollout.samplesPerPrompt=8" \
                --variant "group-4 rollout.promptsPerStep=64 rollout.samplesPerPrompt=4" \
                --variant "group-16 rollout.promptsPerStep=16 rollout.samplesPerPrompt=16" \
                --variant "no-std algorithm.advantage.scale=none" \
                --variant "batch-std algorithm.advantage.scale=batchDeviation" \
                --variant "kl-0.04 algorithm.kl.coefficient=0.04" \
                --variant "clip-0.05 algorithm.loss.low=0.05 algorithm.loss.high=0.05" \
                --variant "no-clip algorithm.loss.kind=unclipped" \
                --variant "token-mean algorithm.reduction=tokenMean" \
                --variant "fixed-length algorithm.reduction=fixedLength" \
                --variant "epochs-1 update.epochsPerStep=1" \
                --variant "epochs-4 update.epochsPerStep=4"
            ;;
        ppo-critic)
            compare ppo-critic ppo-critic.json --seeds 5 --tokens 60000 --points 2 --no-cost-probes \
                --variant "full-copy algorithm.advantage.lambda=0.95" \
                --variant "half-size algorithm.advantage.critic.start={\"kind\":\"fresh\",\"hiddenSize\":32,\"layers\":2,\"heads\":2}" \
                --variant "warm-start algorithm.advantage.critic.warmupSteps=5" \
                --variant "lambda-1 algorithm.advantage.lambda=1" \
                --variant "lambda-0.8 algorithm.advantage.lambda=0.8" \
                --variant "epochs-1 update.epochsPerStep=1"
            ;;
        *)
            echo "There is no part $part; there are bases tune main epochs factorial grpo-parts ppo-critic." >&2
            exit 2
            ;;
    esac
done
