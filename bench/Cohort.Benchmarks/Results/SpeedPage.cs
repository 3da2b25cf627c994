using System.Text.Json;
using MathNet.Numerics.Statistics;

namespace Cohort.Benchmarks.Results;

/// <summary>docs/results/speed.md: every number in it comes from the lines that were measured.</summary>
internal static class SpeedPage
{
    /// <summary>Writes the page, and its charts beside it.</summary>
    /// <param name="measured">The lines.</param>
    /// <param name="path">The page's file.</param>
    public static void Write(Measured measured, string path)
    {
        var missed = SpeedTable.Missed(measured).ToArray();
        File.WriteAllText(path, $"""
            # Speed, beside a PyTorch peer

            The peer is Hugging Face transformers, eager, with a cache of keys and values, on the same shapes with random weights (`bench/peer.py`). Peer and
            Cohort run in turn, each round a fresh process of each. A process gives the medians of its repetitions, after one that is not counted, of Cohort
            after two seconds, in which the runtime compiles; a ratio is of one round, and the table has the rounds' median, smallest and largest. Ratios above
            1 are in Cohort's favour. Cohort's numbers are those of its trainer's whole step: what is neither rollout nor reward counts as update.

                PEER="python3 bench/peer.py" eng/speed.sh OUT      # all of it; finished rounds are not run again
                eng/speed.sh OUT table                             # the table alone
                eng/speed.sh OUT page                              # this page

            {MachineOf(measured)}

            {SpeedTable.Of(measured)}

            {(missed.Length == 0 ? "Every goal that was measured is met." : "Missed:\n\n" + string.Join('\n', missed))}

            ## The limit

            Matrix products at the rate that the same processes reach with 2048 by 2048 matrices, and nothing else: 2 operations per parameter and sampled
            token, 6 in an update. Rollouts also read every weight once per token of all rows, at the measured bandwidth: for few rows that is the
            lower limit, which a model that fits a cache can pass. So can an update that computes a prompt once for all its completions.

            {Limits(measured)}

            ## How time grows

            Shape `tiny`, both axes logarithmic. The dashed line is proportional to what changes, and the last column says what the factor would then be.

            {ScalingCharts.Write(measured, Path.GetDirectoryName(Path.GetFullPath(path))!)}

            ## Where the time goes

            Samples of `perf`, 199 a second on each core, in `shape --part rollout` (completions of 64 tokens) and `shape --part update` (of 8 to 64), shape
            `tiny`, 64 rows. Busy is the processor time of all threads over wall-clock time and cores. Before: the TorchSharp sampler, and updates on padded
            rows.

            {Profiles(measured)}

            ## Start

            {Starts(measured)}

            ## Memory over a long run

            `eng/soak.sh` trains 1,000 steps and says how the resident memory went; what it printed last is in [soak.md](speed/soak.md).

            ## Parts

            Parts by themselves: `dotnet run -c Release --project bench/Cohort.Benchmarks -- parts --filter '*'`.

            """);
    }

    private static string MachineOf(Measured measured) => measured.Machine is not [var machine, ..] ? "" :
        $"""
        {Measured.Text(machine, "processor")}, {machine.GetProperty("cores")} cores, vectors of {machine.GetProperty("vector_bits")} bits,
        {machine.GetProperty("memory_gib")} GiB; matrix products of 2048 by 2048 by libtorch at {machine.GetProperty("matmul_gflops")} GFLOP/s, memory read at
        {machine.GetProperty("read_gb_per_second")} GB/s; {Measured.Text(machine, "system")}, {Measured.Text(machine, "runtime")}. {Peers(measured)}
        """;

    private static string Peers(Measured measured) =>
        measured.Runs.FirstOrDefault(line => Measured.Text(line, "system") == Measured.Peer) is { ValueKind: JsonValueKind.Object } peer
            ? $"The peer: {Measured.Text(peer, "peer")}, torch {Measured.Text(peer, "torch")}."
            : "";

    private static string Limits(Measured measured)
    {
        var rows = new List<string> { "| | limit | Cohort | share | peer's share |", "|---|---:|---:|---:|---:|" };
        foreach (var goal in Goal.All.Where(goal => goal.Unit == "tokens/s"))
        {
            var pairs = measured.Pairs(goal.Case, goal.System, goal.Field);
            if (pairs.Length == 0 || Limit(measured, goal) is not { } limit)
                continue;

            var (own, peer) = (pairs.Select(pair => pair.Own).Median(), pairs.Select(pair => pair.Peer).Median());
            rows.Add($"| {goal.What} | {SpeedTable.Short(limit)} | {SpeedTable.Short(own)} | {100 * own / limit:0} % | {100 * peer / limit:0} % |");
        }

        return string.Join('\n', rows);
    }

    private static double? Limit(Measured measured, Goal goal)
    {
        JsonElement[] lines = [.. measured.Runs.Where(line => Measured.Text(line, "case") == goal.Case && Measured.Text(line, "system") == goal.System)];
        var (parameters, rows) = (Measured.Number(lines[0], "parameters"), Measured.Number(lines[0], "rows"));
        var operations = measured.Runs.Where(line => Measured.Text(line, "case") == goal.Case && Measured.Text(line, "system") == "cohort")
            .Select(line => Measured.Number(line, "matmul_gflops")).Median() * 1e9;
        if (goal.Field == "update_tokens_per_second")
            return operations / (6 * parameters);

        var bytes = parameters * (Measured.Text(lines[0], "weights") == "exact" ? 4 : 2);
        return measured.Machine is [var machine, ..]
            ? Math.Min(operations / (2 * parameters), rows * Measured.Number(machine, "read_gb_per_second") * 1e9 / bytes)
            : null;
    }

    private static string Starts(Measured measured) => measured.Starts.Count == 0 ? "" :
        "From the start of the process to the first sampled token of `cohort train`, model of 3 million weights, 64 rows: "
        + string.Join("; ", from line in measured.Starts
                            group Measured.Number(line, "time/first_token_seconds") by Measured.Text(line, "system") into system
                            select $"{(system.Key == "script" ? "`./cohort`, built already" : "the executable")} {SpeedTable.Short(system.Median())} s, "
                                + $"{SpeedTable.Short(system.Min())} to {SpeedTable.Short(system.Max())} in {system.Count()} starts")
        + ". The goals are 2 s and 2.5 s.";

    private static string Profiles(Measured measured)
    {
        if (measured.Profiles.Count == 0)
            return "";

        var rows = new List<string>
        {
            "| | " + string.Join(" | ", measured.Profiles.Select(profile => Measured.Text(profile, "name"))) + " |",
            "|---|" + string.Concat(measured.Profiles.Select(_ => "---:|")),
            Row("tokens/s", profile => SpeedTable.Short((Given(profile, "sample_tokens_per_second") ?? Given(profile, "update_tokens_per_second"))!.Value)),
            Row("busy", profile => $"{100 * Measured.Number(profile, "busy_share"):0} %"),
        };
        rows.AddRange(Profile.Parts.Select(part => Row(part, profile => $"{100 * Measured.Number(profile.GetProperty("shares"), part):0.0} %")));
        return string.Join('\n', rows);

        string Row(string name, Func<JsonElement, string> cell) => $"| {name} | " + string.Join(" | ", measured.Profiles.Select(cell)) + " |";

        static double? Given(JsonElement line, string field) =>
            line.GetProperty(field) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
    }
}
