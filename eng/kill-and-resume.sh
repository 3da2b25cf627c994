#!/usr/bin/env bash
# Kills runs with SIGKILL ten times per algorithm (or as often as the first argument says), resumes them each time, and compares the result
# with runs that were never killed, bit for bit.
cd "$(dirname -- "$0")/.." || exit
dotnet build tests/Cohort.Tests --configuration Release --nologo --verbosity quiet "-clp:NoSummary;ErrorsOnly" || exit
COHORT_KILLS=${1:-10} dotnet test tests/Cohort.Tests/bin/Release/net10.0/Cohort.Tests.dll \
    --filter FullyQualifiedName~KillTests --logger "console;verbosity=detailed" | grep -E "^ *(sft|reward-model|grpo|ppo|ppo-lora): |Passed|Failed|Error|Expected|Actual"
exit "${PIPESTATUS[0]}"
