using Cohort.Tensors;

namespace Cohort.Reports;

/// <summary>
/// Writes report.html: one file that opens offline, without a request to anywhere, in light and dark, on a phone and on paper; without scripts its
/// tables are still read. Text that a model wrote changes nothing but what is read.
/// </summary>
public static class RunReport
{
    /// <summary>The file's name inside a run directory.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes or replaces the report as a whole.</summary>
    /// <param name="runDirectory">Must exist.</param>
    /// <param name="content">What to show.</param>
    /// <returns>The report's path.</returns>
    /// <exception cref="IOException">The file cannot be written; an old report stays as it was.</exception>
    public static string Write(string runDirectory, ReportContent content)
    {
        var path = Path.Combine(runDirectory, FileName);
        AtomicFile.WriteText(path, Html(content));
        return path;
    }

    /// <summary>The page as text.</summary>
    internal static string Html(ReportContent content) => Page.Html(content.Title, $"""
        {HeaderSection.Of(content)}
        <main>
        {AlarmSection.Of(content.Runs)}
        {ResultsSection.Of(content)}
        {CurvesSection.Of(content.Runs)}
        {ReliabilitySection.Of(content.Runs)}
        {SamplesSection.Of(content.Samples)}
        {CompletionsSection.Of(content.Runs)}
        {LineageSection.Of(content)}
        {MetricsSection.Of(content.Runs)}
        </main>
        """);
}
