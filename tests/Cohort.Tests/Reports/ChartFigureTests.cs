using System.Text.Json;
using System.Xml.Linq;
using Cohort.Reports;

namespace Cohort.Tests.Reports;

public class ChartFigureTests
{
    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!--<script>")]
    [InlineData("<b>bold</b> <a href=\"javascript:alert(1)\">link</a> &lt; %{y}")]
    [InlineData("\u2028\u2029 emoji 😀")]
    public void Text_reaches_the_script_as_it_is_and_cannot_leave_its_element(string text)
    {
        var figure = Figure(Saying(text));
        var raw = figure.Descendants("script").Single().Value;
        Assert.DoesNotContain(raw, sign => sign is '<' or '>' or '&' or > '~');
        using var data = JsonDocument.Parse(raw);
        Assert.Equal(text, data.RootElement.GetProperty("series")[0].GetProperty("name").GetString());
        Assert.Equal(text, data.RootElement.GetProperty("categories")[0].GetString());
        Assert.Equal(figure.Descendants().Count(), Figure(Saying("words")).Descendants().Count());
    }

    [Fact]
    public void Marks_that_reorder_text_are_shown_by_their_numbers()
    {
        using var data = JsonDocument.Parse(Figure(Saying("a\u202Eb\u0000")).Descendants("script").Single().Value);
        Assert.Equal("a[U+202E]b[U+0000]", data.RootElement.GetProperty("xLabel").GetString());
    }

    [Fact]
    public void A_value_that_cannot_be_drawn_is_null_and_breaks_the_line()
    {
        var chart = new Chart("Entropy", "steps", "nats",
            [new("GRPO", [new(1, 0.25), new(2, double.NaN), new(3, double.PositiveInfinity), new(4, 1e300), new(5, 0.5)])]);
        using var data = JsonDocument.Parse(Figure(chart).Descendants("script").Single().Value);
        Assert.Equal("[0.25,null,null,null,0.5]", data.RootElement.GetProperty("series")[0].GetProperty("y").GetRawText());
    }

    [Fact]
    public void A_series_without_a_point_is_left_out_and_a_chart_without_a_series_is_no_figure()
    {
        var empty = new ChartSeries("none", [new(1, double.NaN)]);
        Assert.True(ChartFigure.Of(new("Entropy", "steps", "nats", [empty])).IsEmpty);
        Assert.DoesNotContain("none", Figure(new("Entropy", "steps", "nats", [empty, new("GRPO", [new(1, 0.25)])])).Value);
    }

    [Fact]
    public void The_table_has_every_number_with_its_interval()
    {
        var chart = new Chart("Pass rate", "algorithm", "%",
        [
            new("first", [new(0, 12.5, 11, 13.5, "GRPO"), new(0, 7.25, Category: "PPO")]) { Mark = ChartMark.Bar },
        ]);
        var rows = Figure(chart).Descendants("tbody").Elements("tr").Skip(1).Select(row => row.Elements().Select(cell => cell.Value));
        Assert.Equal([["GRPO", "12.5", "11", "13.5"], ["PPO", "7.25", "–", "–"]], rows);
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(201, true)]
    [InlineData(1000, true)]
    public void A_long_line_says_that_it_is_averaged(int points, bool expected)
    {
        var line = new ChartSeries("GRPO", [.. Enumerable.Range(0, points).Select(i => new ChartPoint(i, 0.5 * i))]);
        Assert.Equal(expected, Figure(new("Entropy", "steps", "nats", [line])).Value.Contains("averaged", StringComparison.Ordinal));
    }

    [Fact]
    public void The_legend_has_a_button_for_each_series_with_the_last_number_of_a_line_alone()
    {
        var chart = new Chart("Entropy", "steps", "nats",
        [
            new("GRPO", [new(1, 2.5), new(2, 1.75)]), new("PPO", [new(1, 3.5)]), new("usual arm", [new(1, 4.5)]) { Mark = ChartMark.Point },
            new("ratio", [new(1, 5.5)]) { Mark = ChartMark.Bar },
        ]);
        Assert.Equal(["GRPO 1.75", "PPO 3.5", "usual arm", "ratio"], Figure(chart).Descendants("button").Select(button => button.Value.Trim()));
    }

    [Fact]
    public void The_description_says_where_a_curve_begins_and_ends()
    {
        var chart = new Chart("Entropy", "steps", "nats", [new("GRPO", [new(1, 0.8), new(50, 0.1), new(100, 0.25)])]);
        Assert.Equal("GRPO goes from 0.8 at 1 to 0.25 at 100, between 0.1 and 0.8.", ChartFigure.Description(chart));
    }

    private static Chart Saying(string text) =>
        new(text, text, text, [new(text, [new(1, 2, 1.5, 3, text)]), new("other", [new(1, 4, Category: "B")])]) { Note = text };

    private static XElement Figure(Chart chart) => HtmlPage.Parse(Page.Html("a chart", ChartFigure.Of(chart))).Descendants("figure").Single();
}
