using System.Diagnostics;
using System.Globalization;
using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>A comparison's result for a terminal: lines of at most 100 columns, where names are not longer than usual.</summary>
public static class ComparisonText
{
    private const int ContendersPerTable = 3;

    /// <summary>The conclusion, then per task and arm what was learned, what differs, and what it cost, then the limits.</summary>
    public static IReadOnlyList<string> Lines(ComparisonResult result) =>
    [
        .. TextTable.Wrap(result.Headline),
        .. result.Arms.SelectMany(arm => Arm(arm, result)),
        .. Probes(result),
        "",
        "Limits",
        .. result.Limits.SelectMany(limit => TextTable.Wrap(limit, "  ")),
    ];

    private static IEnumerable<string> Arm(ArmResult arm, ComparisonResult result)
    {
        yield return "";
        foreach (var line in TextTable.Wrap($"{arm.Task}. {Limitations.Name(arm)}"))
            yield return line;

        yield return Invariant($"{arm.Problems:#,0} {(arm.OnValidation ? "validation" : "test")} problems, k = {arm.Samples}, {arm.Tokens:#,0} sampled tokens");
        foreach (var block in new[] { Finals(arm), Reaching(arm, result), Differences(arm, result), Numbers(arm) }.Where(block => block.Count > 0))
        {
            yield return "";
            foreach (var line in block)
                yield return line;
        }
    }

    private static List<string> Finals(ArmResult arm)
    {
        var measures = arm.Contenders.SelectMany(contender => contender.Measures).Select(result => result.Measure).Distinct().Order().ToArray();
        List<IReadOnlyList<string>> rows = [["percent solved at the end, ± 95 %", .. measures.Select(measure => Name(measure, arm.Samples)), "seeds"]];
        foreach (var contender in arm.Contenders)
        {
            rows.Add([contender.Name, .. measures.Select(measure => TextTable.PercentPlusMinus(Final(contender, measure))), $"{contender.Seeds.Count}"]);
        }

        return [.. TextTable.Lines(rows)];
    }

    private static List<string> Reaching(ArmResult arm, ComparisonResult result)
    {
        if (!double.IsFinite(arm.Threshold))
            return [];

        List<IReadOnlyList<string>> rows =
        [
            [$"to pass@1 = {Verdicts.Number(arm.Threshold)} %", "reached by", "tokens", result.WallClock ? "seconds" : "processor seconds"],
            .. arm.Contenders.Select(contender => (IReadOnlyList<string>)
            [
                contender.Name,
                $"{contender.Threshold.Reached} of {contender.Threshold.Seeds}",
                TextTable.PlusMinus(contender.Threshold.Tokens),
                TextTable.PlusMinus(contender.Threshold.Seconds),
            ]),
        ];
        return [.. TextTable.Lines(rows)];
    }

    private static List<string> Differences(ArmResult arm, ComparisonResult result)
    {
        if (arm.Pairs.Count == 0)
            return [];

        List<IReadOnlyList<string>> rows =
        [
            [$"points against {arm.Contenders[0].Name}", "pass@1", "greedy", "pass@1, equal time", "p", result.Comparisons > 1 ? "Holm p" : ""],
            .. arm.Pairs.Select(pair => (IReadOnlyList<string>)
            [
                pair.Contender,
                TextTable.Signed(pair.PassAt1.Interval),
                TextTable.Signed(pair.Greedy.Interval),
                TextTable.Signed(pair.PassAt1AtEqualTime.Interval),
                Verdicts.P(pair.PassAt1.PValue),
                result.Comparisons > 1 ? Verdicts.P(pair.PassAt1.AdjustedPValue) : "",
            ]),
        ];
        return [.. TextTable.Lines(rows), .. arm.Pairs.SelectMany(pair => TextTable.Wrap(pair.Sentence, "  "))];
    }

    private static List<string> Numbers(ArmResult arm) =>
        [.. arm.Contenders.Chunk(ContendersPerTable).SelectMany(contenders => TextTable.Lines(NumberRows(contenders)))];

    private static List<IReadOnlyList<string>> NumberRows(ContenderResult[] contenders)
    {
        List<IReadOnlyList<string>> rows =
        [
            ["mean over steps and seeds, ± 95 %", .. contenders.Select(contender => contender.Name)],
            ["parameters", .. contenders.Select(each => TextTable.Number(each.Cost.PolicyParameters + each.Cost.CriticParameters))],
            ["critic's share of them, %", .. contenders.Select(each => Verdicts.Number(each.Cost.CriticShare))],
        ];
        Add("peak memory, MiB", each => each.Cost.PeakMib);
        Add("steps", each => each.Cost.Steps);
        Add("seconds of training", each => each.Cost.Seconds);
        Add("processor seconds of training", each => each.Cost.ProcessorSeconds);
        Add("tokens per processor second", each => each.Cost.TokensPerProcessorSecond);
        foreach (var phase in contenders.SelectMany(each => each.Cost.Phases).Select(phase => phase.Metric).Distinct().ToArray())
            Add(phase + ", sum", each => each.Cost.Phases.Where(cost => cost.Metric == phase).Select(cost => cost.Seconds).FirstOrDefault(NotMeasured));

        foreach (var (metric, period) in contenders.SelectMany(Metrics).Select(summary => (summary.Metric, summary.Period)).Distinct().ToArray())
        {
            Add(metric + Name(period), each => Metrics(each).Where(summary => summary.Metric == metric && summary.Period == period)
                .Select(summary => summary.Mean).FirstOrDefault(NotMeasured));
        }

        return rows;

        void Add(string name, Func<ContenderResult, Interval> value)
        {
            if (contenders.Any(each => double.IsFinite(value(each).Estimate)))
                rows.Add([name, .. contenders.Select(each => TextTable.PlusMinus(value(each)))]);
        }

        static IEnumerable<MetricSummary> Metrics(ContenderResult contender) => [.. contender.Variance, .. contender.Critic, .. contender.TrustRegion];
    }

    private static IEnumerable<string> Probes(ComparisonResult result) => result.Probes.Count == 0 ? [] :
    [
        "",
        .. TextTable.Lines(
        [
            ["cost of a step in short runs", "G", "limit", "mean length", "seconds", "processor s", "peak MiB"],
            .. result.Probes.Select(probe => (IReadOnlyList<string>)
            [
                probe.Contender,
                $"{probe.SamplesPerPrompt}",
                $"{probe.MaxNewTokens}",
                TextTable.Number(probe.LengthMean),
                TextTable.Number(probe.StepSeconds),
                TextTable.Number(probe.ProcessorSeconds),
                TextTable.Number(probe.PeakMib),
            ]),
        ]),
    ];

    /// <summary>A measure as the field calls it, such as pass@4.</summary>
    internal static string Name(HeldOutMeasure measure, int samples) => measure switch
    {
        HeldOutMeasure.PassAt1 => "pass@1",
        HeldOutMeasure.PassAtK => Invariant($"pass@{samples}"),
        HeldOutMeasure.MajorityAtK => Invariant($"maj@{samples}"),
        HeldOutMeasure.Greedy => "greedy",
        _ => throw new UnreachableException(),
    };

    /// <summary>A part of the run, as an addition to a metric's name.</summary>
    internal static string Name(Period period) => period switch
    {
        Period.WholeRun => "",
        Period.FirstThird => ", first third",
        Period.LastThird => ", last third",
        _ => throw new UnreachableException(),
    };

    private static Interval Final(ContenderResult contender, HeldOutMeasure measure) =>
        contender.Measures.Where(result => result.Measure == measure).Select(result => result.Final).FirstOrDefault(NotMeasured);

    private static Interval NotMeasured => new(double.NaN, double.NaN, double.NaN);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
