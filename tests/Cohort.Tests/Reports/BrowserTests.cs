using System.Globalization;
using Cohort.Reports;

namespace Cohort.Tests.Reports;

/// <summary>Reports as a browser shows them.</summary>
[Collection(Chromium.Tests)]
public class BrowserTests(Chromium browser)
{
    private const string Attack = "</script></style></title></pre><script>document.title='hacked'</script><img src=https://example.com/x.png "
        + "onerror=\"document.title='hacked'\"><a href=\"javascript:document.title='hacked'\">link</a> <b>bold</b> %{y} &lt; <!-- "
        + "data:text/html,x \u202Eright to left\u2066 \U0001F600 @import url(https://example.com/x.css)";

    [ChromiumTheory]
    [InlineData("words", false)]
    [InlineData(Attack, true)]
    public async Task Every_chart_is_drawn_without_an_error_or_a_request(string text, bool isDark)
    {
        using var folder = new TemporaryFolder();
        var path = RunReport.Write(folder.Path, ReportContents.Saying(text));
        await browser.Open(path, isDark);

        var charts = int.Parse(await browser.Ask("document.querySelectorAll('figure.chart').length"), CultureInfo.InvariantCulture);
        Assert.InRange(charts, 10, 60);
        Assert.Equal($"{charts}", await browser.Ask("document.querySelectorAll('.js-plotly-plot').length"));
        Assert.Equal("0", await browser.Ask("document.querySelectorAll('svg a, img, iframe, object, link').length"));
        Assert.Equal($"{charts + 2}", await browser.Ask("document.scripts.length"));
        Assert.NotEqual("hacked", await browser.Ask("document.title"));
        Assert.Empty(browser.Complaints(path));
    }

    [ChromiumTheory]
    [InlineData("<b>x</b> <a href=\"https://example.com\">y</a> &lt; %{y} $z$")]
    public async Task Names_are_read_as_they_are_in_the_hover_label(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, new Chart("Entropy", "steps", name, [new(name, [new(1, 2.5), new(2, 3.5)])]));
        await browser.Open(path);
        await browser.Ask("Plotly.Fx.hover(document.querySelector('.plot'), [{ curveNumber: 0, pointNumber: 1 }])");
        await browser.Until("document.querySelector('.hoverlayer .hovertext') !== null");
        Assert.Contains(name[..20], await browser.Ask("document.querySelector('.hoverlayer').textContent"), StringComparison.Ordinal);
        Assert.Contains(name, await browser.Ask("document.querySelector('.ytitle').textContent"), StringComparison.Ordinal);
        Assert.Equal("0", await browser.Ask("document.querySelectorAll('svg a').length"));
        Assert.Empty(browser.Complaints(path));
    }

    [ChromiumTheory]
    [InlineData(1)]
    public async Task A_legend_button_takes_its_series_away_and_brings_it_back(int button)
    {
        using var folder = new TemporaryFolder();
        await browser.Open(Write(folder, TwoLines));
        var state = $"(document.querySelectorAll('.legend button')[{button}].click(), document.querySelectorAll('.legend button')[{button}]"
            + $".getAttribute('aria-pressed') + ' ' + document.querySelector('.plot').data[{button}].visible)";
        Assert.Equal("false false", await browser.Ask(state));
        Assert.Equal("1", await browser.Ask("document.querySelectorAll('.plot .scatter').length"));
        Assert.Equal("true true", await browser.Ask(state));
    }

    [ChromiumTheory]
    [InlineData("+", "2 to 8")]
    [InlineData("ArrowRight", "2 to 12")]
    public async Task Keys_zoom_and_move_and_zero_shows_everything(string key, string expected)
    {
        using var folder = new TemporaryFolder();
        await browser.Open(Write(folder, TwoLines));
        await browser.Ask("Plotly.relayout(document.querySelector('.plot'), { 'xaxis.range': [0, 10] })");
        const string Range = "document.querySelector('.plot').layout.xaxis.range.map(Math.round).join(' to ')";
        Assert.Equal(expected, await Pressed(key, Range));
        Assert.Equal("true", await Pressed("0", "document.querySelector('.plot').layout.xaxis.autorange"));
    }

    [ChromiumTheory]
    [InlineData("#0b62a4", "#62b1f0")]
    public async Task Charts_follow_the_reader_s_preference_when_it_changes_and_paper_is_white(string light, string dark)
    {
        using var folder = new TemporaryFolder();
        await browser.Open(Write(folder, TwoLines));
        const string Colour = "document.querySelector('.plot').data[0].line.color";
        Assert.Equal(light, await browser.Ask(Colour));
        await browser.Prefer(isDark: true);
        await browser.Until($"{Colour} === '{dark}'");
        Assert.Equal(light, await browser.Ask($"(dispatchEvent(new Event('beforeprint')), {Colour})"));
        Assert.Equal(dark, await browser.Ask($"(dispatchEvent(new Event('afterprint')), {Colour})"));
    }

    private static Chart TwoLines => new("Entropy", "steps", "nats",
        [new("GRPO", [new(1, 2.5), new(12, 3.5)]), new("PPO", [new(1, 1.5), new(12, 0.5)]) { Colour = 1, Stroke = 1 }]);

    private Task<string> Pressed(string key, string state) =>
        browser.Ask($"(document.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}' }})), {state})");

    private static string Write(TemporaryFolder folder, Chart chart)
    {
        Markup body = $"<main>{ChartFigure.Of(chart)}</main>";
        File.WriteAllText(folder.File("chart.html"), Page.Html("a chart", body));
        return folder.File("chart.html");
    }
}
