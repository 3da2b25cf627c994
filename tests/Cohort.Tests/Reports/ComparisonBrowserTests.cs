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
}
