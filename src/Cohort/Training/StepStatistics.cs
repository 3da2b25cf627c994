using Cohort.Data;
using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Numbers about a step's completions and advantages, all over the whole step.</summary>
internal static class StepStatistics
{
    private static readonly OffPolicyCorrection RawRatios = new() { Method = OffPolicyMethod.Truncate, High = 1e8 };

    /// <summary>Scores, groups, lengths, and the KL to the reference.</summary>
    public static void OfCompletions(Collected collected, RunOptions options, Measures measures)
    {
        var groups = collected.Sampled.ToArray();
        var scored = groups.SelectMany(group => group.Scores).OfType<Scored>().ToArray();
        measures.Set(MetricNames.Unscored, 1 - ((double)scored.Length / groups.Sum(group => group.Scores.Count)));
        if (scored.Length > 0)
        {
            OfScores(scored, measures);
        }

        OfRewards([.. groups.SelectMany(group => group.Scores)], measures);
        OfGroups(groups, measures);
        if (options.Rollout.MaxRefills > 0)
        {
            measures.Set(MetricNames.DroppedGroups, collected.Dropped.Count);
        }

        OfLengths([.. groups.SelectMany(group => group.Completions)], measures);
        OfLogProbs(collected.Batch, options, measures);
    }

    /// <summary>Mean, deviation and range over tokens.</summary>
    public static void OfAdvantages(RolloutBatch batch, Tensor advantages, Measures measures)
    {
        using var scope = NewDisposeScope();
        var counting = advantages.masked_select(batch.ResponseMask);
        if (counting.numel() == 0)
        {
            return;
        }

        measures.Set(
            (MetricNames.AdvantageMean, counting.mean()),
            (MetricNames.AdvantageDeviation, counting.std(unbiased: false)),
            (MetricNames.AdvantageLowest, counting.min()),
            (MetricNames.AdvantageHighest, counting.max()));
    }

    /// <summary>Each row's mean advantage over its tokens, for the log.</summary>
    public static IReadOnlyList<double> AdvantageOfRows(RolloutBatch batch, Tensor advantages)
    {
        using var scope = NewDisposeScope();
        var means = advantages.sum(1) / batch.ResponseMask.sum(1).clamp(min: 1);
        return means.cpu().to_type(ScalarType.Float64).data<double>().ToArray();
    }

    /// <summary>The seed's composite objective from its four terms, and J_beta.</summary>
    public static void OfObjective(RunOptions options, Coefficients coefficients, Measures measures)
    {
        string[] terms = [MetricNames.Surrogate, MetricNames.ValueTerm, MetricNames.EntropyTerm, MetricNames.KlTerm];
        foreach (var term in terms.Where(term => double.IsNaN(measures.Of(term))))
        {
            measures.Set(term, 0);
        }

        measures.Set(MetricNames.Composite, terms.Sum(measures.Of));
        if (options.Algorithm.Entropy is { Coefficient: > 0 } or { Target: > 0 })
        {
            measures.Set(MetricNames.EntropyCoefficient, coefficients.Entropy);
        }

        if (options.Algorithm.Kl.NeedsReference)
        {
            measures.Set(MetricNames.KlCoefficient, coefficients.Kl);
            measures.Set(
                MetricNames.RegularizedObjective,
                measures.Of(MetricNames.ScoreMean) - (coefficients.Kl * measures.Of(MetricNames.KlReferenceSequence)));
        }
    }

    private static void OfScores(Scored[] scored, Measures measures)
    {
        var totals = scored.Select(score => score.Total).ToArray();
        measures.Set(MetricNames.ScoreMean, totals.Average());
        measures.Set(MetricNames.ScoreDeviation, Deviation(totals));
        measures.Set(MetricNames.ScoreLowest, totals.Min());
        measures.Set(MetricNames.ScoreHighest, totals.Max());
        var rewards = scored[0].Verdicts.Select(verdict => verdict.Reward).ToArray();
        foreach (var part in scored.SelectMany(score => score.Parts).Where(part => !rewards.Contains(part.Key)).GroupBy(part => part.Key).OrderBy(part => part.Key, StringComparer.Ordinal))
        {
            measures.Set(MetricNames.PartPrefix + part.Key, part.Average(value => value.Value));
        }
    }

    private static void OfRewards(Score[] scores, Measures measures)
    {
        foreach (var verdicts in scores.SelectMany(score => score.Verdicts).GroupBy(verdict => verdict.Reward))
        {
            var totals = verdicts.Select(verdict => verdict.Score).OfType<Scored>().Select(score => score.Total).ToArray();
            if (totals.Length > 0)
            {
                measures.Set(MetricNames.RewardMeanPrefix + verdicts.Key, totals.Average());
                measures.Set(MetricNames.RewardDeviationPrefix + verdicts.Key, Deviation(totals));
            }

            measures.Set(MetricNames.RewardUnscoredPrefix + verdicts.Key, 1 - ((double)totals.Length / scores.Length));
            measures.Set(MetricNames.RewardSecondsPrefix + verdicts.Key, verdicts.Average(verdict => verdict.Seconds));
        }
    }

    private static void OfGroups(IEnumerable<ScoredGroup> sampled, Measures measures)
    {
        var groups = sampled.Select(group => group.Scores.OfType<Scored>().ToArray()).Where(scores => scores.Length > 1).ToArray();
        if (groups.Length == 0)
        {
            return;
        }

        var flat = groups.Where(group => group.All(score => score.Total == group[0].Total)).ToArray();
        measures.Set(MetricNames.GroupDeviation, groups.Average(group => Deviation([.. group.Select(score => score.Total)])));
        measures.Set(MetricNames.GroupBest, groups.Average(group => group.Max(score => score.Total)));
        measures.Set(MetricNames.FlatGroups, (double)flat.Length / groups.Length);
        measures.Set(MetricNames.AllRightGroups, (double)flat.Count(group => group.All(score => score.Passes)) / groups.Length);
        measures.Set(MetricNames.AllWrongGroups, (double)flat.Count(group => !group.Any(score => score.Passes)) / groups.Length);
    }

    private static void OfLengths(IReadOnlyList<Completion> completions, Measures measures)
    {
        var lengths = completions.Select(completion => completion.ResponseTokens.Count).ToArray();
        var stopped = completions.Where(completion => completion.FinishReason == FinishReason.Stop).ToArray();
        measures.Set(MetricNames.LengthMean, lengths.Average());
        measures.Set(MetricNames.LengthShortest, lengths.Min());
        measures.Set(MetricNames.LengthLongest, lengths.Max());
        measures.Set(MetricNames.LengthHigh, lengths.Order().ElementAt((int)Math.Ceiling(0.95 * lengths.Length) - 1));
        if (stopped.Length > 0)
        {
            measures.Set(MetricNames.StoppedLengthMean, stopped.Average(completion => completion.ResponseTokens.Count));
        }

        measures.Set(MetricNames.CutOff, 1 - ((double)stopped.Length / completions.Count));
        measures.Set(MetricNames.PromptLengthMean, completions.Average(completion => completion.PromptTokens.Count));
        measures.Set(MetricNames.PromptLengthLongest, completions.Max(completion => completion.PromptTokens.Count));
    }

    private static void OfLogProbs(RolloutBatch batch, RunOptions options, Measures measures)
    {
        using var scope = NewDisposeScope();
        var difference = (batch.BehaviourLogProbs - batch.OldLogProbs).abs();
        var weights = options.Algorithm.OffPolicy.Method == OffPolicyMethod.None
            ? OffPolicyWeights.Of(RawRatios, batch.OldLogProbs, batch.BehaviourLogProbs, batch.ResponseMask)
            : batch.OffPolicyWeights;
        List<(string, Tensor)> numbers =
        [
            (MetricNames.BehaviourDifferenceMean, Mean(difference)),
            (MetricNames.BehaviourDifferenceHighest, difference.max()),
            (MetricNames.EffectiveSampleSize, OffPolicyWeights.EffectiveSampleSize(weights, batch.ResponseMask)),
        ];
        if (options.Algorithm.Kl.NeedsReference)
        {
            numbers.AddRange(KlNumbers());
        }

        measures.Set(numbers);

        Tensor Mean(Tensor perToken) => Masked.Mean(perToken, batch.ResponseMask);

        // k2 and abs are no estimates of the KL's value: its target and price are k1's.
        (string, Tensor)[] KlNumbers()
        {
            var k1 = KlEstimators.PerToken(KlEstimator.K1, batch.OldLogProbs, batch.RefLogProbs);
            var kl = options.Algorithm.Kl.Estimator is KlEstimator.K2 or KlEstimator.Abs ? k1 : batch.KlToReference;
            return
            [
                (MetricNames.KlReference, Mean(kl)),
                (MetricNames.KlReferenceK1, Mean(k1)),
                (MetricNames.KlReferenceK3, Mean(KlEstimators.PerToken(KlEstimator.K3, batch.OldLogProbs, batch.RefLogProbs))),
                (MetricNames.KlReferenceSequence, kl.sum() / batch.ResponseMask.any(1).sum().clamp(min: 1)),
            ];
        }
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
