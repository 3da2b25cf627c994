namespace Cohort.Cli.Terminals;

/// <summary>Shows that something long goes on. May be called from another thread than the work's.</summary>
internal abstract class ProgressView
{
    /// <summary>Moves the bar.</summary>
    /// <param name="share">What is done, in [0, 1].</param>
    public abstract void Advance(double share);

    /// <summary>Shows numbers that newer ones replace.</summary>
    /// <param name="text">A line.</param>
    public abstract void Detail(string text);

    /// <summary>Prints a line that stays.</summary>
    /// <param name="text">Any text; made safe here.</param>
    /// <param name="more">Further numbers, for where there is room.</param>
    public abstract void Keep(string text, string more = "");

    /// <summary>Draws a run's panel from now on, where there is room for it.</summary>
    /// <param name="panel">Goes on changing.</param>
    public virtual void Attach(RunPanel panel)
    {
    }

    /// <summary>Shows progress while something runs on the calling thread: a moving bar for a person, else lines.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="title">What is being done, in a word or two.</param>
    /// <param name="work">Reports to the view.</param>
    public static T Show<T>(Terminal terminal, string title, Func<ProgressView, T> work) => terminal.IsLive
        ? BarView.Show(terminal, title, work)
        : work(new LinesView(terminal, title, TimeProvider.System));
}
