using System.Xml.Linq;
using Cohort.Reports;
using Cohort.Telemetry;
using Cohort.Tests.Telemetry;

namespace Cohort.Tests.Reports;

public class CompletionsSectionTests
{
    [Fact]
    public void The_newest_the_middle_and_the_first_logged_step_are_shown_and_the_newest_is_open()
    {
        var steps = Page([.. new[] { 10, 20, 30, 40, 50 }.Select(step => Line(step, 0, 0, 0.5))]).Descendants("details")
            .Where(element => (string?)element.Attribute("class") == "step").ToArray();
        Assert.Equal(["GRPO, step 50, problem p0", "GRPO, step 30, problem p0", "GRPO, step 10, problem p0"],
            steps.Select(step => step.Descendants("h3").Single().Value));
        Assert.Equal([true, false, false], steps.Select(step => step.Attribute("open") is not null));
    }

    [Fact]
    public void A_prompt_whose_completions_score_differently_is_preferred()
    {
        var page = Page([Line(10, 0, 0, 0.5), Line(10, 0, 1, 0.5), Line(10, 1, 0, 0.25), Line(10, 1, 1, 0.75), Line(10, 2, 0, 0.5)]);
        Assert.Equal("GRPO, step 10, problem p1", page.Descendants("h3").Single().Value);
        Assert.Equal(["sample 0", "sample 1"], page.Descendants("h4").Select(heading => heading.Value));
        Assert.Contains("right 0.75", page.Value);
    }

    [Fact]
    public void A_group_of_many_shows_sixteen_and_says_so()
    {
        var page = Page([.. Enumerable.Range(0, 20).Select(sample => Line(10, 0, sample, sample))]);
        Assert.Equal(16, page.Descendants("article").Count());
        Assert.Contains("16 of 20 completions", page.Value);
    }

    // Strengths: thirds of the largest advantage, 1.5; ratios by 1, 10, 30 %; log-ratios by 0.01, 0.1, 0.5.
    [Theory]
    [InlineData(1.5, 1.4, 0.6, "a3 r3 k3")]
    [InlineData(-0.7, 0.85, -0.2, "a-2 r-2 k-2")]
    [InlineData(0.2, 1.05, 0.05, "a1 r1 k1")]
    [InlineData(0, 1.001, -0.001, "a0 r0 k0")]
    [InlineData(-0.2, double.NaN, double.NaN, "a-1 r0 k0")]
    public void A_token_s_colour_follows_from_its_numbers(double advantage, double ratio, double kl, string expected)
    {
        var line = Line(10, 0, 0, 0.5) with { Details = [new(7, "x", advantage, ratio, kl), new(8, "y", -1.5, 1, 0)] };
        var token = Page([line]).Descendants("div").Single(element => (string?)element.Attribute("class") == "text tokens").Elements("span").First();
        Assert.Equal(expected, (string?)token.Attribute("class"));
    }

    [Fact]
    public void Tokens_have_a_switch_of_three_a_title_and_a_table()
    {
        var page = Page([Line(10, 0, 0, 0.5) with { Details = [new(7, "a\n", 0.25, 1.5, -0.125)] }]);
        Assert.Equal(["advantage", "ratio", "kl"], page.Descendants("input").Select(input => (string?)input.Attribute("value")));
        Assert.Equal("advantage 0.25, ratio 1.5, KL −0.125", page.Descendants("span").Attributes("title").Single().Value);
        Assert.Equal(["a↵\n", "0.25", "1.5", "−0.125"], page.Descendants("tbody").Single().Descendants("tr").Elements().Select(cell => cell.Value));
    }

    [Fact]
    public void A_long_completion_shows_256_tokens_and_says_how_many_more()
    {
        var line = Line(10, 0, 0, 0.5) with { Details = [.. Enumerable.Range(0, 300).Select(id => new RolloutToken(id, "t", 0.5, 1, 0))] };
        Assert.Contains("44 more tokens", Page([line]).Value);
    }

    private static RolloutLine Line(int step, int prompt, int sample, double score) => new(
        step, prompt, sample, $"p{prompt}", "2+3=", "5", "stop", 2, score, "", new Dictionary<string, double> { ["right"] = score }, 0.125);

    private static XElement Page(RolloutLine[] lines) => HtmlPage.Parse(RunReport.Html(new()
    {
        Title = "logged",
        Runs = [new("GRPO", [Steps.Of(1, ("own/number", double.NaN))]) { Rollouts = lines }],
    })).Descendants("section").First();
}
