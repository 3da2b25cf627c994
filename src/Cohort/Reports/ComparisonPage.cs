using Cohort.Comparison;
using Cohort.Tensors;

namespace Cohort.Reports;

/// <summary>Writes the page of a comparison: one file that opens offline, the conclusion first and then what it rests on.</summary>
public static class ComparisonPage
{
    /// <summary>The file's name inside a comparison's directory.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes or replaces the page as a whole.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="result">What to show.</param>
    /// <param name="title">The heading, such as "ppo against grpo"; any text.</param>
    /// <exception cref="IOException">The file cannot be written; an old page stays as it was.</exception>
    public static void Write(string path, ComparisonResult result, string title) => AtomicFile.WriteText(path, Html(result, title));

    /// <summary>The page as text.</summary>
    internal static string Html(ComparisonResult result, string title) => Page.Html(title, $"""
        <header>
        <h1>{title}</h1>
        <p class="summary">{result.Headline}</p>
        {Facts(result.Facts)}
        </header>
        <main>
        {DifferencesSection.Of(result)}
        {LearningSection.Of(result)}
        {MetricSummarySection.Variance(result)}
        {MetricSummarySection.Critic(result)}
        {MetricSummarySection.TrustRegion(result)}
        {CostSection.Of(result)}
        {ContenderOptionsSection.Of(result)}
        {DefinitionsSection.Of(result)}
        {LineageSection.Of([.. result.Lineage.Select(fact => new ReportFact(fact.Key, fact.Value))])}
        </main>
        """);

    private static Markup Facts(IReadOnlyList<KeyValuePair<string, string>> facts) =>
        facts.Count == 0 ? Markup.Empty : $"""<dl class="facts">{facts.Select(Fact)}</dl>""";

    private static Markup Fact(KeyValuePair<string, string> fact) => $"<div><dt>{fact.Key}</dt><dd>{fact.Value}</dd></div>";
}

/// <summary>Words and numbers that the sections of a comparison share.</summary>
internal static class ArmText
{
    /// <summary>A task and its arm.</summary>
    public static string Name(ArmResult arm) => $"{arm.Task}, {arm.Arm.ToString().ToLowerInvariant()} arm";

    /// <summary>A number with its interval; nothing for what was not measured.</summary>
    public static string Interval(Evaluation.Interval interval) => !double.IsFinite(interval.Estimate) ? ""
        : NumberText.Of(interval.Estimate, digits: 3)
            + (double.IsFinite(interval.Low) ? $" ({NumberText.Of(interval.Low, digits: 3)} to {NumberText.Of(interval.High, digits: 3)})" : "");

    /// <summary>A share in percent with its interval; nothing for what was not measured.</summary>
    public static string Percent(Evaluation.Interval interval) => !double.IsFinite(interval.Estimate) ? ""
        : Verdicts.Number(interval.Estimate)
            + (double.IsFinite(interval.Low) ? $" ({Verdicts.Number(interval.Low)} to {Verdicts.Number(interval.High)})" : "");

    /// <summary>A mean curve with its band, each contender in its colour.</summary>
    public static ChartSeries Series(string contender, int index, IReadOnlyList<BandPoint> points, double factor = 1) => new(
        contender, [.. points.Select(point => new ChartPoint(point.X, factor * point.Mean, factor * point.Low, factor * point.High))])
    {
        Colour = index % Colours,
        Stroke = index / Colours,
    };

    /// <summary>Colours of the palette.</summary>
    public const int Colours = 6;
}
