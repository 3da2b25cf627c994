#!/usr/bin/env bash
# eng/gsm8k.sh DATA OUT   the whole way on GSM8K's text with a small model of random weights: init, SFT, GRPO with the reward "number", the same run killed
# with SIGKILL and resumed, evaluation on the test problems. DATA has train.jsonl and test.jsonl; OUT is made. Minutes on two cores.
# It shows that every part runs on such text, not that so small a model learns to reckon.
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
cohort=${COHORT:-$root/cohort}
data=${1:?folder with train.jsonl and test.jsonl}
out=${2:?where to put the runs}
steps=8
mkdir -p "$out"
exec 3<&0 # what runs in the background gets no input otherwise, and then shows no bars

# peak COMMAND...: runs it, and prints its time and the most memory that the kernel saw (VmHWM).
peak() {
    local begin=$SECONDS most=0 now code=0
    "$@" <&3 & local run=$!
    while kill -0 "$run" 2>/dev/null; do
        now=$(awk '/VmHWM/ { print $2 }' "/proc/$run/status" 2>/dev/null) || now=0
        [ "${now:-0}" -le "$most" ] || most=$now
        sleep 0.2
    done
    wait "$run" || code=$?
    awk -v s=$((SECONDS - begin)) -v p="$most" -v c="$code" 'BEGIN { printf "-- exit code %d, %d s, peak %.2f GiB\n", c, s, p / 2^20 }'
    return "$code"
}

# mean NAME FILE: of a metric over a run's steps.
mean() { grep -o "\"$1\":[0-9.eE+-]*" "$2" | awk -F: '{ sum += $2 } END { printf "%.4g", sum / NR }'; }

echo "== init"
mkdir -p "$out/shape"
cp "$root/tests/Cohort.Tests/Golden/tokenizers/qwen2_style/tokenizer.json" "$out/shape" # of bytes, with 164 merges: it knows any text
cat >"$out/shape/config.json" <<'END'
{ "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 425, "hidden_size": 96, "intermediate_size": 256, "num_hidden_layers": 2,
  "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 24, "max_position_embeddings": 512, "rms_norm_eps": 1e-6, "rope_theta": 10000,
  "tie_word_embeddings": true, "hidden_act": "silu", "eos_token_id": 420 }
END
"$cohort" init --config "$out/shape" --out "$out/start"

echo "== sft"
peak "$cohort" sft --out "$out/sft" --set data.kind=file --set data.path="$data/train.jsonl" --set data.longPrompts=drop \
    --set model.path="$out/start" --set steps=40 --set batchRows=16 --set optimizer.learningRate=0.003 --set evaluation.every=20 --set evaluation.problems=8 --set maxNewTokens=64

train() { # NAME: starts where the SFT ended; replaces the subshell that it is called in, so that its process is the run
    exec "$cohort" train --out "$out/$1" --set data.kind=file --set data.path="$data/train.jsonl" --set data.longPrompts=drop --set model.path="$out/sft/model" \
        --set algorithm=grpo --set reward.kind=number --set rollout.promptsPerStep=8 --set rollout.samplesPerPrompt=4 --set rollout.maxNewTokens=160 \
        --set budget.steps="$steps" --set checkpoints.every=2 --set evaluation.every=4 --set evaluation.problems=8 --set optimizer.learningRate=0.0003
}

echo "== train"
peak train whole

echo "== train, killed in step 4 or soon after, and resumed"
train killed <&3 & run=$!
until grep -q '"step":3[,}]' "$out/killed/metrics.jsonl" 2>/dev/null; do
    kill -0 "$run" 2>/dev/null || { echo "it ended before it could be killed" >&2; exit 1; }
    sleep 0.1
done
kill -9 "$run"
wait "$run" 2>/dev/null || echo "-- killed, exit code $?"
peak "$cohort" train --resume "$out/killed"
cmp "$out/whole/model/model.safetensors" "$out/killed/model/model.safetensors"
echo "-- the resumed run's model is the whole run's, bit for bit"

echo "== evaluate"
peak "$cohort" evaluate --model "$out/killed/model" --problems "$data/test.jsonl" --reward number --split all --count 100 --max-tokens 160 --long-prompts drop \
    --out "$out/answers.jsonl"

echo "== figures"
metrics=$out/whole/metrics.jsonl
echo "sampled tokens per second $(mean rate/rollout_tokens_per_second "$metrics"), seconds per step $(mean time/step_seconds "$metrics")"
wc -c "$out"/whole/model/* | sed "s|$out/||"
du -sh "$out/sft" "$out/whole" "$out/killed" | sed "s|$out/||"
