#!/usr/bin/env bash
# One GRPO step of a model of Qwen2.5-0.5B's exact shape with random weights: the forecast of `cohort plan`, then the peak that the kernel saw (VmHWM).
# Minutes, and up to 12 GiB. Use: eng/half-billion.sh MODELDIR [--set KEY=VALUE ...]; MODELDIR is made where it does not exist (2 GB).
#   eng/half-billion.sh half                                                          all weights, 4 prompts x 4 completions x 128 tokens
#   eng/half-billion.sh half --set rollout.samplesPerPrompt=8 --set model.adapter.kind=lora --set model.adapter.rank=16
cd "$(dirname -- "$0")/.." || exit
model=${1:?model folder}; shift
cohort=${COHORT:-./cohort}
out=$(mktemp -d) || exit
trap 'rm -rf -- "$out"' EXIT
if [ ! -e "$model" ]; then # the tokenizer is a tiny model's: the shape has far more tokens, as if padded
    "$cohort" sft --set model.kind=new --set data.task=sort --set steps=1 --set evaluation.every=0 --out "$out/tiny" > /dev/null || exit
    cat > "$out/config.json" << 'SHAPE'
{"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": 151936, "hidden_size": 896, "intermediate_size": 4864,
 "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, "max_position_embeddings": 32768, "rope_theta": 1000000.0,
 "rms_norm_eps": 1e-06, "hidden_act": "silu", "tie_word_embeddings": true, "use_sliding_window": false, "eos_token_id": 1, "pad_token_id": 0}
SHAPE
    "$cohort" init --config "$out/config.json" --tokenizer "$out/tiny/model" --out "$model" || exit
fi
options=(--set "model.path=$model" --set data.task=sort --set rollout.promptsPerStep=4 --set rollout.samplesPerPrompt=4
    --set rollout.maxNewTokens=128 --set budget.steps=1 --set evaluation.every=0 "$@")
"$cohort" plan "${options[@]}" || exit
forecast=$("$cohort" plan "${options[@]}" --json | grep -o '"peak_bytes":[0-9]*' | cut -d: -f2)
"$cohort" train "${options[@]}" --out "$out/run" & run=$!
peak=0
while kill -0 "$run" 2> /dev/null; do
    now=$(awk '/VmHWM/ { print $2 }' "/proc/$run/status" 2> /dev/null) # kB
    [ "${now:-0}" -gt "$peak" ] && peak=$now
    sleep 1
done
wait "$run"; code=$?
seconds=$(grep -o '"time/step_seconds":[0-9.]*' "$out/run/metrics.jsonl" | tail -1 | cut -d: -f2)
awk -v p="$peak" -v f="$forecast" -v s="$seconds" 'BEGIN {
    printf "peak %.2f GiB, forecast %.2f GiB (%+.1f %%), %.0f s per step\n", p / 2^20, f / 2^30, 100 * (f - p * 1024) / (p * 1024), s }'
exit "$code"
