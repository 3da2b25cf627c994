using System.Globalization;
using Cohort.Audit;
using Cohort.Tensors;

namespace Cohort.Reports;

/// <summary>Writes an audit's page: what follows, the tables behind it, charts and definitions, in one file that opens offline.</summary>
public static class AuditPage
{
    /// <summary>The file's name inside the audit's folder.</summary>
    public const string FileName = "audit.html";

    private const string NormalizationTitle = "Normalizing advantages per minibatch";
    private const string LengthsTitle = "Length under each reduction";
    internal const string SurrogateTitle = "The surrogate is not J";

    private static readonly (string Term, string Definition)[] Definitions =
    [
        ("cosine", "Of the angle between the estimator's expected gradient and the exact gradient of its objective; 0 where the expectation vanishes."),
        ("bias", "|expected - exact| / |exact|. A factor is a part of it: half of the gradient has a bias of 0.5 and a cosine of 1."),
        ("beside", "The part of the expected gradient at a right angle to the exact one, relative to it: what no learning rate mends."),
        ("variance", "E|gradient of a batch - its expectation|² / |exact|², times the "
            + "batch's expected tokens over those of the standard batch: at equal sampled tokens."),
        ("worth", "Effective sample size: how many fresh batches of REINFORCE without a baseline, of the same number of sampled tokens, have the "
            + "signal-to-noise ratio (expected · exact)² / (|exact|² E|gradient - expected|²) of one batch. Greedy completions count as tokens. "
            + "A factor on the loss changes nothing; "
            + "0 is an expectation that does not point along the gradient; a dash stands where REINFORCE has no such objective."),
        ("±", "Standard error of the expected gradient, where batches were drawn; "
            + "elsewhere every batch was summed over and the numbers are exact to rounding."),
        ("settings", "What makes a run use the row, as for --set; empty where no option does, or where the library refuses the combination."),
    ];

    /// <summary>Writes or replaces the page as a whole.</summary>
    /// <param name="folder">Must exist.</param>
    /// <param name="result">What was measured.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="IOException">The file cannot be written; an old page stays as it was.</exception>
    public static string Write(string folder, AuditResult result)
    {
        var path = Path.Combine(folder, FileName);
        AtomicFile.WriteText(path, Html(result));
        return path;
    }

    /// <summary>The page as text.</summary>
    internal static string Html(AuditResult result) => Page.Html("Audit of estimators, losses and KL penalties", $"""
        <header><h1>Audit of estimators, losses and KL penalties</h1>
        <p class="summary">{result.Task} {result.SamplesPerPrompt} completions per prompt in a batch;
        seed {result.Seed.ToString(CultureInfo.InvariantCulture)}.</p></header>
        <main>
        {result.Subjects.Select(Subject)}
        {Clipping(result.Clipping, result.ClippingFollows)}
        <section><h2>Definitions</h2><dl>{Definitions.Select(Definition)}</dl></section>
        </main>
        """);

    private static Markup Definition((string Term, string Text) entry) => $"<dt>{entry.Term}</dt><dd>{entry.Text}</dd>";

    private static Markup Subject(AuditSubject subject) => $"""
        <section><h2>{subject.Name}: {subject.Description}</h2>
        <p class="note">Pass rates of the prompts {string.Join(", ", subject.PassRates.Select(rate => NumberText.Of(rate, digits: 2)))};
        expected score {NumberText.Of(subject.ExpectedScore)}, of its reference {NumberText.Of(subject.ReferenceScore)}; KL to it
        {NumberText.Of(subject.SequenceKl)} nats; {NumberText.Of(subject.TokensPerBatch)} expected tokens a batch.</p>
        <h3>What follows</h3><ul>{subject.Sections.Select(section => Conclusion(section.Title, section.Follows))}
        {Conclusion(NormalizationTitle, subject.NormalizationFollows)}{Conclusion(LengthsTitle, subject.LengthsFollow)}
        {Conclusion(SurrogateTitle, subject.SurrogateFollows)}</ul>
        <div class="charts">{AuditCharts.Of(subject).Select(ChartFigure.Of)}</div>
        {subject.Sections.Select(Section)}
        {Identities(subject.Identities)}{Normalization(subject.Normalization)}{Lengths(subject.Lengths)}</section>

        """;

    private static Markup Conclusion(string title, string follows) => $"<li><b>{title}.</b> {follows}</li>";

    private static Markup Section(AuditSection section) => Table(
        section.Title,
        section.About,
        ["against", "cosine", "bias", "beside", "variance", "worth", "±", "what is said", "settings"],
        section.Rows.Select(row => (row.Name, (string[])
        [
            row.Objective, Number(row.Cosine), Number(row.RelativeError), Number(row.Perpendicular), Number(row.Variance),
            Number(row.EffectiveSampleSize ?? double.NaN),
            Error(row.StandardError), row.Claim, row.Settings,
        ])));

    private static Markup Identities(IReadOnlyList<AuditIdentity> identities) => Table(
        "Identities", "Relative to the exact gradient: rounding where the identity holds.", ["value", "should vanish"],
        identities.Select(identity => (identity.Name, (string[])[Number(identity.Value), identity.Holds ? "yes" : "no"])));

    private static Markup Normalization(IReadOnlyList<NormalizationRow> rows) => Table(
        NormalizationTitle, "Generalized advantages of an exact critic, λ = 1; size is the step along the exact gradient.",
        ["cosine", "bias", "beside", "size", "±"],
        rows.Select(row => ($"{row.Responses} responses, {(row.Normalized ? "normalized" : "plain")}", (string[])
        [
            Number(row.Cosine), Number(row.RelativeError), Number(row.Perpendicular), Number(row.Projection), Error(row.StandardError),
        ])));

    private static Markup Lengths(IReadOnlyList<LengthRow> rows) => Table(
        LengthsTitle, "Shares of the expected gradient in percent, by outcome and length; long is more than half of the limit.",
        ["cosine", "short right", "long right", "short wrong", "long wrong"],
        rows.Select(row => (row.Reduction, (string[])
        [
            Number(row.Cosine), NumberText.Percent(row.ShortRight), NumberText.Percent(row.LongRight), NumberText.Percent(row.ShortWrong),
            NumberText.Percent(row.LongWrong),
        ])));

    private static Markup Clipping(IReadOnlyList<ClippingCell> cells, string follows)
    {
        string[] heads = [.. cells.Select(cell => cell.Ratio).Distinct().Select(ratio => $"r = {Number(ratio)}")];
        var rows = cells.GroupBy(cell => cell.Advantage).Select(row => ($"A = {Number(row.Key)}", row.Select(cell => Number(cell.Kept)).ToArray()));
        var table = Table(
            "Gradient of the clipped surrogate over r A ∇log π, clip 0.2",
            $"1 goes on, 0 has stopped. {follows}", heads, rows);
        return $"""
            <section><h2>Where the clip stops the gradient</h2>{table}</section>

            """;
    }

    private static Markup Table(string title, string about, string[] heads, IEnumerable<(string Name, string[] Cells)> rows) => $"""
        <h3>{title}</h3>
        <div class="scroll" role="region" aria-label="{title}" tabindex="0"><table>
        <caption>{about}</caption>
        <thead><tr><th scope="col"></th>{heads.Select(Head)}</tr></thead>
        <tbody>{rows.Select(Row)}</tbody></table></div>

        """;

    private static Markup Head(string head) => $"""<th scope="col">{head}</th>""";

    private static Markup Row((string Name, string[] Cells) row) => $"""<tr><th scope="row">{row.Name}</th>{row.Cells.Select(Cell)}</tr>""";

    private static Markup Cell(string cell) => $"<td>{cell}</td>";

    private static string Error(double standardError) => standardError > 0 ? Number(standardError) : "";

    private static string Number(double value) => Math.Abs(value) < 1e-9 ? "0" : NumberText.Of(value, digits: 3);
}
