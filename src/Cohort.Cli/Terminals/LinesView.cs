namespace Cohort.Cli.Terminals;

/// <summary>Progress in lines, for logs and pipes: what stays at once, and else a line every few seconds.</summary>
/// <param name="terminal">Takes the lines.</param>
/// <param name="title">Stands first in every line.</param>
/// <param name="time">The clock.</param>
internal sealed class LinesView(Terminal terminal, string title, TimeProvider time) : ProgressView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly TimeLeft _left = new(time);
    private long _last = time.GetTimestamp();

    /// <inheritdoc/>
    public override void Advance(double share) => _left.Report(share);

    /// <inheritdoc/>
    public override void Detail(string text)
    {
        if (time.GetElapsedTime(_last) >= Pause)
            Print($"{title}  {text}  {_left}");
    }

    /// <inheritdoc/>
    public override void Keep(string text, string more = "") => Print($"{title}  {text}  {more}");

    private void Print(string line)
    {
        _last = time.GetTimestamp();
        terminal.Say(line.TrimEnd());
    }
}
