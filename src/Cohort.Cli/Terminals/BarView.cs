using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Cli.Terminals;

/// <summary>Progress as a bar with time left over a line of numbers; lines that stay are printed above it.</summary>
internal sealed class BarView : ProgressView
{
    private readonly Terminal _terminal;
    private readonly string _title;
    private readonly ProgressTask _task;
    private readonly TimeLeft _left = new(TimeProvider.System);
    private volatile string _detail = "starting";

    private BarView(Terminal terminal, string title, ProgressTask task) => (_terminal, _title, _task) = (terminal, title, task);

    /// <summary>Shows the bar, runs the work on the calling thread, and removes the bar.</summary>
    public static new T Show<T>(Terminal terminal, string title, Func<ProgressView, T> work)
    {
        BarView? view = null;
        return terminal.Progress.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { CompletedStyle = Color.Green, FinishedStyle = Color.Green, Width = 32 },
                new PercentageColumn(),
                new TextColumn(() => $"{view?._left}"))
            .UseRenderHook((bars, _) => new Rows(bars, new Text($"  {view?._detail}", new Style(decoration: Decoration.Dim))))
            .Start(context => work(view = new BarView(terminal, title, context.AddTask(Markup.Escape(title), maxValue: 1))));
    }

    /// <inheritdoc/>
    public override void Advance(double share)
    {
        _left.Report(share);
        _task.Value = share;
    }

    /// <inheritdoc/>
    public override void Detail(string text) => _detail = SafeText.Line(text);

    /// <inheritdoc/>
    public override void Keep(string text, string more = "")
    {
        var line = $"{_title}  {text}";
        _terminal.Whisper(line.Length + more.Length + 2 < _terminal.Progress.Profile.Width ? $"{line}  {more}".TrimEnd() : line);
    }

    private sealed class TextColumn(Func<string> text) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(text());
    }
}
