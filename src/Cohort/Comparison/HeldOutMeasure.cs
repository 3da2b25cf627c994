using System.Diagnostics;
using System.Text.Json.Serialization;
using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>How a policy's answers to a held-out problem are counted.</summary>
public enum HeldOutMeasure
{
    /// <summary>Sampled pass@1: the share of its sampled answers that pass.</summary>
    [JsonStringEnumMemberName("pass_at_1")]
    PassAt1,

    /// <summary>The chance that at least one of k samples passes.</summary>
    PassAtK,

    /// <summary>Whether the commonest of the k sampled answers passes.</summary>
    [JsonStringEnumMemberName("maj_at_k")]
    MajorityAtK,

    /// <summary>Whether the most likely answer passes.</summary>
    Greedy,
}

/// <summary>Measures of a learning curve's lines.</summary>
internal static class HeldOutMeasures
{
    /// <summary>One problem's value in [0, 1]; NaN where it has no score.</summary>
    public static double OfProblem(EvaluationLine line, HeldOutMeasure measure, int samples, int problem) => measure switch
    {
        HeldOutMeasure.PassAt1 => (double)line.Passed[problem] / line.Scored[problem],
        HeldOutMeasure.PassAtK => line.Scored[problem] < samples ? double.NaN : PassAtK.Of(line.Scored[problem], line.Passed[problem], samples),
        HeldOutMeasure.MajorityAtK => line.Majority[problem],
        HeldOutMeasure.Greedy => line.Greedy[problem],
        _ => throw new UnreachableException(),
    };

    /// <summary>Mean over the problems that have a score; NaN where none has.</summary>
    public static double Mean(EvaluationLine line, HeldOutMeasure measure, int samples) =>
        Finite.Mean(Enumerable.Range(0, line.Scored.Count).Select(problem => OfProblem(line, measure, samples, problem)));

    /// <summary>Each problem's value where its curve is at an abscissa, interpolated between measurements.</summary>
    public static IReadOnlyList<double> ProblemsAt(
        IReadOnlyList<EvaluationLine> curve, Func<EvaluationLine, double> axis, double x, HeldOutMeasure measure, int samples)
    {
        var lines = CurveAxis.Rising(curve, axis);
        return [.. Enumerable.Range(0, curve[0].Scored.Count).Select(problem =>
            Interpolation.At([.. lines.Select(line => (axis(line), OfProblem(line, measure, samples, problem)))], x))];
    }
}

/// <summary>Means of what was measured; NaN stands for what was not.</summary>
internal static class Finite
{
    /// <summary>The values that are numbers.</summary>
    public static double[] Only(IEnumerable<double> values) => [.. values.Where(double.IsFinite)];

    /// <summary>Mean of the values that are numbers; NaN where none is.</summary>
    public static double Mean(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
