using System.Text.Json.Nodes;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class SamplerRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Engine_samples_on_the_processor_and_what_samples_is_written_down()
    {
        TinyRun.Train("grpo", _folder.File("run"), "budget.steps=1");
        Assert.Equal("engine", Option("run", "rollout", "sampler"));
        TinyRun.Train("grpo", _folder.File("torch"), "budget.steps=1", "rollout.sampler=torch");
        Assert.Equal("torch", Option("torch", "rollout", "sampler"));

        // The first step's completions come from the same weights and the same random numbers.
        var (ours, theirs) = (First("run"), First("torch"));
        foreach (var name in new[] { MetricNames.ScoreMean, MetricNames.SampledTokens })
            Assert.Equal(theirs[name], ours[name]);

    }

    [Fact]
    public void Weights_of_16_bits_are_another_policy_for_which_weights_correct()
    {
        var narrow = Train("run", "rollout.weights=bfloat16");
        Assert.Equal("truncate", Option("run", "algorithm", "offPolicy", "method"));
        Assert.All(narrow, step => Assert.InRange(step[MetricNames.BehaviourDifferenceMean], 1e-5, 0.1));
        Assert.All(narrow, step => Assert.InRange(step[MetricNames.EffectiveSampleSize], 0.99, 1 + 1e-6));

        // Clipped around what the trainer itself computes: its numerics are the update's.
        Assert.All(Ratios(narrow), error => Assert.InRange(error, 0, 1e-6));

        var exact = Train("exact");
        Assert.Equal("none", Option("exact", "algorithm", "offPolicy", "method"));
        Assert.All(exact, step => Assert.Equal(0, step[MetricNames.BehaviourDifferenceMean]));
        Assert.All(Ratios(exact), error => Assert.InRange(error, 0, 1e-5));
    }

    [Fact]
    public void Weights_of_16_bits_are_the_engines_alone()
    {
        var error = Assert.Throws<OptionsException>(() => TinyRun.Train("grpo", _folder.File("run"), "rollout.weights=bfloat16", "rollout.sampler=torch"));
        Assert.Contains("rollout.weights=bfloat16 are the engine's weights, but rollout.sampler is torch. Set rollout.sampler=engine", error.Message);
    }

    [Fact]
    public void Angles_that_change_with_the_length_are_left_to_the_tensor_library()
    {
        var model = TinyRun.Train("grpo", _folder.File("run"), "budget.steps=1").ModelFolder;
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "config.json")))!;
        config["rope_scaling"] = new JsonObject { ["rope_type"] = "dynamic", ["factor"] = 2.0 };
        File.WriteAllText(Path.Combine(model, "config.json"), config.ToJsonString());
        var error = Assert.Throws<OptionsException>(() => TinyRun.Train("grpo", _folder.File("other"), TinyRun.Folder(model), "rollout.sampler=engine"));
        Assert.Contains("The engine knows no rope_type \"dynamic\"", error.Message);
        TinyRun.Train("grpo", _folder.File("other"), TinyRun.Folder(model), "budget.steps=1");
        Assert.Equal("torch", Option("other", "rollout", "sampler"));
    }

    private StepMetrics[] Train(string run, params string[] sets)
    {
        TinyRun.Train("ppo", _folder.File(run), sets);
        return [.. MetricsFile.Read(_folder.File($"{run}/metrics.jsonl")).Where(step => step.Step > 0)];
    }

    private static double[] Ratios(IEnumerable<StepMetrics> steps)
    {
        double[] errors = [.. steps.Select(step => step[MetricNames.FirstRatioError]).Where(double.IsFinite)];
        Assert.NotEmpty(errors);
        return errors;
    }

    private string Option(string run, params string[] path) =>
        (string)path.Aggregate(JsonNode.Parse(File.ReadAllText(_folder.File($"{run}/options.json")))!, (node, name) => node[name]!)!;

    private StepMetrics First(string run) => MetricsFile.Read(_folder.File($"{run}/metrics.jsonl")).First(step => step.Step == 1);
}
