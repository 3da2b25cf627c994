using Cohort.Rewards;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>A run's rewards, and those that are only measured on the validation split (<see cref="EvaluationOptions.Metrics"/>).</summary>
internal sealed class MeasuredRewards : IDisposable
{
    private readonly IDisposable[] _owned;

    private MeasuredRewards(RewardSet trained, RewardSet measured, params IDisposable[] owned) => (Trained, Measured, _owned) = (trained, measured, owned);

    /// <summary>What training maximizes.</summary>
    public RewardSet Trained { get; }

    /// <summary>The same, followed by the metrics at weight 0, each named as in metrics.jsonl; without metrics the same set.</summary>
    public RewardSet Measured { get; }

    /// <summary>The metrics, each named as in metrics.jsonl.</summary>
    public IEnumerable<WeightedReward> Metrics => Measured.Rewards.Skip(Trained.Rewards.Count);

    /// <summary>Rewards without metrics.</summary>
    /// <param name="trained">Owned by the result.</param>
    public static MeasuredRewards Of(RewardSet trained) => new(trained, trained, trained);

    /// <summary>Opens both.</summary>
    /// <returns>Owned by the caller.</returns>
    /// <inheritdoc cref="RunRewards.Open"/>
    public static MeasuredRewards Open(RunOptions options, RewardSetting setting, IReward? custom)
    {
        var trained = RunRewards.Open(options.Reward, setting, custom);
        try
        {
            var named = options.Evaluation.Metrics
                .Select(metric => KeyValuePair.Create(MetricNames.ValidationMetricPrefix + metric.Key, metric.Value))
                .ToArray();
            if (named.Length == 0)
                return Of(trained);

            var metrics = RunRewards.Open(new SeveralRewards { Rewards = new(named) }, setting with { Group = "evaluation.metrics" }, custom);
            return new(trained, trained.Measuring(metrics), trained, metrics);
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var rewards in _owned)
            rewards.Dispose();
    }
}
