using Spectre.Console;

namespace Cohort.Cli.Terminals;

/// <summary>Results go to standard output, everything else to standard error. Colours and moving bars only where a person looks.</summary>
internal sealed class Terminal
{
    private const int WidthOfFiles = 140;

    /// <summary>A terminal over two writers.</summary>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes progress and messages.</param>
    public Terminal(TextWriter output, TextWriter error)
    {
        (Output, ErrorOutput) = (output, error);
        Results = Open(output);
        Progress = Open(error);
    }

    /// <summary>Standard output, for text that programs read.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error, for text that nothing wraps.</summary>
    public TextWriter ErrorOutput { get; }

    /// <summary>Standard output, for tables that people read.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>Whether progress may move: not on the terminal of a background job either, where bars would be drawn as lines.</summary>
    public bool IsLive => Progress.Profile.Out.IsTerminal && Progress.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Prints words to standard error; above the bars, where there are any.</summary>
    /// <param name="text">Any text; made safe here.</param>
    public void Say(string text) => Say(text, Style.Plain);

    /// <summary>Prints a less important line to standard error.</summary>
    /// <param name="text">Any text; made safe here.</param>
    public void Whisper(string text) => Say(text, new Style(decoration: Decoration.Dim));

    /// <summary>Prints a failure to standard error, as it is, without wrapping.</summary>
    /// <param name="text">Any text; made safe here.</param>
    public void Error(string text) => ErrorOutput.WriteLine(SafeText.Lines(text));

    /// <summary>Gives the terminal back what a live view may have taken: its cursor and its line wrapping.</summary>
    public void ShowCursor()
    {
        if (IsLive)
            ErrorOutput.Write("\u001b[?7h\u001b[?25h\n");
    }

    // Lines in a log stay whole. Those on a screen go above the bars, as wide as it is: they replace what the bars had drawn there.
    private void Say(string text, Style style)
    {
        var safe = SafeText.Lines(text);
        if (!IsLive)
        {
            ErrorOutput.WriteLine(safe);
            return;
        }

        var width = Math.Max(20, Progress.Profile.Width - 1);
        Progress.WriteLine(string.Join('\n', Wrap(safe, width).Select(line => line.PadRight(width))), style);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var line in text.Split('\n'))
        {
            var rest = line;
            while (rest.Length > width)
            {
                var space = rest.LastIndexOf(' ', width);
                var length = space > 0 ? space : width;
                yield return rest[..length];
                rest = rest[length..].TrimStart();
            }

            yield return rest;
        }
    }

    private static IAnsiConsole Open(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.Interactive = false;
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
