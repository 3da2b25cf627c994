#!/usr/bin/env bash
# eng/speed.sh OUT [PART...]   runs a peer and Cohort in turn, round by round, and prints the ratios; lines of JSON go to the folder OUT
# Parts: machine start tiny one-row small varied qwen scaling profile [default: all, then table]; step is tiny, whose lines have the step too.
#        before   the profile of the TorchSharp sampler and of the update as it is, to compare a later `profile` with
#        table    prints the table alone;   page [FILE]   writes docs/results/speed.md, or FILE, with its charts beside it
# A finished round is not run again: a run that was stopped goes on. Two cores take about 40 minutes, a third of them for qwen; nothing else should run.
# PEER          the peer's command, to which arguments are added [python3 bench/peer.py]
# PEER_VARIED   the same where lengths vary, if PEER is a script without --lengths [PEER]
set -euo pipefail
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
. "$root/eng/build.sh"
out=${1:?folder for the lines of JSON}
shift
parts=("$@")
[ "$#" -gt 0 ] || parts=(machine start tiny one-row small varied qwen scaling profile table)
peer=${PEER:-python3 $root/bench/peer.py}
peer_varied=${PEER_VARIED:-$peer}
bench=$root/bench/Cohort.Benchmarks/bin/Release/net10.0/Cohort.Benchmarks
mkdir -p "$out"
out=$(readlink -f -- "$out")

# line CASE ROUND SYSTEM COMMAND...: prints the command's line of JSON with these three, and the most resident memory that the kernel saw (VmHWM).
line() {
    local case=$1 round=$2 system=$3 most=0 now
    shift 3
    "$@" >"$out/.line" 2>"$out/.errors" & running=$!
    while kill -0 "$running" 2>/dev/null; do
        now=$(awk '/VmHWM/ { print $2 }' "/proc/$running/status" 2>/dev/null) || now=0
        [ "${now:-0}" -le "$most" ] || most=$now
        sleep 0.2
    done
    wait "$running" || { cat "$out/.errors" >&2; echo "speed: round $round of $case failed: $*" >&2; return 1; }
    running=
    sed "s/^{/{\"case\":\"$case\",\"round\":$round,\"system\":\"$system\",\"peak_rss_mb\":$((most / 1024)),/" "$out/.line"
}

# rounds CASE COUNT PEER ARGUMENTS [SYSTEM MORE_ARGUMENTS]...: rounds of the peer and of each system; every second round in the other order.
rounds() {
    local case=$1 count=$2 peer=$3 arguments=$4 round commands i
    shift 4
    commands=(peer "$peer $arguments")
    while [ "$#" -gt 0 ]; do
        commands+=("$1" "$bench shape $arguments $2")
        shift 2
    done
    for ((round = 1; round <= count; round++)); do
        ! grep -qs "\"round\":$round," "$out/$case.jsonl" || continue
        echo "$case: round $round of $count" >&2
        : >"$out/.round"
        for ((i = 0; i < ${#commands[@]}; i += 2)); do
            local at=$((round % 2 ? i : ${#commands[@]} - 2 - i))
            # shellcheck disable=SC2086 # a command with its arguments
            line "$case" "$round" "${commands[at]}" ${commands[at + 1]} >>"$out/.round"
        done
        cat "$out/.round" >>"$out/$case.jsonl"
    done
}

# profiled NAME ARGUMENTS...: prints where a run's time goes.
profiled() {
    local name=$1
    shift
    command -v perf >/dev/null || { echo "speed: there is no perf on the PATH; install it, or leave out the part 'profile'" >&2; return 1; }
    DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0 perf record --quiet --freq 199 -g --output "$out/.perf" -- \
        sh -c 'echo $$ >"$0"; exec "$@"' "$out/.pid" "$bench" shape "$@" >"$out/.line"
    perf script --input "$out/.perf" --fields comm,tid,ip,sym,dso 2>/dev/null | "$bench" profile "$out/.line" "$name"
    rm -f "$out/.perf" "/tmp/perf-$(cat "$out/.pid").map"
}

# started SYSTEM COMMAND...: seconds from the start of a command's process to the first sampled token of a run of the shape `tiny`.
started() {
    local system=$1
    shift
    rm -rf "$out/.run"
    "$@" train --out "$out/.run" --set model.kind=new --set model.hiddenSize=256 --set model.layers=4 --set model.heads=4 --set model.keyValueHeads=2 \
        --set model.contextLength=128 --set data.task=sort --set rollout.promptsPerStep=8 --set rollout.samplesPerPrompt=8 --set budget.steps=1 \
        --set evaluation.every=0 >"$out/.line" 2>&1 || { cat "$out/.line" >&2; return 1; }
    sed -n "s/.*\(\"time\/first_token_seconds\":[0-9.]*\).*/{\"system\":\"$system\",\1}/p" "$out/.run/metrics.jsonl" | head -n 1
}

run() {
    case $1 in
        machine) "$bench" machine >"$out/machine.jsonl" ;;
        start)
            "$root/cohort" --version >"$out/.line" # builds what is not built
            for _ in 1 2 3 4 5 6 7; do
                started executable "$root/src/Cohort.Cli/bin/Release/net10.0/Cohort.Cli"
                started script "$root/cohort"
            done >"$out/.starts"
            mv "$out/.starts" "$out/start.jsonl"
            ;;
        tiny | step) rounds tiny 7 "$peer" "--shape tiny --reps 3" cohort "" ;;
        one-row) rounds one-row 7 "$peer" "--shape tiny --prompts 1 --group 1 --reps 15" cohort "" cohort-bfloat16 "--weights bfloat16" ;;
        small) rounds small 7 "$peer" "--shape small --reps 1" cohort "" ;;
        varied)
            rounds varied-tiny 7 "$peer_varied" "--shape tiny --reps 2 --lengths 8-64" cohort ""
            rounds varied-small 7 "$peer_varied" "--shape small --reps 1 --lengths 8-64" cohort ""
            ;;
        qwen) rounds qwen 3 "$peer" "--shape qwen05b --prompts 2 --group 4 --reps 1" cohort "" cohort-bfloat16 "--weights bfloat16 --part rollout" ;;
        scaling) "$bench" scaling --reps 2 | tee "$out/.scaling" && mv "$out/.scaling" "$out/scaling.jsonl" ;;
        before)
            profiled "rollout, before" --part rollout --sampler torch --reps 20 >"$out/.profile"
            profiled "update, before" --part update --reps 10 --lengths 8-64 >>"$out/.profile"
            mv "$out/.profile" "$out/profile-before.jsonl"
            ;;
        profile)
            profiled "rollout" --part rollout --reps 40 >"$out/.profile"
            profiled "update" --part update --reps 10 --lengths 8-64 >>"$out/.profile"
            mv "$out/.profile" "$out/profile.jsonl"
            ;;
        table) "$bench" table "$out" ;;
        *)
            echo "speed: there is no part '$1'; the parts are machine, start, tiny, step, one-row, small, varied, qwen, scaling, profile, before, table and page" >&2
            return 2
            ;;
    esac
}

find_dotnet
output=$("$dotnet" build "$root/bench/Cohort.Benchmarks" --configuration Release --nologo -tl:off --verbosity quiet "-clp:NoSummary;ErrorsOnly" 2>&1) ||
    { printf '%s\n' "$output" >&2; exit 1; }
running= # what is measured now, which a stop must not leave behind
trap '[ -z "$running" ] || kill "$running" 2>/dev/null || true
    rm -rf "$out"/.line "$out"/.errors "$out"/.round "$out"/.perf "$out"/.pid "$out"/.profile "$out"/.scaling "$out"/.starts "$out"/.run' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$root"
if [ "${parts[0]}" = page ]; then
    "$bench" page "$out" "${parts[1]:-docs/results/speed.md}"
    exit
fi
load=$(cut -d " " -f 1 /proc/loadavg 2>/dev/null || echo 0)
! awk -v load="$load" 'BEGIN { exit !(load > 1) }' ||
    echo "speed: the load is $load: something else runs beside this, and slows the peer and Cohort unequally" >&2
for part in "${parts[@]}"; do
    run "$part"
done
