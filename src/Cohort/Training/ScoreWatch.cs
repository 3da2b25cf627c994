using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>
/// Hears verdicts as they come, and stops the measurement that waits for them as soon as it is certain that a reward passes its limit, or as a reward that
/// gave no score at all would, were its share the limit, fail so often by a chance below 1 in 1000. Thread-safe.
/// </summary>
internal sealed class ScoreWatch : IDisposable
{
    private const double Chance = 1e-3;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, Tally> _tallies;
    private readonly string _what;
    private readonly int _expected;
    private Task? _stopping;

    /// <summary>Watches over one measurement.</summary>
    /// <param name="rewards">The rewards that are asked.</param>
    /// <param name="what">What they score, such as "validation answers".</param>
    /// <param name="expected">How many of them.</param>
    /// <param name="cancel">Stops the run.</param>
    public ScoreWatch(RewardSet rewards, string what, int expected, CancellationToken cancel)
    {
        (_what, _expected) = (what, expected);
        _tallies = rewards.Rewards.ToDictionary(reward => reward.Name, reward => new Tally(reward));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <summary>Stops the measurement: the run's token, or a limit that was passed.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Why the measurement was stopped; null where it was not, or by the run's token.</summary>
    public TrainingException? Failure { get; private set; }

    /// <summary>Takes a verdict.</summary>
    public void Hear(Verdict verdict)
    {
        lock (_lock)
        {
            if (_stopping is not null)
                return;

            var tally = _tallies[verdict.Reward];
            if (verdict.Score is not Unscored none)
            {
                tally.Scored++;
                return;
            }

            tally.Unscored.Add(none);
            Failure = tally.Passed(_what, _expected);
            if (Failure is not null)
                _stopping = _stop.CancelAsync(); // not awaited: callbacks on the token are the reward's, and may hang like the reward
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopping is null)
                _stop.Dispose();
            else
                _ = _stopping.ContinueWith(_ => _stop.Dispose(), TaskScheduler.Default);
        }
    }

    /// <summary>What one reward said so far.</summary>
    private sealed class Tally(WeightedReward reward)
    {
        private readonly double _limit = reward.LargestUnscoredShare;

        public List<Unscored> Unscored { get; } = [];

        public int Scored { get; set; }

        public TrainingException? Passed(string what, int expected) =>
            Unscored.Count > _limit * expected ? Failed($"to {Unscored.Count} of {Unscored.Count + Scored} {what} so far, of {expected} in all")
            : Scored == 0 && Math.Pow(_limit, Unscored.Count) < Chance ? Failed($"to any of the first {Unscored.Count} {what}, of {expected} in all")
            : null;

        private TrainingException Failed(string share) =>
            ScoreLimits.Failure($"{ScoreLimits.Name(reward)} gave no score {share} (the limit is {_limit:P0})", Unscored);
    }
}
