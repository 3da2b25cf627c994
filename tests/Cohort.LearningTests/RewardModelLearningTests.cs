using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.LearningTests;

/// <summary>Does a reward model learn? It tells four digits in the right order from the same digits in a wrong one, on problems that it never saw.</summary>
public sealed class RewardModelLearningTests : IDisposable
{
    private const string Options =
        """
        {"seed": 7, "threads": 1, "data": {"kind": "task", "task": "sort", "size": 4},
        "model": {"kind": "new", "hiddenSize": 32, "layers": 2, "heads": 2, "keyValueHeads": 2, "contextLength": 16},
        "evaluation": {"every": 60, "problems": 500}, "steps": 60, "batchPairs": 64, "centering": 0.01, "optimizer": {"learningRate": 0.004}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("cohort-learning-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Of the 500 held-out pairs. One standard error at 90 % is 1.3 points.
    [Fact]
    public void A_reward_model_ranks_more_than_nine_of_ten_held_out_pairs_right()
    {
        var sink = new Measurements();
        using var run = RewardModelRun.Start(Path.Combine(_folder, "run"), RunFile.ParseRewardModel(Options, []), sink);
        var result = run.Train();

        Assert.Equal(0.5, sink.Steps[0][MetricNames.ValidationPairAccuracy]); // the head is zero: every pair is a tie
        Assert.InRange(sink.Steps[^1][MetricNames.ValidationPairAccuracy], 0.9, 1);
        Assert.InRange(sink.Steps[^1][MetricNames.ValidationCalibrationError], 0, 0.15);
        Assert.Equal(sink.Steps[^1][MetricNames.ValidationPairAccuracy], result.BestValue);
    }

    /// <summary>The steps that measured on held-out pairs.</summary>
    private sealed class Measurements : IMetricSink
    {
        public List<StepMetrics> Steps { get; } = [];

        public void Write(StepMetrics metrics)
        {
            if (double.IsFinite(metrics[MetricNames.ValidationPairAccuracy]))
                Steps.Add(metrics);
        }

        public void Progress(RunPhase phase, long done, long total)
        {
        }

        public void Notice(string message) => throw new InvalidOperationException(message);
    }
}
