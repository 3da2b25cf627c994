namespace Cohort.Reports;

/// <summary>Some problems with each model's answer side by side.</summary>
internal static class SamplesSection
{
    /// <summary>The section; nothing where there are no samples.</summary>
    public static Markup Of(IReadOnlyList<ReportSample> samples) => samples.Count == 0 ? Markup.Empty : $"""
        <section><h2>Answers</h2>
        {samples.Select(Sample)}</section>

        """;

    private static Markup Sample(ReportSample sample, int index) => $"""
        <article class="sample"><h3>Problem {index + 1}</h3>
        <div class="asked"><div><h4>prompt</h4>{ModelText.Of(sample.Prompt)}</div>{Reference(sample.Reference)}</div>
        <div class="answers">{sample.Answers.Select(Answer)}</div></article>

        """;

    private static Markup Reference(string reference) =>
        reference is "" ? Markup.Empty : $"<div><h4>correct answer</h4>{ModelText.Of(reference)}</div>";

    private static Markup Answer(ReportAnswer answer) => $"""
        <div class="answer"><h4>{answer.Label} {(answer.Passes ? Badge("pass", "✓ passes", answer) : Badge("fail", "✗ fails", answer))}</h4>
        {ModelText.Of(answer.Text)}</div>
        """;

    private static Markup Badge(string kind, string verdict, ReportAnswer answer) =>
        $"""<span class="badge {kind}">{verdict}, {Score(answer.Score)}</span>""";

    private static string Score(double score) => double.IsFinite(score) ? $"score {NumberText.Of(score)}" : "no score";
}
