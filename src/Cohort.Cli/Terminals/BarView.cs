using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Cli.Terminals;

/// <summary>
/// Progress as a bar with time left, over a run's panel where there is one and room for it, and else over a line of numbers; lines that stay are printed above.
/// </summary>
internal sealed class BarView : ProgressView
{
    private static readonly Style Done = new(Color.Green);
    private static readonly Style Dim = new(decoration: Decoration.Dim);

    private readonly Terminal _terminal;
    private readonly string _title;
    private readonly TimeLeft _left = new(TimeProvider.System);
    private double _share;
    private volatile string _detail = "starting";
    private volatile RunPanel? _panel;

    private BarView(Terminal terminal, string title) => (_terminal, _title) = (terminal, title);

    /// <summary>Shows the bar, runs the work on the calling thread, and removes the bar.</summary>
    public static new T Show<T>(Terminal terminal, string title, Func<ProgressView, T> work)
    {
        var view = new BarView(terminal, title);
        using var area = new LiveArea(terminal.Progress, view.Lines);
        return work(view);
    }

    /// <inheritdoc/>
    public override void Advance(double share)
    {
        _left.Report(share);
        Volatile.Write(ref _share, share);
    }

    /// <inheritdoc/>
    public override void Detail(string text) => _detail = SafeText.Line(text);

    /// <inheritdoc/>
    public override void Keep(string text, string more = "")
    {
        var line = $"{_title}  {text}";
        _terminal.Whisper(line.Length + more.Length + 2 < _terminal.Progress.Profile.Width ? $"{line}  {more}".TrimEnd() : line);
    }

    /// <inheritdoc/>
    public override void Attach(RunPanel panel) => _panel = panel;

    private IReadOnlyList<SegmentLine> Lines(int width, int height)
    {
        var hasRoom = _terminal.Progress.Profile.Capabilities.Unicode && width >= RunPanel.LeastWidth && height >= RunPanel.LeastHeight;
        return _panel is { } panel && hasRoom
            ? [Bar(width), .. panel.Lines(width - 1, height - 2)]
            : [Bar(width), [new Segment($"  {_detail}", Dim)]];
    }

    private SegmentLine Bar(int width)
    {
        var share = Math.Clamp(Volatile.Read(ref _share), 0, 1);
        var (done, rest) = _terminal.Progress.Profile.Capabilities.Unicode ? ('━', '─') : ('=', '-');
        var columns = Math.Clamp(width - _title.Length - 24, 8, 72);
        var filled = (int)(share * columns);
        return
        [
            new($"{_title}  "), new(new string(done, filled), Done), new(new string(rest, columns - filled), Dim), new($" {100 * share,3:0} %  {_left}"),
        ];
    }
}
