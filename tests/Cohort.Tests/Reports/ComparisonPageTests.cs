using Cohort.Comparison;
using Cohort.Reports;
using Cohort.Tests.Comparison;

namespace Cohort.Tests.Reports;

public class ComparisonPageTests
{
    [Fact]
    public void The_conclusion_comes_first_and_every_part_has_its_section()
    {
        var result = ComparisonTextTests.Full();
        var page = HtmlPage.Parse(ComparisonPage.Html(result, "ppo against grpo"));
        Assert.Equal(result.Headline, page.Descendants("p").First().Value);
        Assert.Equal(
            ["Differences", "Learning", "Variance", "Critic", "Trust region", "Cost", "Options", "Definitions", "Lineage"],
            page.Descendants("h2").Select(heading => heading.Value));
        Assert.All(page.Descendants("table"), table => Assert.Single(table.Elements("caption")));
        Assert.All(page.Descendants("tr").Where(row =>
            row.Parent!.Name.LocalName == "tbody" && row.Parent!.Parent!.Elements("thead").Any() && row.Elements("td").Any()), row =>
            Assert.Equal(row.Parent!.Parent!.Descendants("thead").Single().Descendants("th").Count(), row.Elements().Count()));

        string[] titles = [.. page.Descendants("figure").Select(figure => figure.Descendants("h3").Single().Value)];
        Assert.Equal(titles.Distinct(), titles);
        Assert.Subset(titles.ToHashSet(), new HashSet<string>
        {
            "Sampled pass@1 against the baseline, at equal tokens", "pass@1 against sampled tokens, sort", "greedy against sampled tokens, sort",
            "pass@1 against processor seconds of training, sort", "Calibration of the critic, sort", "Distribution of the importance ratio, sort",
            "Seconds of each phase, sort",
        });
        var cells = page.Descendants("td").Select(cell => cell.Value).ToHashSet();
        Assert.Contains("+18.8 (-181.1 to 218.6)", cells);
        Assert.Contains("\"critic\"", cells);
    }

    [Fact]
    public void Names_from_outside_change_nothing_but_what_is_read()
    {
        var plain = ComparisonPage.Html(Named("plain"), "plain");
        var hostile = ComparisonPage.Html(Named(ReportContents.Hostile), ReportContents.Hostile);
        Assert.Equal(Shape(plain), Shape(hostile));
        Assert.DoesNotContain("<script>alert(1)", hostile);
        Assert.DoesNotContain("\u202e", hostile);

        static IEnumerable<string> Shape(string html) => HtmlPage.Parse(html).Descendants().Select(element =>
            $"{element.Name.LocalName} {string.Join(' ', element.Attributes().Select(attribute => attribute.Name.LocalName))}");

        static ComparisonResult Named(string name)
        {
            var full = ComparisonTextTests.Full();
            return full with
            {
                Headline = name,
                Facts = [new(name, name)],
                Lineage = [new(name, name)],
                Arms = [.. full.Arms.Select(arm => arm with
                {
                    Task = name,
                    Contenders = [.. arm.Contenders.Select(contender => contender with { Name = name, Differences = [new(name, name, name)] })],
                })],
            };
        }
    }

    [Fact]
    public void What_was_not_measured_has_no_section_and_no_empty_chart()
    {
        var page = HtmlPage.Parse(ComparisonPage.Html(ComparisonAnalysis.Of(SyntheticRuns.Four, new()), "bare"));
        Assert.Equal(["Differences", "Learning", "Cost", "Options", "Definitions"], page.Descendants("h2").Select(heading => heading.Value));
        Assert.DoesNotContain("NaN", page.ToString());
    }
}
