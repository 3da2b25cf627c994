#!/usr/bin/env bash
# eng/reward-model.sh OUT   trains a reward model on preferences, then a weak policy by PPO against it, and prints what both came to; one thread, fixed seeds.
# Four digits to sort. The chosen answer is the right one; the rejected one has two digits swapped, one replaced (sorted again or not), one missing or one twice.
# The policy comes from demonstrations of which half are wrong. Its only reward is the reward model; "gold" is the task's verifier, which nothing is trained on.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
cohort=${COHORT:-$root/cohort}
out=${1:?where to put the runs}
task=(--set data.task=sort --set data.size=4)
mkdir -p "$out"

run() { # NAME COMMAND...: a run that is there already stays
    local name=$1
    shift
    [ ! -e "$out/$name/model" ] || return 0
    "$cohort" "$@" --threads 1 --seed 1 --out "$out/$name" >"$out/$name.log" 2>&1 || { cat "$out/$name.log" >&2; exit 1; }
}

# numbers METRIC NAME: the course of a metric in a run, a line per measurement
numbers() { sed -n "s|^{\"step\":\([0-9]*\).*\"$1\":\([0-9.eE+-]*\).*|\1 \2|p" "$out/$2/metrics.jsonl"; }

# rate MODEL: sampled pass@1 on the task's test problems, at most 1,000 of them, with its 95 % interval
rate() {
    "$cohort" evaluate --model "$1" --task sort --size 4 --count 1000 --json |
        sed -n 's/.*"sampled":{"pass_at_1":\([0-9.e-]*\),"low":\([0-9.e-]*\),"high":\([0-9.e-]*\).*/\1 \2 \3/p' | awk '{ printf "%.3f (%.3f to %.3f)", $1, $2, $3 }'
}

[ -e "$out/pairs.jsonl" ] || "$cohort" tasks sort --size 4 --count 6000 --seed 5 | awk '
    function below(n) { state = state * 16807 % 2147483647; return state % n } # the same in every awk
    function sorted(text,   i, j, result) { for (i = 0; i < 10; i++) for (j = 1; j <= length(text); j++) if (substr(text, j, 1) == i) result = result i; return result }
    function wrong(right,   kind, at, other) {
        kind = below(5); at = 1 + below(4); other = 1 + below(4)
        if (kind == 0) return at < other ? substr(right, 1, at - 1) substr(right, other, 1) substr(right, at + 1, other - at - 1) substr(right, at, 1) substr(right, other + 1) : right
        if (kind == 3) return substr(right, 1, at - 1) substr(right, at + 1)
        if (kind == 4) return substr(right, 1, at) substr(right, at)
        right = substr(right, 1, at - 1) below(10) substr(right, at + 1)
        return kind == 1 ? right : sorted(right)
    }
    BEGIN { state = 1 }
    {
        match($0, /"prompt":"[0-9]+="/); prompt = substr($0, RSTART + 10, RLENGTH - 11)
        right = sorted(prompt)
        do rejected = wrong(right); while (rejected == right)
        printf "{\"prompt\":\"%s\",\"chosen\":\"%s\",\"rejected\":\"%s\"}\n", prompt, right, rejected
    }' >"$out/pairs.jsonl"

run scorer reward-model --set data.path="$out/pairs.jsonl" --set model.kind=new --set model.hiddenSize=64 --set model.layers=2 --set model.heads=4 \
    --set model.keyValueHeads=4 --set model.contextLength=16 --set steps=600 --set batchPairs=64 --set centering=0.01 --set optimizer.learningRate=0.002 \
    --set optimizer.warmupSteps=20 --set optimizer.schedule=linear --set evaluation.every=100 --set evaluation.problems=500
run weak sft "${task[@]}" --set data.noise=0.5 --set model.kind=new --set model.hiddenSize=32 --set model.layers=2 --set model.heads=2 \
    --set model.keyValueHeads=2 --set model.contextLength=16 --set steps=120 --set batchRows=64 --set optimizer.learningRate=0.004 --set evaluation.every=0
run ppo train "${task[@]}" --set model.path="$out/weak/model" --set algorithm=ppo --set reward.kind=model --set reward.path="$out/scorer/model" \
    --set reward.microBatchRows=128 --set 'evaluation.metrics={"gold": {"kind": "task"}}' --set evaluation.every=10 --set evaluation.problems=500 --set budget.steps=60 \
    --set rollout.promptsPerStep=128 --set rollout.samplesPerPrompt=1 --set update.epochsPerStep=2 --set update.minibatchRows=64 \
    --set optimizer.learningRate=0.0007 --set algorithm.advantage.critic.start.kind=fresh --set algorithm.advantage.critic.start.hiddenSize=32 \
    --set algorithm.advantage.critic.optimizer.learningRate=0.002

echo '| reward model, step | held-out pairs ranked right | mean margin | calibration error |'
echo '|---|---|---|---|'
paste <(numbers validation/pair_accuracy_fraction scorer) <(numbers validation/pair_margin_mean scorer) <(numbers validation/calibration_error_fraction scorer) |
    awk '{ printf "| %d | %.3f | %.2f | %.3f |\n", $1, $2, $4, $6 }'
echo
echo '| PPO, step | reward on held-out problems | gold on held-out problems |'
echo '|---|---|---|'
paste <(numbers validation/sampled_score_mean ppo) <(numbers validation/metric/gold ppo) | awk '{ printf "| %d | %.2f | %.3f |\n", $1, $2, $4 }'
echo
echo "Share of sampled answers right on test problems: $(rate "$out/weak/model") before, $(rate "$out/ppo/model") after."
