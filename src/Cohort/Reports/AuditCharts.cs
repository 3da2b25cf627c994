using System.Globalization;
using Cohort.Audit;

namespace Cohort.Reports;

/// <summary>An audit's charts.</summary>
internal static class AuditCharts
{
    private static readonly string[] Critics = ["exact V", "trained V", "wrong V"];
    private static readonly string[] StaleLosses =
        ["no ratio (REINFORCE)", "token ratio, no clip", "product ratio, no clip", "clipped (PPO)", "clipped weight (CISPO)"];

    /// <summary>The charts of one policy.</summary>
    public static IReadOnlyList<Chart> Of(AuditSubject subject) =>
    [
        new("What one batch is worth", "advantages", "fresh REINFORCE batches", [Worth(subject.Sections[0])]) { FromZero = true },
        new("Direction of generalized advantages", "λ", "cosine to the exact gradient", OverLambda(subject, row => row.Cosine)),
        new("Worth of generalized advantages", "λ", "fresh REINFORCE batches", OverLambda(subject, row => row.EffectiveSampleSize ?? double.NaN))
        {
            FromZero = true,
        },
        new("Bias on stale data", "KL(old || current), nats", "bias, relative to the gradient",
            [.. StaleLosses.Select((name, colour) => Stale(subject, name, colour))])
        {
            FromZero = true,
        },
        new(AuditPage.SurrogateTitle, "path up the gradient of J", "change of the expectation",
        [
            Line(subject, "J", 0, point => point.Objective), Line(subject, "product of ratios", 1, point => point.Product) with { Stroke = 1 },
            Line(subject, "sum of token ratios", 2, point => point.Token), Line(subject, "clipped (PPO)", 3, point => point.Clipped),
        ]),
        new("Normalizing advantages", "responses of a batch", "beside the gradient",
            [Beside(subject, "plain", false, 0), Beside(subject, "normalized", true, 1)])
        {
            FromZero = true,
        },
    ];

    private static ChartSeries Worth(AuditSection section) => new("worth", [.. section.Rows.Select(
        (row, place) => new ChartPoint(place, row.EffectiveSampleSize ?? double.NaN, Category: row.Name))])
    { Mark = ChartMark.Bar };

    private static ChartSeries[] OverLambda(AuditSubject subject, Func<AuditRow, double> of)
    {
        var rows = subject.Sections.SelectMany(section => section.Rows).ToLookup(row => row.Name);
        return [.. Critics.Select((critic, colour) => new ChartSeries(critic, [.. AuditedCritic.Lambdas.Select(lambda => new ChartPoint(
            lambda, of(rows[string.Create(CultureInfo.InvariantCulture, $"{critic}, λ {lambda}")].Single())))]) { Colour = colour })];
    }

    // On fresh data first, then by how stale it is.
    private static ChartSeries Stale(AuditSubject subject, string name, int colour)
    {
        var rows = subject.Sections.SelectMany(section => section.Rows).Where(row => row.Name == name);
        return new(name, [.. rows.Zip([0, .. AuditRun.Staleness], (row, kl) => new ChartPoint(kl, row.RelativeError))]) { Colour = colour };
    }

    private static ChartSeries Beside(AuditSubject subject, string name, bool normalized, int colour) => new(
        name, [.. subject.Normalization.Where(row => row.Normalized == normalized).Select(row => new ChartPoint(row.Responses, row.Perpendicular))])
    {
        Colour = colour,
    };

    private static ChartSeries Line(AuditSubject subject, string name, int colour, Func<SurrogatePoint, double> of) =>
        new(name, [.. subject.Surrogate.Select(point => new ChartPoint(point.Step, of(point)))]) { Colour = colour };
}
