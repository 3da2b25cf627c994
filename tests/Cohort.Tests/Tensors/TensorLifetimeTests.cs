using Cohort.Advantages;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

/// <summary>Every public function on tensors leaves its results and nothing else, and none of its arguments is disposed.</summary>
public sealed class TensorLifetimeTests
{
    private static readonly Tensor A = Kept(Numbers.Rows([-0.5, -0.7, -0.9], [-1.1, -1.3, -1.7]));
    private static readonly Tensor B = Kept(Numbers.Rows([-0.6, -0.4, -0.8], [-1.2, -1.5, -1.4]));
    private static readonly Tensor Single = Kept(A.to_type(ScalarType.Float32));
    private static readonly Tensor Mask = Kept(Numbers.Mask("xx.", ".xx"));
    private static readonly Tensor Nothing = Kept(Numbers.Mask("...", "..."));
    private static readonly Tensor Tokens = Kept(tensor(new long[] { 0, 1, 2, 1, 2, 0, 1, 2 }, [2, 4]));
    private static readonly Tensor Targets = Kept(tensor(new long[] { 1, 2 }));
    private static readonly Tensor History = Kept(tensor(new long[] { 0, 0, 2, 1 }, [2, 2]));
    private static readonly Tensor Scores = Kept(tensor(new[] { 0.3, 0.8, 1.9, 0.6 }));
    private static readonly Tensor Scored = Kept(tensor(new[] { true, true, false, true }));

    public static TheoryData<string, int, Func<object>> Functions => new()
    {
        { "Masked.Zero", 1, () => Masked.Zero(A, Mask) },
        { "Masked.Sum", 1, () => Masked.Sum(A, Mask) },
        { "Masked.Mean", 1, () => Masked.Mean(A, Mask) },
        { "Masked.Normalize", 1, () => Masked.Normalize(A, Mask) },
        { "TokenLogProbs.Targets", 1, () => TokenLogProbs.Targets(Tokens, Mask) },
        { "TokenLogProbs.Spread", 1, () => TokenLogProbs.Spread(Scores, Mask) },
        { "TokenLogProbs.Distribution", 1, () => TokenLogProbs.Distribution(A, 1) },
        { "TokenLogProbs.Distribution, tempered", 1, () => TokenLogProbs.Distribution(A, 0.7) },
        { "TokenLogProbs.Of", 1, () => TokenLogProbs.Of(A, Targets) },
        { "TokenLogProbs.Of of logits", 1, () => TokenLogProbs.Of(new TokenDistribution(Single, 0.7), Targets) },
        { "ImportanceRatio.PerToken", 1, () => ImportanceRatio.PerToken(A, B) },
        { "ClippedSurrogate.PerToken", 1, () => ClippedSurrogate.PerToken(A, B, 0.2, 0.3) },
        { "ClippedSurrogate.Clipped", 2, () => ClippedSurrogate.Clipped(A, B, 0.2, 0.3) },
        { "ClippedValueLoss.PerToken", 1, () => ClippedValueLoss.PerToken(A, B, A, 0.2) },
        { "ClippedValueLoss.PerToken, unclipped", 1, () => ClippedValueLoss.PerToken(A, B, A, double.PositiveInfinity) },
        { "ClippedValueLoss.Clipped", 1, () => ClippedValueLoss.Clipped(A, B, A, 0.2) },
        { "Entropy.PerToken", 1, () => Entropy.PerToken(A) },
        { "Entropy.WithLogProbs, watched alone", 2, () => Entropy.WithLogProbs(new(Single, 0.7), Targets, learns: false) },
        { "TokenDistribution.LogProbs", 1, () => new TokenDistribution(Single, 0.7).LogProbs() },
        { "KlEstimators.PerToken K1", 1, () => KlEstimators.PerToken(KlEstimator.K1, A, B) },
        { "KlEstimators.PerToken K2", 1, () => KlEstimators.PerToken(KlEstimator.K2, A, B) },
        { "KlEstimators.PerToken K3", 1, () => KlEstimators.PerToken(KlEstimator.K3, A, B) },
        { "KlEstimators.PerToken Abs", 1, () => KlEstimators.PerToken(KlEstimator.Abs, A, B) },
        { "KlEstimators.Weighted PlainK3", 1, () => KlEstimators.Weighted(KlEstimator.PlainK3, A, B, A) },
        { "KlEstimators.OfNextState", 1, () => KlEstimators.OfNextState(A, Mask) },
        { "EntropyMask.Highest", 1, () => EntropyMask.Highest(A, Mask, 0.5) },
        { "EntropyMask.Highest of nothing", 1, () => EntropyMask.Highest(A, Nothing, 0.5) },
        { "OffPolicyMask.Keep", 1, () => OffPolicyMask.Keep(A, B, A, Mask, 0.1) },
        { "OffPolicyWeights.Of", 1, () => OffPolicyWeights.Of(new(), A, B, Mask) },
        {
            "OffPolicyWeights.Of, gated and normalized", 1,
            () => OffPolicyWeights.Of(new() { Method = OffPolicyMethod.Gate, Level = OffPolicyLevel.SequenceMean, Normalize = true }, A, B, Mask)
        },
        { "OffPolicyWeights.Mean of tokens", 1, () => OffPolicyWeights.Mean(OffPolicyLevel.Token, A, Mask) },
        { "OffPolicyWeights.Mean of responses", 1, () => OffPolicyWeights.Mean(OffPolicyLevel.Sequence, A, Mask) },
        { "OffPolicyWeights.EffectiveSampleSize", 1, () => OffPolicyWeights.EffectiveSampleSize(A, Mask) },
        { "PairwiseRankingLoss.PerPair", 1, () => PairwiseRankingLoss.PerPair(Scores, Scores, Scores) },
        { "PairwiseRankingLoss.CenteringPerPair", 1, () => PairwiseRankingLoss.CenteringPerPair(Scores, Scores) },
        { "TokenLogProbs.SumOfSquares", 1, () => TokenLogProbs.SumOfSquares(A) },
        { "KlEstimators.Exact", 1, () => KlEstimators.Exact(A, B) },
        { "KlEstimators.Weighted K2", 1, () => KlEstimators.Weighted(KlEstimator.K2, A, B, A) },
        { "KlEstimators.Weighted K3", 1, () => KlEstimators.Weighted(KlEstimator.K3, A, B, A) },
        { "TokenLoss.Share ResponseMean", 1, () => TokenLoss.Share(A, Mask, Reduction.ResponseMean, new(2, 4, 3)) },
        { "TokenLoss.Share TokenMean", 1, () => TokenLoss.Share(A, Mask, Reduction.TokenMean, new(2, 4, 3)) },
        { "TokenLoss.Share FixedLength", 1, () => TokenLoss.Share(A, Mask, Reduction.FixedLength, new(2, 4, 3)) },
        { "TokenLoss.Share ResponseSum", 1, () => TokenLoss.Share(A, Mask, Reduction.ResponseSum, new(2, 4, 3)) },
        { "TokenLoss.Share Sum", 1, () => TokenLoss.Share(A, Mask, Reduction.Sum, new(2, 4, 3)) },
        { "NextTokenLoss.Share", 1, () => NextTokenLoss.Share(Scores, 4) },
        { "GeneralizedAdvantage.PerToken", 1, () => GeneralizedAdvantage.PerToken(A, B, Mask, 0.9, 0.8) },
        {
            "GroupRelativeAdvantage.PerResponse", 1,
            () => GroupRelativeAdvantage.PerResponse(Scores, Scored, 2, GroupScale.GroupDeviation, 1e-4)
        },
        { "GroupRelativeAdvantage.PerResponse, unscaled", 1, () => GroupRelativeAdvantage.PerResponse(Scores, Scored, 2, GroupScale.None, 1e-4) },
        { "Masked.Broadcast, and its rows", 2, () => Masked.Broadcast(Scores.narrow(0, 0, 2), Mask) },
        {
            "GroupRelativeAdvantage.PerResponse, by the batch without the row", 1,
            () => GroupRelativeAdvantage.PerResponse(Scores, Scored, 2, GroupScale.BatchDeviation, 1e-4, DeviationKind.LeaveOneOut)
        },
        { "LeaveOneOutAdvantage.PerResponse", 1, () => LeaveOneOutAdvantage.PerResponse(Scores, Scored, 2) },
        { "BatchBaselineAdvantage.PerResponse", 1, () => BatchBaselineAdvantage.PerResponse(Scores, Scored) },
        { "LengthWeightedBaseline.PerResponse, and its mask", 2, () => LengthWeightedBaseline.PerResponse(Scores, Scored, ones(4, 3, ScalarType.Bool), 2) },
        {
            "BestOfGroupAdvantage.PerResponse", 1,
            () => BestOfGroupAdvantage.PerResponse(Scores, Scored, 2, GroupScale.GroupDeviation, 1e-4)
        },
        { "GpgAdvantage.PerResponse", 1, () => GpgAdvantage.PerResponse(Scores, Scored, 2) },
        {
            "PerRewardAdvantage.PerResponse", 1,
            () => PerRewardAdvantage.PerResponse(A, Mask, [0.5, 0.7, 0.9], 2, GroupScale.GroupDeviation, 1e-4)
        },
        { "DiscountedReturns.PerToken", 1, () => DiscountedReturns.PerToken(A, Mask, 0.9) },
        { "GreedyBaselineAdvantage.PerToken, and its scores", 2, () => GreedyBaselineAdvantage.PerToken(A, A.select(1, 0), Mask) },
        { "ReinforcePlusPlusAdvantage.PerToken", 1, () => ReinforcePlusPlusAdvantage.PerToken(A, Mask, 0.9) },
        {
            "ReinforcePlusPlusAdvantage.WithGroupBaseline, its scores and scored", 3,
            () => ReinforcePlusPlusAdvantage.WithGroupBaseline(A.select(1, 0), Mask.select(1, 1), Mask, 2)
        },
        { "OptimalTokenBaseline.GradientNorm", 1, () => OptimalTokenBaseline.GradientNorm(A, B) },
        { "OptimalTokenBaseline.PerToken", 1, () => OptimalTokenBaseline.PerToken(A, B, Mask, 2) },
        { "ProcessRelativeAdvantage.PerToken", 1, () => ProcessRelativeAdvantage.PerToken(A, Mask, Mask, 2, 1e-4) },
        { "Packing.Pack", 2, () => Packing.Pack([([2, 3], [4]), ([5], [6, 7])], padding: 0) },
        { "Packing.Spread", 1, () => Packing.Spread(Mask, [[0.5f, 0.7f], [0.9f, 1.1f]]) },
        { "SamplingFilters.TopK", 1, () => SamplingFilters.TopK(A, 2) },
        { "SamplingFilters.TopK, all", 1, () => SamplingFilters.TopK(A, 0) },
        { "SamplingFilters.TopP", 1, () => SamplingFilters.TopP(A, 0.6) },
        { "SamplingFilters.TopP, all", 1, () => SamplingFilters.TopP(A, 1) },
        { "SamplingFilters.MinP", 1, () => SamplingFilters.MinP(A, 0.9) },
        { "SamplingFilters.Repetition", 1, () => SamplingFilters.Repetition(A, History, 1.2) },
        { "SamplingFilters.MinNewTokens", 1, () => SamplingFilters.MinNewTokens(A, 2, 3, [1]) },
        { "SamplingFilters.MinNewTokens, enough", 1, () => SamplingFilters.MinNewTokens(A, 3, 3, [1]) },
        { "ShapedRewards.OnLastToken", 1, () => ShapedRewards.OnLastToken(Targets, Mask) },
        { "ShapedRewards.LessKl", 1, () => ShapedRewards.LessKl(A, B, 0.2) },
        { "TokenDraw.Draw", 2, () => TokenDraw.Draw(A, new RolloutSampling(), [0.3, 0.7]) },
        { "TokenDraw.Draw, cut", 2, () => TokenDraw.Draw(A, new EvaluationSampling { TopK = 2, TopP = 0.9, MinP = 0.1 }, [0.3, 0.7]) },
        { "TokenDraw.Draw, greedy", 2, () => TokenDraw.Draw(A, EvaluationSampling.Greedy, [0.3, 0.7]) },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_leaves_its_results_alone(string name, int results, Func<object> function)
    {
        var before = LiveTensors.Count;
        using (NewDisposeScope())
        {
            _ = function();
            Assert.True(LiveTensors.Count == before + results, $"{name} left {LiveTensors.Count - before} tensors, and gives {results}.");
        }

        Assert.Equal(before, LiveTensors.Count);
        Assert.All(new[] { A, B, Single, Mask, Tokens, Targets, History, Scores, Scored }, argument => Assert.False(argument.IsInvalid));
    }

    [Fact]
    public void Token_rewards_and_micro_batches_leave_their_results_alone()
    {
        using var kl = zeros(2, 3);
        using var batch = Batches.Make(["xx.", ".xx"], [0.7, 0.9], kl, 2);
        var micro = batch.Split([0, 1], 2).Single();
        foreach (var function in new Func<Tensor>[]
        {
            () => TokenRewards.Shape(batch, new KlPenalty { Coefficient = 0.2 }, 0.2),
            () => micro.Tokens(),
            () => micro.Take(batch.ResponseMask),
        })
        {
            var before = LiveTensors.Count;
            using (NewDisposeScope())
            {
                _ = function();
                Assert.Equal(before + 1, LiveTensors.Count);
            }
        }
    }

    [Fact]
    public void Refused_arguments_leave_nothing_behind()
    {
        Assert.False(A.IsInvalid); // made before counting
        LiveTensors.StayAsMany("A refusal", () =>
        {
            Assert.Throws<ArgumentException>(() => Masked.Normalize(A, Scored));
            Assert.Throws<ArgumentException>(() => GeneralizedAdvantage.PerToken(A, B, Scored, 0.9, 0.8));
            Assert.Throws<ArgumentException>(() => GroupRelativeAdvantage.PerResponse(Scores, Scored, 3, GroupScale.None, 1e-4));
        });
    }

    private static Tensor Kept(Tensor value) => value.DetachFromDisposeScope();
}
