using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class TokenRewardsTests
{
    private const double NaN = double.NaN;

    private static readonly double[][] Kl = [[9, 0.3, -0.2, 0.5], [0.4, 9, 9, 9], [9, 0.6, 0.7, 9], [9, 9, 0.25, 0.75]];
    private static readonly string[] Responses = [".xxx", "x...", ".xx.", "..xx"];
    private static readonly double[] Scores = [0.7, -1.3, NaN, 2.5];

    [Fact]
    public void Score_stands_on_the_last_token_and_a_row_without_one_has_none()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch();
        var rewards = TokenRewards.Shape(batch, new KlPenalty { Placement = KlPlacement.InLoss, Coefficient = 0.2 }, 0.2);
        Numbers.Same([0, 0, 0, 0.7, -1.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2.5], rewards, Tolerances.HandComputed);
    }

    [Fact]
    public void Divergence_in_the_reward_is_taken_from_every_token_with_the_steps_coefficient()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch();
        var rewards = TokenRewards.Shape(batch, new KlPenalty { Placement = KlPlacement.InReward, Coefficient = 0.9 }, coefficient: 0.2);
        Numbers.Same(
            [0, -0.06, 0.04, 0.6, -1.38, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.05, 2.35], rewards, Tolerances.HandComputed);
    }

    // Each token carries the divergence of the state that it leads to: its own drops out.
    [Fact]
    public void Exact_divergence_in_the_reward_is_that_of_the_next_state()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch();
        var both = new KlPenalty { Placement = KlPlacement.InRewardAndLoss, Estimator = KlEstimator.Exact, Coefficient = 0.9 };
        Numbers.Same(
            [0, 0.04, -0.1, 0.7, -1.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.15, 2.5], TokenRewards.Shape(batch, both, coefficient: 0.2), Tolerances.HandComputed);
    }

    // Totals with the divergence inside: 0.58, -1.38 | -, 2.3: means -0.4 and, of one score, nothing to compare with.
    [Fact]
    public void Group_relative_estimator_compares_whole_rewards_and_gives_unscored_rows_nothing()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch();
        using var rewards = TokenRewards.Shape(batch, new KlPenalty { Coefficient = 0.2 }, 0.2);
        using var policy = TinyModels.Policy();
        var unscaled = AlgorithmOptions.Grpo with { Advantage = new GroupRelative { Scale = GroupScale.None } };
        using var estimator = Estimators.Create(policy, TinyTraining.Options(unscaled), new PhaseClock(), []);
        using var credit = estimator.Estimate(batch, rewards);
        Numbers.Same([0, 0.98, 0.98, 0.98, -0.98, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], credit.Advantages, Tolerances.HandComputed);
        Assert.False(estimator.PolicyRests(1));
    }

    private static RolloutBatch Batch()
    {
        using var scope = NewDisposeScope();
        return Batches.Make(Responses, Scores, Numbers.Rows(Kl).to_type(ScalarType.Float32), groupSize: 2);
    }
}
