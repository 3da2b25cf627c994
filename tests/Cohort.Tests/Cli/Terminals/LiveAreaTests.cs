using Cohort.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Tests.Cli.Terminals;

public sealed class LiveAreaTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly IAnsiConsole _console;

    public LiveAreaTests()
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(TextWriter.Synchronized(_written)),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        (_console.Profile.Width, _console.Profile.Height) = (80, 24);
    }

    public void Dispose() => _written.Dispose();

    [Fact]
    public void What_is_printed_goes_above_and_the_lines_are_drawn_again_below()
    {
        using (new LiveArea(_console, (_, _) => [[new Segment("first")], [new Segment("second")]]))
        {
            _console.WriteLine("drawn once");
            _console.WriteLine("stays");
        }

        Assert.Contains("\u001b[?7l\r\u001b[2Astays\nfirst\u001b[K\nsecond\u001b[K\n\u001b[J\u001b[?7h", _written.ToString());
        Assert.EndsWith("\r\u001b[2A\u001b[J\u001b[?25h", _written.ToString());
    }

    [Fact]
    public void A_terminal_that_became_narrower_is_drawn_on_from_where_its_broken_lines_begin()
    {
        using (new LiveArea(_console, (_, _) => [[new Segment(new string('x', 50))], [new Segment("short")]]))
        {
            _console.WriteLine("drawn once");
            _console.Profile.Width = 20;
            _console.WriteLine("narrow");
        }

        Assert.Contains("\r\u001b[4A", _written.ToString()); // three rows of the line of 50, one of the short one
    }

    [Fact]
    public void No_more_is_drawn_than_the_terminal_has_room_for()
    {
        _console.Profile.Height = 4;
        using (new LiveArea(_console, (_, _) => [.. Enumerable.Range(0, 9).Select(i => new SegmentLine { new Segment($"line {i}") })]))
            _console.WriteLine("stays");

        Assert.Contains("line 2", _written.ToString());
        Assert.DoesNotContain("line 3", _written.ToString());
    }

    [Fact]
    public void A_drawing_that_fails_leaves_the_work_alone()
    {
        var failed = new ManualResetEventSlim();
        using (new LiveArea(_console, (_, _) => Fail()))
            Assert.True(failed.Wait(TimeSpan.FromSeconds(20)));

        Assert.EndsWith("\u001b[?25h", _written.ToString());

        IReadOnlyList<SegmentLine> Fail()
        {
            failed.Set();
            throw new InvalidOperationException("no drawing");
        }
    }
}
