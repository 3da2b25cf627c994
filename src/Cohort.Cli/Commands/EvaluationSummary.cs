using Cohort.Cli.Terminals;
using Cohort.Evaluation;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>What `evaluate` prints.</summary>
/// <param name="Set">The problems.</param>
/// <param name="Sampled">Sampled answers.</param>
/// <param name="Greedy">Most likely answers.</param>
/// <param name="Time">How long it took.</param>
internal sealed record EvaluationSummary(ProblemSet Set, EvaluationResult Sampled, EvaluationResult Greedy, TimeSpan Time)
{
    private const int MostReasons = 3;

    private int K => Sampled.SamplesPerProblem;

    /// <summary>Prints it to standard output.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="json">As one JSON object instead of a table.</param>
    public void Print(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(Json());
            return;
        }

        var leftOut = Set.LeftOut == 0 ? "" : $" ({Set.LeftOut:#,0} left out, as they do not fit the context)";
        terminal.Output.WriteLine(SafeText.Line($"{Set.Problems.Count:#,0} {Set.Title}{leftOut}, {Numbers.Time(Time)}"));
        var table = new Table().Border(TableBorder.Simple).AddColumns("answer", "pass@1", "95 % interval", "score", "mean tokens", "without score");
        foreach (var (name, result) in new[] { ("sampled", Sampled), ("greedy", Greedy) })
        {
            table.AddRow(
                name,
                Numbers.Percent(result.PassRate),
                Numbers.Range(result.PassInterval),
                double.IsNaN(result.ScoreMean) ? "–" : $"{result.ScoreMean:0.000}",
                $"{result.LengthMean:0.0}",
                $"{result.Unscored}");
        }

        if (K > 1)
        {
            table.AddRow($"best of {K}", Numbers.Percent(Sampled.PassAt(K)), $"(pass@{K}, unbiased)", "", "", "");
            table.AddRow($"majority of {K}", Numbers.Percent(Sampled.MajorityRate), Numbers.Range(Sampled.MajorityInterval), "", "", "");
        }

        terminal.Results.Write(table);
        var all = Sampled with { Answers = [.. Sampled.Answers, .. Greedy.Answers] };
        foreach (var (reason, count) in all.UnscoredReasons.Take(MostReasons))
            terminal.Output.WriteLine(SafeText.Line($"{count:#,0} of {all.Answers.Count:#,0} answers without score: {reason}"));
    }

    private string Json() => SharedOptions.ToJson(new
    {
        problems = Set.Problems.Count,
        left_out = Set.LeftOut,
        sampled = Describe(Sampled),
        greedy = Describe(Greedy),
        samples = K,
        pass_at_k = SharedOptions.Finite(Sampled.PassAt(K)),
        maj_at_k = SharedOptions.Finite(Sampled.MajorityRate),
        maj_at_k_low = SharedOptions.Finite(Sampled.MajorityInterval.Low),
        maj_at_k_high = SharedOptions.Finite(Sampled.MajorityInterval.High),
        seconds = Math.Round(Time.TotalSeconds, 3),
    });

    private static object Describe(EvaluationResult result) => new
    {
        pass_at_1 = SharedOptions.Finite(result.PassRate),
        low = SharedOptions.Finite(result.PassInterval.Low),
        high = SharedOptions.Finite(result.PassInterval.High),
        score_mean = SharedOptions.Finite(result.ScoreMean),
        length_mean_tokens = SharedOptions.Finite(result.LengthMean),
        unscored = result.Unscored,
        unscored_reasons = result.UnscoredReasons.Take(MostReasons).Select(reason => new { reason = reason.Reason, count = reason.Count }),
    };
}
