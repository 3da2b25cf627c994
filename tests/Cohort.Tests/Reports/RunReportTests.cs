using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Cohort.Reports;
using Cohort.Tests.Telemetry;

namespace Cohort.Tests.Reports;

public class RunReportTests
{
    [Fact]
    public void Text_from_outside_changes_nothing_but_what_is_read()
    {
        var (harmless, page) = (Parse(ReportContents.Saying("words")), Parse(ReportContents.Saying(ReportContents.Hostile)));
        Assert.Equal(Skeleton(harmless), Skeleton(page));
    }

    [Fact]
    public void The_page_asks_for_nothing_and_runs_only_its_own_two_scripts()
    {
        var html = RunReport.Html(ReportContents.Saying("plain"));
        var page = HtmlPage.Parse(html);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "link" or "img" or "iframe" or "object");
        Assert.All(page.Descendants("script"), data => Assert.Equal("application/json", (string?)data.Attribute("type")));
        var scripts = HtmlPage.Scripts(html);
        Assert.Equal(2, scripts.Count);
        Assert.All(scripts, script =>
            Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))), html[..2000], StringComparison.Ordinal));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute =>
            attribute.Name.LocalName is "src" or "href" or "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value);
        var policy = page.Descendants("meta").Attributes("content").Select(value => value.Value).ElementAt(0);
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-", policy);
        Assert.Equal(3, policy.Split("unsafe").Length + policy.Split("http").Length);
    }

    [Fact]
    public void Ids_are_unique_tables_have_captions_and_drawings_a_name_or_none()
    {
        var page = Parse(ReportContents.ThreeRuns);
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(page.Descendants("table"), table => Assert.Single(table.Elements("caption")));
        Assert.All(page.Descendants("svg"), svg => Assert.Equal("true", (string?)svg.Attribute("aria-hidden")));
        Assert.All(page.Descendants("figure"), figure => Assert.Single(figure.Elements("div"), plot => plot.Attribute("aria-label") is not null));
    }

    [Fact]
    public void Several_runs_that_sample_share_charts_by_tokens_and_supervised_ones_have_their_own()
    {
        var page = Parse(ReportContents.ThreeRuns);
        Assert.Equal(
            [
                "Learning", "Policy", "Critic", "Cost", "In the last measured step", "Reward and metrics that no run is trained on", "Supervised fine-tuning",
                "All numbers",
            ],
            page.Descendants("h2").Select(heading => heading.Value));
        var entropy = Figure(page, "Entropy of the policy");
        Assert.Equal(["GRPO", "PPO"], entropy.Descendants("li").Select(key => key.Value.Trim().Split(' ')[0]));
        Assert.Contains("sampled tokens", entropy.Value);
        Assert.Contains("163\u202F840", entropy.Value); // 40 steps of 4,096 tokens
    }

    [Fact]
    public void An_alarm_is_told_with_the_step_that_raised_it_and_the_metric_is_drawn_beside_the_reward()
    {
        var quiet = Steps.Of(5, ("validation/sampled_score_mean", 0.25), ("validation/metric/gold", 0.75), ("validation/alarm/gold", 0));
        var raised = Steps.Of(10, ("validation/sampled_score_mean", 0.5), ("validation/metric/gold", 0.375), ("validation/alarm/gold", 1));
        var page = Parse(new() { Title = "hacked", Runs = [new("GRPO", [quiet, raised, raised with { Step = 15 }])] });

        var told = Assert.Single(page.Descendants("p"), line => ((string?)line.Attribute("class"))?.Contains("alarm") == true);
        Assert.Contains("the metric gold fell: alarm at step 10.", told.Value);
        Assert.Equal(2, Figure(page, "Validation reward and metric gold").Descendants("li").Count());
        Assert.DoesNotContain("Reward hacking", Parse(new() { Title = "clean", Runs = [new("GRPO", [quiet])] }).ToString());
    }

    [Fact]
    public void A_reward_model_is_shown_with_its_reliability_as_last_measured()
    {
        var first = Steps.Of(0, ("validation/pair_accuracy_fraction", 0.5), ("validation/reliability_pairs/0.50-0.55", 40));
        var last = Steps.Of(
            7, ("reward_model/tokens", 300), ("reward_model/loss_nats", 0.25), ("validation/pair_accuracy_fraction", 0.875),
            ("validation/calibration_error_fraction", 0.0625), ("validation/reliability_pairs/0.95-1.00", 35),
            ("validation/reliability_probability/0.95-1.00", 0.975), ("validation/reliability_accuracy/0.95-1.00", 0.925));
        var page = Parse(new() { Title = "ranked", Runs = [new("scorer", [first, last])] });

        Assert.Equal(["Reward model", "Reliability of scorer", "All numbers"], page.Descendants("h2").Select(heading => heading.Value));
        var table = Assert.Single(page.Descendants("table"), table => table.Value.Contains("Validation pairs by", StringComparison.Ordinal));
        Assert.Equal(["0.95-1.00", "35", "97.5", "92.5"], table.Descendants("tbody").Elements().Elements().Select(cell => cell.Value));
        Assert.Contains("6.3 percent", page.Value);
        Assert.Contains("validation", Figure(page, "Pairs ranked right").Value);
    }

    [Fact]
    public void One_run_is_drawn_by_steps()
    {
        var page = Parse(new() { Title = "one", Runs = [ReportContents.Run("GRPO", 40)] });
        Assert.Contains("steps", Figure(page, "Entropy of the policy").Value);
        Assert.Equal(2, Figure(page, "Validation problems solved").Descendants("li").Count());
    }

    [Fact]
    public void A_page_of_three_thousand_steps_stays_small()
    {
        var html = RunReport.Html(new() { Title = "long", Runs = [ReportContents.Run("GRPO", 3000), ReportContents.Run("PPO", 3000)] });
        Assert.InRange(html.Length, 1_200_000, 3_500_000); // of which 1.1 million are the plot library
    }

    [Fact]
    public void Numbers_that_are_not_finite_do_not_reach_the_drawing()
    {
        var run = new ReportRun(
            "GRPO", [Steps.Of(1, ("reward/score_mean", double.NaN)), Steps.Of(2, ("policy/entropy_nats", double.PositiveInfinity))]);
        var result = new ReportResult("base", new(0.5, double.NaN, double.NaN), Estimate.None);
        var html = RunReport.Html(new() { Title = "bad", Runs = [run], Results = [result] });
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("Infinity", html);
        Assert.DoesNotContain("<figure", html);
        Assert.DoesNotContain("<script", html); // a page without a chart needs none
    }

    [Fact]
    public void The_file_replaces_an_older_one_as_a_whole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("report.html"), "old");
        var path = RunReport.Write(folder.Path, new() { Title = "An empty run" });
        Assert.Equal(folder.File("report.html"), path);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_long_text_is_cut_and_says_so()
    {
        var page = Parse(new() { Title = "long", Samples = [new(new string('a', 2345), "", [])] });
        Assert.Contains("345 more characters", page.Value);
    }

    [Fact]
    public void Options_that_differ_from_the_defaults_stand_before_all_of_them_and_lineage_has_its_hashes()
    {
        var page = Parse(new()
        {
            Title = "made",
            OptionsJson = "{}",
            ChangedOptions = [new("budget.steps", "50", "200")],
            Lineage = [new("base, SHA-256", "0a1b")],
        });
        var rows = page.Descendants("tbody").Elements("tr").Select(row => string.Join(' ', row.Elements().Select(cell => cell.Value)));
        Assert.Equal(["budget.steps 50 200", "base, SHA-256 0a1b"], rows);
    }

    private static IEnumerable<string> Skeleton(XElement page) => page.DescendantsAndSelf().Select(element =>
        $"{element.Name} {string.Join(' ', element.Attributes().Where(value => value.Name != "aria-label"))}");

    private static XElement Figure(XElement page, string title) =>
        page.Descendants("figure").Single(figure => figure.Descendants("h3").Single().Value == title);

    private static XElement Parse(ReportContent content) => HtmlPage.Parse(RunReport.Html(content));
}
