using System.Globalization;
using Cohort.Audit;
using Cohort.Comparison;

namespace Cohort.Cli.Commands;

/// <summary>An audit as tables of at most 100 columns, each with what follows from it.</summary>
internal static class AuditTables
{
    private const int Names = 50;

    /// <summary>Prints them.</summary>
    /// <param name="output">Where.</param>
    /// <param name="result">What was measured.</param>
    /// <param name="path">Where it was written; empty for nowhere.</param>
    public static void Print(TextWriter output, AuditResult result, string path)
    {
        Wrapped(output, result.Task);
        Wrapped(output, "cosine: of the expected to the exact gradient. bias: |expected - exact| / |exact|. beside: the part of it that no "
            + "learning rate mends. variance: of one batch over |exact|², at equal sampled tokens. worth: fresh batches of REINFORCE without a baseline, of "
            + "as many tokens, that have the same signal-to-noise ratio. ± is the standard error where batches were drawn.");
        foreach (var subject in result.Subjects)
            Print(output, result, subject);

        Clipping(output, result.Clipping, result.ClippingFollows);
        if (path != "")
            Wrapped(output, $"Everything is in {path}.");
    }

    private static void Print(TextWriter output, AuditResult result, AuditSubject subject)
    {
        output.WriteLine();
        output.WriteLine(Text($"=== {subject.Name}: {subject.Description}"));
        Wrapped(output, Text(
            $"Pass rates {string.Join(", ", subject.PassRates.Select(rate => Text($"{rate:0.00}")))}; ")
            + Text($"expected score {subject.ExpectedScore:0.000}, of its reference {subject.ReferenceScore:0.000}; KL to it {subject.SequenceKl:0.000} nats; ")
            + Text($"{subject.TokensPerBatch:0.0} tokens a batch of {result.SamplesPerPrompt} completions per prompt."));
        foreach (var section in subject.Sections)
            Print(output, section);

        Title(output, "Identities, relative to the exact gradient");
        foreach (var identity in subject.Identities)
            output.WriteLine(Text($"  {identity.Name,-72}{identity.Value,12:0.0e+0}"));

        Normalization(output, subject.Normalization, subject.NormalizationFollows);
        Lengths(output, subject.Lengths, subject.LengthsFollow);
        Surrogate(output, subject.Surrogate, subject.SurrogateFollows);
    }

    private static void Print(TextWriter output, AuditSection section)
    {
        Title(output, section.Title);
        Wrapped(output, section.About);
        output.WriteLine($"  {"",-Names}{"cosine",8}{"bias",8}{"beside",8}{"variance",10}{"worth",8}");
        foreach (var objective in section.Rows.GroupBy(row => row.Objective))
        {
            if (section.Rows[0].Objective != section.Rows[^1].Objective)
                output.WriteLine($"  against {objective.Key}");

            foreach (var row in objective)
            {
                var worth = row.EffectiveSampleSize is { } batches ? Number(batches) : "–";
                var error = row.StandardError > 0 ? Text($" ±{row.StandardError:0.00}") : "";
                output.WriteLine(Text($"  {row.Name,-Names}{row.Cosine,8:0.000}{Number(row.RelativeError),8}{Number(row.Perpendicular),8}")
                    + Text($"{Number(row.Variance),10}{worth,8}{error}"));
            }
        }

        Follows(output, section.Follows);
    }

    private static void Normalization(TextWriter output, IReadOnlyList<NormalizationRow> rows, string follows)
    {
        Title(output, "\"Normalizing advantages per minibatch keeps the expected direction\"");
        output.WriteLine($"  {"responses",-Names}{"cosine",8}{"bias",8}{"beside",8}{"size",10}");
        foreach (var row in rows)
            output.WriteLine(Text($"  {row.Responses + (row.Normalized ? ", normalized" : ", plain"),-Names}{row.Cosine,8:0.000}")
                + $"{Number(row.RelativeError),8}{Number(row.Perpendicular),8}{Number(row.Projection),10}"
                + (row.StandardError > 0 ? Text($" ±{row.StandardError:0.00}") : ""));

        Follows(output, follows);
    }

    private static void Lengths(TextWriter output, IReadOnlyList<LengthRow> rows, string follows)
    {
        Title(output, "\"1/|o| removes length bias\": shares of the expected gradient");
        output.WriteLine($"  {"",-30}{"cosine",8}{"short right",13}{"long right",13}{"short wrong",13}{"long wrong",13}");
        foreach (var row in rows)
            output.WriteLine(Text($"  {row.Reduction,-30}{row.Cosine,8:0.000}{row.ShortRight,13:0.0 %}")
                + Text($"{row.LongRight,13:0.0 %}{row.ShortWrong,13:0.0 %}{row.LongWrong,13:0.0 %}"));

        Follows(output, follows);
    }

    private static void Surrogate(TextWriter output, IReadOnlyList<SurrogatePoint> points, string follows)
    {
        Title(output, "The surrogate is not J: changes on the path up the gradient of J");
        output.WriteLine($"  {"step",8}{"KL, nats",12}{"J",12}{"product",12}{"token",12}{"clipped",12}");
        foreach (var point in points.Where((_, place) => place % 4 == 0 || place == points.Count - 1))
            output.WriteLine(Text($"  {point.Step,8:0.000}{point.Kl,12:0.000}{point.Objective,12:0.0000}")
                + Text($"{point.Product,12:0.0000}{point.Token,12:0.0000}{point.Clipped,12:0.0000}"));

        Follows(output, follows);
    }

    private static void Clipping(TextWriter output, IReadOnlyList<ClippingCell> cells, string follows)
    {
        Title(output, "Gradient of the clipped surrogate over r A ∇log π, clip 0.2: 1 goes on, 0 has stopped");
        var ratios = cells.Select(cell => cell.Ratio).Distinct().ToArray();
        output.WriteLine($"  {"ratio",-12}" + string.Concat(ratios.Select(ratio => Text($"{ratio,8:0.00}"))));
        foreach (var row in cells.GroupBy(cell => cell.Advantage))
            output.WriteLine(Text($"  A = {row.Key,-8:0.0}") + string.Concat(row.Select(cell => Text($"{cell.Kept,8:0.##}"))));

        Follows(output, follows);
    }

    private static void Title(TextWriter output, string title)
    {
        output.WriteLine();
        output.WriteLine(title);
    }

    private static void Follows(TextWriter output, string follows) => Wrapped(output, "-> " + follows);

    private static void Wrapped(TextWriter output, string text)
    {
        foreach (var line in TextTable.Wrap(text, "  "))
            output.WriteLine(line);
    }

    // Three significant digits where there is room.
    private static string Number(double value) => Math.Abs(value) switch
    {
        < 1e-9 => "0",
        < 1e-3 => Text($"{value:0e+0}"),
        < 10 => Text($"{value:0.000}"),
        < 1000 => Text($"{value:0.0}"),
        _ => Text($"{value:0e+0}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
