using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Cli.Terminals;

/// <summary>
/// Lines at the bottom of a terminal that are drawn anew four times a second, on a thread of their own; what is printed meanwhile goes above
/// them. Each drawing is one write that overwrites the last one line by line, so that nothing flickers. No line wraps, however wide the terminal
/// takes its characters to be, and a terminal that changed its size is drawn on as it is now.
/// </summary>
internal sealed class LiveArea : IRenderHook, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly IAnsiConsole _console;
    private readonly Func<int, int, IReadOnlyList<SegmentLine>> _draw;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private IReadOnlyList<int> _drawn = [];

    /// <summary>Draws from now on.</summary>
    /// <param name="console">A live terminal.</param>
    /// <param name="draw">The lines for a width and a height; called on any thread, one call at a time.</param>
    public LiveArea(IAnsiConsole console, Func<int, int, IReadOnlyList<SegmentLine>> draw)
    {
        (_console, _draw) = (console, draw);
        _console.Cursor.Hide();
        _console.Pipeline.Attach(this);
        _thread = new Thread(Redraw) { IsBackground = true, Name = "live view" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables)
    {
        lock (_lock)
        {
            var (width, height) = (_console.Profile.Width, _console.Profile.Height);
            IReadOnlyList<SegmentLine> lines =
                [.. _draw(width, height).Take(Math.Max(1, height - 1)).Select(line => new SegmentLine(Segment.Truncate(line, Math.Max(1, width - 1))))];
            IRenderable[] all =
            [
                new ControlCode("\u001b[?7l" + ToTop(width)),
                .. renderables,
                .. lines.SelectMany(line => (IRenderable[])[new Line(line), new ControlCode("\u001b[K\n")]),
                new ControlCode("\u001b[J\u001b[?7h"),
            ];
            _drawn = [.. lines.Select(line => line.CellCount())];
            return all;
        }
    }

    /// <summary>Removes the lines.</summary>
    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
        _console.Pipeline.Detach(this);
        _console.Write(new ControlCode(ToTop(_console.Profile.Width) + "\u001b[J"));
        _console.Cursor.Show();
    }

    // A terminal that became narrower has broken the lines of the last drawing.
    private string ToTop(int width)
    {
        var rows = _drawn.Sum(cells => Math.Max(1, (cells + width - 1) / width));
        return rows > 0 ? $"\r\u001b[{rows}A" : "\r";
    }

    // Looking at a run must not end it: where the terminal has gone away, the run goes on unseen.
    private void Redraw()
    {
        try
        {
            do
                _console.Write(new ControlCode(""));
            while (!_ended.Wait(Pause));
        }
        catch (Exception)
        {
            _console.Pipeline.Detach(this);
        }
    }

    private sealed class Line(SegmentLine line) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => line;
    }
}
