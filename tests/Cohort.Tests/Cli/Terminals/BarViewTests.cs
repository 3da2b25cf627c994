using System.Text.RegularExpressions;
using Cohort.Cli.Terminals;
using Cohort.Telemetry;
using Spectre.Console;

namespace Cohort.Tests.Cli.Terminals;

public sealed class BarViewTests
{
    [Theory]
    [InlineData(80, 24, true)]
    [InlineData(60, 12, true)]
    [InlineData(59, 12, false)]
    [InlineData(60, 11, false)]
    [InlineData(20, 3, false)]
    [InlineData(1, 1, false)]
    public void A_terminal_without_room_for_the_panel_has_the_bar_and_one_line(int width, int height, bool hasPanel)
    {
        var written = Draw(width, height, hasUnicode: true);

        Assert.Equal(hasPanel, written.Contains("entropy 0.412", StringComparison.Ordinal));
        if (!hasPanel) // with one, a frame may have been drawn before its first numbers came
            Assert.Equal(height > 2, written.Contains("  step 3, 0.412", StringComparison.Ordinal));
    }

    [Fact]
    public void A_terminal_without_unicode_is_given_ascii()
    {
        var written = Draw(80, 24, hasUnicode: false);

        Assert.Contains("train  ============-------------", written);
        Assert.All(written, character => Assert.True(char.IsAscii(character)));
    }

    private static string Draw(int width, int height, bool hasUnicode)
    {
        using var written = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, TextWriter.Synchronized(written));
        var profile = terminal.Progress.Profile;
        (profile.Width, profile.Height) = (width, height);
        (profile.Capabilities.Ansi, profile.Capabilities.Unicode) = (true, hasUnicode);
        return BarView.Show(terminal, "train", view =>
        {
            var panel = new RunPanel();
            panel.Add(new StepMetrics(3, [new(MetricNames.ScoreMean, 0.5), new(MetricNames.Entropy, 0.412)]));
            view.Attach(panel);
            view.Detail("step 3, 0.412");
            view.Advance(0.25);
            terminal.Progress.WriteLine("drawn above");
            return Regex.Replace(written.ToString(), "\u001b\\[[0-9;]*m", "");
        });
    }
}
