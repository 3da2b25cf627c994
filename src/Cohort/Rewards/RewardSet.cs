using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>All rewards of a run, whose weighted sum is what training maximizes (seed: R is "whatever scalar reward you define").</summary>
public sealed class RewardSet : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    /// <summary>Rewards in the order of the run file; the first one says whether a completion passes.</summary>
    /// <param name="rewards">At least one, with names of their own.</param>
    /// <param name="owned">What is disposed with the set.</param>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public RewardSet(IReadOnlyList<WeightedReward> rewards, IReadOnlyList<IDisposable>? owned = null)
    {
        if (rewards.Count == 0 || rewards.DistinctBy(reward => reward.Name).Count() != rewards.Count)
            throw new ArgumentException($"There are {rewards.Count} rewards; give at least one, each with a name of its own.", nameof(rewards));

        (Rewards, _owned) = (rewards, owned ?? []);
    }

    /// <summary>The rewards.</summary>
    public IReadOnlyList<WeightedReward> Rewards { get; }

    /// <summary>A set of one reward.</summary>
    /// <param name="reward">The reward; stays the caller's.</param>
    /// <param name="deadline">Time for one call.</param>
    public static RewardSet Of(IReward reward, TimeSpan deadline) => new([new WeightedReward(reward.Name, reward, Weight: 1, deadline)]);

    /// <summary>
    /// A completion's score: of one reward its own, times its weight; of several the weighted sum, with each reward's score as a part by its name, and its
    /// own parts as "name/part". Where one with a weight has no score, or the sum is beyond 1e15, there is none.
    /// </summary>
    /// <param name="verdicts">What each of the rewards said, in their order.</param>
    public Score Combine(IReadOnlyList<Verdict> verdicts)
    {
        var missing = Rewards.Zip(verdicts).FirstOrDefault(pair => pair.First.Weight != 0 && pair.Second.Score is Unscored).Second;
        if (missing?.Score is Unscored none)
            return Score.None(Rewards.Count == 1 ? none.Reason : $"{missing.Reward}: {none.Reason}") with { Verdicts = verdicts };

        var scored = Rewards.Zip(verdicts).Where(pair => pair.Second.Score is Scored).Select(pair => (pair.First, Own: (Scored)pair.Second.Score)).ToArray();
        var parts = Rewards.Count == 1 ? scored.FirstOrDefault().Own?.Parts ?? new Dictionary<string, double>()
            : scored.SelectMany(pair => pair.Own.Parts
                    .Select(part => KeyValuePair.Create($"{pair.First.Name}/{part.Key}", part.Value))
                    .Prepend(KeyValuePair.Create(pair.First.Name, pair.Own.Total)))
                .ToDictionary();
        var total = scored.Sum(pair => pair.First.Weight * pair.Own.Total);
        StepReward[] steps = [.. scored.Where(pair => pair.First.Weight != 0)
            .SelectMany(pair => pair.Own.Steps.Select(step => step with { Value = pair.First.Weight * step.Value }))];
        if (steps.Select(step => step.Value).Prepend(total).FirstOrDefault(number => !RewardCall.Fits(number)) is not 0 and var large)
        {
            var bounds = $"which does not lie between -{RewardCall.Largest} and {RewardCall.Largest}";
            return Score.None($"times its weight, a score or the sum is {large}, {bounds}; lower the weights") with { Verdicts = verdicts };
        }

        return new Scored(total, parts)
        {
            Steps = steps,
            Passes = verdicts[0].Score is Scored { Passes: true },
            Verdicts = verdicts,
        };
    }

    /// <summary>The answer that the first reward reads in a completion, which says whether it passes.</summary>
    /// <inheritdoc cref="RewardCall.AnswerOf"/>
    public (string Answer, string Failure) AnswerOf(Completion completion) => RewardCall.AnswerOf(Rewards[0].Reward, completion);

    /// <summary>These rewards, and others that are only measured: at weight 0. The sets that they come from still own them.</summary>
    /// <param name="metrics">The others.</param>
    public RewardSet Measuring(RewardSet metrics) => new([.. Rewards, .. metrics.Rewards.Select(metric => metric with { Weight = 0 })]);

    /// <summary>Frees what the set owns of its rewards: workers, connections, networks.</summary>
    public void Dispose()
    {
        foreach (var reward in _owned)
            reward.Dispose();
    }
}
