using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.LearningTests;

/// <summary>Does it learn? A small model sorts four digits: shown at first, then rewarded.</summary>
public sealed class LearningTests : IDisposable
{
    private const string Sft =
        """
        {"seed": 7, "threads": 1, "data": {"kind": "task", "task": "sort", "size": 4},
        "model": {"kind": "new", "hiddenSize": 32, "layers": 2, "heads": 2, "keyValueHeads": 2, "contextLength": 16},
        "evaluation": {"every": 70, "problems": 500}, "steps": 70, "batchRows": 64, "optimizer": {"learningRate": 0.004}}
        """;

    // 128 completions and four updates a step.
    private const string Rl =
        """
        {"seed": 7, "threads": 1, "data": {"kind": "task", "task": "sort", "size": 4}, "model": {"kind": "folder"},
        "evaluation": {"every": 40, "problems": 500}, "budget": {"steps": 40}, "update": {"epochsPerStep": 2, "minibatchRows": 64},
        "optimizer": {"learningRate": 0.0007, "schedule": "linear"},
        """;

    private const string Grpo = Rl + """ "rollout": {"promptsPerStep": 16, "samplesPerPrompt": 8}, "algorithm": {"preset": "grpo"}} """;

    // The plain policy gradient with another baseline, and all of DAPO: clip-higher, the mean over tokens, dynamic sampling.
    private const string Rloo = Rl + """ "rollout": {"promptsPerStep": 16, "samplesPerPrompt": 8}, "algorithm": {"preset": "rloo"}} """;

    private const string Dapo = Rl +
        """ "rollout": {"promptsPerStep": 16, "samplesPerPrompt": 8, "maxRefills": 2}, "algorithm": {"preset": "dapo"}} """;

    private const string Ppo = Rl +
        """
        "rollout": {"promptsPerStep": 128, "samplesPerPrompt": 1}, "algorithm": {"preset": "ppo", "advantage": {"kind": "critic", "critic": {
        "start": {"kind": "fresh", "hiddenSize": 32, "layers": 2, "heads": 2}, "optimizer": {"learningRate": 0.002}}}}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("cohort-learning-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Of the 500 held-out problems, fine-tuning solves about a third, GRPO, PPO and DAPO about two thirds, RLOO a little less. One standard error is 2 points.
    [Fact]
    public void Algorithms_raise_the_pass_rate_on_problems_that_training_never_showed()
    {
        var curve = new Curve();
        using var sft = SftRun.Start(Path.Combine(_folder, "sft"), RunFile.ParseSft(Sft, []), curve);
        var model = sft.Train().ModelFolder;
        Assert.InRange(curve.Passes[0], 0, 0.02);
        Assert.InRange(curve.Passes[^1], 0.2, 0.6);

        foreach (var (name, file, gain) in new[] { ("GRPO", Grpo, 0.12), ("PPO", Ppo, 0.12), ("DAPO", Dapo, 0.12), ("RLOO", Rloo, 0.06) })
        {
            var passes = Passes(name, file, model);
            Assert.Equal(curve.Passes[^1], passes[0]);
            Assert.True(passes[^1] >= passes[0] + gain, $"{name} went from {passes[0]:P1} to {passes[^1]:P1}; at least {100 * gain} points are expected.");
        }
    }

    private List<double> Passes(string name, string file, string model)
    {
        var curve = new Curve();
        using var run = PolicyRun.Start(Path.Combine(_folder, name), RunFile.ParseRun(file, [$"model.path={model}"]), curve);
        run.Train();
        return curve.Passes;
    }

    /// <summary>The sampled pass rate on held-out problems, measurement by measurement.</summary>
    private sealed class Curve : IMetricSink
    {
        public List<double> Passes { get; } = [];

        public void Write(StepMetrics metrics) =>
            Passes.AddRange(metrics.Values.Where(pair => pair.Key == MetricNames.ValidationSampled).Select(pair => pair.Value));

        public void Progress(RunPhase phase, long done, long total)
        {
        }

        public void Notice(string message) => throw new InvalidOperationException(message);
    }
}
