using Cohort.Losses;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class OptionsDocumentTests
{
    [Fact]
    public void The_document_of_all_options_is_up_to_date()
    {
        var path = Path.Combine(Repository.Root, "docs", "options.md");
        var text = new OptionsDocument().Text();
        if (Environment.GetEnvironmentVariable("COHORT_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == text,
            $"{path} differs from the option records; renew it with COHORT_WRITE_DOCS=1 ./test OptionsDocument, and commit it.");
    }

    [Fact]
    public void Every_option_is_listed_once()
    {
        foreach (var defaults in new CommonOptions[] { new RunOptions(), new SftOptions(), new RewardModelOptions() })
        {
            var options = OptionList.Of(defaults).ToList();
            Assert.Equal(options.Count, options.DistinctBy(o => (o.Path, o.Kind)).Count());
            Assert.All(options, o => Assert.NotEqual("", o.Rule));
        }
    }

    [Fact]
    public void An_option_is_listed_with_its_default_and_its_rule()
    {
        var options = OptionList.Of(new RunOptions()).GroupBy(o => o.Path).ToDictionary(same => same.Key, same => same.First());

        var low = new OptionEntry("algorithm.loss.low", "clipped", "0.2", "number in (0, 1)", typeof(ClippedLoss), typeof(double));
        Assert.Equal(low, options["algorithm.loss.low"]);
        Assert.Equal("whole number in [0, 100000000]; 0 is no limit", options["budget.steps"].Rule);
        Assert.Equal("whole number, at least 1", options["checkpoints.keep"].Rule);
        Assert.Equal("\"folder\" or \"new\"", options["model.kind"].Rule);
        Assert.Equal("new", options["model.layers"].Kind);
        Assert.Equal("", options["reward.deadlineSeconds"].Kind);
    }
}
