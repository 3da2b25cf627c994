using System.Globalization;
using Cohort.Reports;
using Cohort.Tests.Comparison;

namespace Cohort.Tests.Reports;

/// <summary>The page of a comparison as a browser shows it.</summary>
[Collection(Chromium.Tests)]
public class ComparisonBrowserTests(Chromium browser)
{
    [ChromiumTheory]
    [InlineData("</script><script>document.title='hacked'</script><img src=https://example.com/x.png>")]
    public async Task Every_chart_is_drawn_without_an_error_or_a_request(string title)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("comparison.html");
        ComparisonPage.Write(path, ComparisonTextTests.Full() with { Headline = title }, title);
        await browser.Open(path);

        var charts = int.Parse(await browser.Ask("document.querySelectorAll('figure.chart').length"), CultureInfo.InvariantCulture);
        Assert.InRange(charts, 8, 30);
        Assert.Equal($"{charts}", await browser.Ask("document.querySelectorAll('.js-plotly-plot').length"));
        Assert.NotEqual("hacked", await browser.Ask("document.title"));
        Assert.Empty(browser.Complaints(path));
    }

    [ChromiumTheory]
    [InlineData("rloo", "reinforce", "drGrpo")]
    [InlineData("a-name-that-is-longer-than-its-place", "rloo", "drGrpo")]
    public async Task Every_comparison_has_its_name_at_every_width(params string[] contenders)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("comparison.html");
        var result = ComparisonTextTests.Full();
        var (arm, pair) = (result.Arms[0], result.Arms[0].Pairs[0]);
        var pairs = contenders.Select(name => pair with { Contender = name });
        ComparisonPage.Write(path, result with { Arms = [arm with { Pairs = [.. pairs] }] }, "four contenders");
        await browser.Open(path);

        const string Names = "[...document.querySelector('.plot').querySelectorAll('.xtick text')]";
        foreach (var width in new[] { 1280, 390 })
        {
            await browser.Resize(width);
            await browser.Until($"innerWidth === {width} && document.querySelector('.plot svg').clientWidth === document.querySelector('.plot').clientWidth");
            Assert.Equal("3", await browser.Ask($"{Names}.filter(name => name.style.display !== 'none' && name.getBoundingClientRect().width > 0).length"));
            Assert.Equal("true", await browser.Ask(
                $"{Names}.every(name => name.getBoundingClientRect().left >= 0 && name.getBoundingClientRect().right <= innerWidth)"));
        }
    }
}
