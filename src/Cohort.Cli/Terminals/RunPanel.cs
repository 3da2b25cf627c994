using Cohort.Telemetry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Cli.Terminals;

/// <summary>
/// What is drawn of a run while it goes on: its curves as sparklines, the newest step's numbers, and the best and the worst completion of the
/// newest logged group. May be filled and drawn on different threads.
/// </summary>
internal sealed class RunPanel
{
    /// <summary>Fewest columns of a terminal that has room for it.</summary>
    public const int LeastWidth = 60;

    /// <summary>Fewest rows of a terminal that has room for it and for the bar.</summary>
    public const int LeastHeight = 12;

    private const int LabelWidth = 12;
    private const int NumberWidth = 20;
    private const int SparkWidth = 32;
    private const int RoomForAllCurves = 16;
    private static readonly Style Label = new(decoration: Decoration.Dim);
    private static readonly Style Curve = new(Color.Green);

    private readonly Lock _lock = new();
    private readonly RunCurves _curves = new();
    private StepMetrics _newest = new(0, []);
    private IReadOnlyList<RolloutLine> _group = [];
    private string _status = "starting";

    /// <summary>Takes a step. One that is not above the last begins anew there, as a run does that goes on from a checkpoint.</summary>
    public void Add(StepMetrics step)
    {
        lock (_lock)
        {
            _curves.Add(step);
            (_newest, _status) = (step, $"step {step.Step}");
        }
    }

    /// <summary>Takes the completions that a step logged; shows those of the last prompt, or all where prompts have one completion.</summary>
    public void Add(IReadOnlyList<RolloutLine> lines)
    {
        lock (_lock)
        {
            var last = lines.Where(line => line.Prompt == lines[^1].Prompt).ToArray();
            _group = last.Length > 1 ? last : lines;
        }
    }

    /// <summary>Shows what the run is doing now.</summary>
    public void Status(string text)
    {
        lock (_lock)
            _status = _newest.Step > 0 ? $"step {_newest.Step}, {text}" : text;
    }

    /// <summary>The panel.</summary>
    /// <param name="width">Most columns.</param>
    /// <param name="height">Most lines.</param>
    public IReadOnlyList<SegmentLine> Lines(int width, int height)
    {
        lock (_lock)
        {
            IEnumerable<SegmentLine> lines =
            [
                [new Segment(SafeText.Cut(_status, width), Label)],
                .. _curves.Drawn().Take(height + 2 < RoomForAllCurves ? 3 : int.MaxValue).Select(curve => Spark(curve, width)),
                .. Rows(StepNumbers.Of(_newest), width),
                .. Completions(width),
            ];
            return [.. lines.Take(height)];
        }
    }

    private static SegmentLine Spark(RunCurve curve, int width)
    {
        var columns = Math.Max(SparkWidth, Math.Min(width - LabelWidth - 38, 2 * SparkWidth));
        var spark = Sparkline.Draw(curve.Values, columns);
        var range = $"  {curve.Text(curve.Values.Min())} to {curve.Text(curve.Values.Max())}";
        SegmentLine line = [new(curve.Name.PadRight(LabelWidth), Label), new(spark.PadRight(columns), Curve), new($"  {curve.Text(curve.Values[^1])}")];
        if (curve.Values.Count > 1 && line.CellCount() + range.Length <= width)
            line.Add(new(range, Label));

        return line;
    }

    private static IEnumerable<SegmentLine> Rows(IReadOnlyList<(string Name, string Text)> numbers, int width) => numbers
        .Chunk((width + 1) / NumberWidth)
        .Select(row => new SegmentLine(row.SelectMany((number, column) => (Segment[])
        [
            new($"{number.Name} ", Label),
            new(column == row.Length - 1 ? number.Text : number.Text.PadRight(NumberWidth - number.Name.Length - 1)),
        ])));

    private IEnumerable<SegmentLine> Completions(int width)
    {
        var ranked = _group.Where(line => double.IsFinite(line.Score)).OrderByDescending(line => line.Score).ToArray();
        return ranked switch
        {
            [] => _group is [var line, ..] ? [Completion("unscored", line)] : [],
            [var only] => [Completion("completion", only)],
            [var best, .., var worst] => [Completion("best", best), Completion("worst", worst)],
        };

        SegmentLine Completion(string name, RolloutLine line)
        {
            var score = double.IsFinite(line.Score) ? StepNumbers.Short(line.Score) : "";
            return
            [
                new(name.PadRight(LabelWidth), Label), new($"{score,-7} ", Curve), new(SafeText.Cut(line.Completion, width - LabelWidth - 8)),
            ];
        }
    }
}
