using System.Globalization;
using Cohort.Audit;

namespace Cohort.Cli.Commands;

/// <summary>An audit as tables of at most 100 columns, each with what follows from it.</summary>
internal static class AuditTables
{
    private const int Width = 100;
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

        Clipping(output, result.Clipping);
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

        Normalization(output, subject.Normalization);
        Lengths(output, subject.Lengths);
        Surrogate(output, subject.Surrogate);
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

        Wrapped(output, "-> " + section.Follows);
    }

    private static void Normalization(TextWriter output, IReadOnlyList<NormalizationRow> rows)
    {
        Title(output, "\"Normalizing advantages per minibatch keeps the expected direction\"");
        output.WriteLine($"  {"responses",-Names}{"cosine",8}{"bias",8}{"beside",8}{"size",10}");
        foreach (var row in rows)
            output.WriteLine(Text($"  {row.Responses + (row.Normalized ? ", normalized" : ", plain"),-Names}{row.Cosine,8:0.000}")
                + $"{Number(row.RelativeError),8}{Number(row.Perpendicular),8}{Number(row.Projection),10}"
                + (row.StandardError > 0 ? Text($" ±{row.StandardError:0.00}") : ""));

        var (few, many) = (rows.First(row => row.Normalized), rows.Last(row => row.Normalized));
        Wrapped(output, Text($"-> In part: with {few.Responses} responses the cosine is {few.Cosine:0.000}, with {many.Responses} {many.Cosine:0.000}; ")
            + "the step's size changes with every batch's deviation. Normalize large minibatches, or none.");
    }

    private static void Lengths(TextWriter output, IReadOnlyList<LengthRow> rows)
    {
        Title(output, "\"1/|o| removes length bias\": shares of the expected gradient");
        output.WriteLine($"  {"",-30}{"cosine",8}{"short right",13}{"long right",13}{"short wrong",13}{"long wrong",13}");
        foreach (var row in rows)
            output.WriteLine(Text($"  {row.Reduction,-30}{row.Cosine,8:0.000}{row.ShortRight,13:0.0 %}")
                + Text($"{row.LongRight,13:0.0 %}{row.ShortWrong,13:0.0 %}{row.LongWrong,13:0.0 %}"));

        var (sum, mean) = (rows[0], rows.First(row => row.Reduction == "1/|o|"));
        Wrapped(output, Text($"-> It trades one bias for another: long wrong responses weigh {mean.LongWrong:0.0 %} under 1/|o| against ")
            + Text($"{sum.LongWrong:0.0 %} in the exact gradient, long right ones {mean.LongRight:0.0 %} against ")
            + Text($"{sum.LongRight:0.0 %}, and the direction is off: cosine {mean.Cosine:0.000}."));
    }

    private static void Surrogate(TextWriter output, IReadOnlyList<SurrogatePoint> points)
    {
        Title(output, "The surrogate is not J: changes on the path up the gradient of J");
        output.WriteLine($"  {"step",8}{"KL, nats",12}{"J",12}{"product",12}{"token",12}{"clipped",12}");
        foreach (var point in points.Where((_, place) => place % 4 == 0 || place == points.Count - 1))
            output.WriteLine(Text($"  {point.Step,8:0.000}{point.Kl,12:0.000}{point.Objective,12:0.0000}")
                + Text($"{point.Product,12:0.0000}{point.Token,12:0.0000}{point.Clipped,12:0.0000}"));

        Wrapped(output, "-> The product of ratios is J itself. PPO's sum of token ratios has J's slope where it begins and leaves it from there on; "
            + "the clip stops it early.");
    }

    private static void Clipping(TextWriter output, IReadOnlyList<ClippingCell> cells)
    {
        Title(output, "Gradient of the clipped surrogate over r A ∇log π, clip 0.2: 1 goes on, 0 has stopped");
        var ratios = cells.Select(cell => cell.Ratio).Distinct().ToArray();
        output.WriteLine($"  {"ratio",-12}" + string.Concat(ratios.Select(ratio => Text($"{ratio,8:0.00}"))));
        foreach (var row in cells.GroupBy(cell => cell.Advantage))
            output.WriteLine(Text($"  A = {row.Key,-8:0.0}") + string.Concat(row.Select(cell => Text($"{cell.Kept,8:0.##}"))));

        Wrapped(output, "-> It stops only where A > 0 and r > 1.2, or A < 0 and r < 0.8: the clip takes gain away, and leaves what corrects a loss.");
    }

    private static void Title(TextWriter output, string title)
    {
        output.WriteLine();
        output.WriteLine(title);
    }

    private static void Wrapped(TextWriter output, string text)
    {
        var line = " ";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line = " ";
            }

            line += $" {word}";
        }

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
