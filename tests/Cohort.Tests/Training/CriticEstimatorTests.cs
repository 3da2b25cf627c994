using Cohort.Advantages;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class CriticEstimatorTests
{
    private static readonly long[][] Tokens = [[3, 7, 4, 9, 2, 5], [6, 8, 4, 3, 0, 0], [5, 5, 9, 2, 7, 0]];
    private static readonly string[] Marks = [".xxxx", ".xx..", "..xx."];
    private static readonly ValueTrack Untracked = new([], 1);
    private static readonly CriticOptions Slow = new() { Optimizer = new AdamOptions { LearningRate = 1e-9 } };

    // With lambda and discount 1 an advantage is the reward to go less V, so that what V has read shows in it.
    [Fact]
    public void No_advantage_depends_on_a_value_that_has_read_its_token_or_a_later_one()
    {
        using var scope = NewDisposeScope();
        using var critic = Awake();
        using var estimator = new CriticEstimator(new() { Lambda = 1 }, critic, microBatchRows: 2, new PhaseClock(), Untracked);
        var advantages = Advantages(estimator, Tokens);
        for (var t = 0; t < 5; t++)
        {
            var others = Tokens.Select(row => row.Select((token, i) => i > t ? (token + 6) % 13 : token).ToArray()).ToArray();
            var changed = Advantages(estimator, others);
            Numbers.Same(advantages.narrow(1, 0, t + 1), changed.narrow(1, 0, t + 1), Tolerances.HandComputed);
            if (t < 4)
                Assert.True((advantages - changed).abs()[0, t + 1].item<float>() > 1e-3, $"Column {t + 1} has not read token {t + 1}.");
        }
    }

    [Fact]
    public void Observation_tokens_are_stepped_over_as_if_they_were_not_there()
    {
        using var scope = NewDisposeScope();
        using var critic = Awake();
        using var estimator = new CriticEstimator(new() { Lambda = 0.8, Discount = 0.9 }, critic, microBatchRows: 2, new PhaseClock(), Untracked);
        var random = new Random(5);
        for (var trial = 0; trial < 20; trial++)
        {
            var actions = Enumerable.Range(1, 8).Where(_ => random.Next(2) == 0).Append(9).ToArray();
            var mask = new string(Enumerable.Range(0, 10).Select(t => actions.Contains(t) ? 'x' : '.').ToArray());
            using var batch = Batch([Enumerable.Range(0, 11).Select(_ => random.NextInt64(13)).ToArray()], [mask]);
            var rewards = rand(1, 10) * batch.ResponseMask;
            using var credit = estimator.Estimate(batch, rewards);
            var columns = tensor(actions.Select(action => (long)action).ToArray());
            var expected = GeneralizedAdvantage.PerToken(
                rewards.index_select(1, columns), critic.Values(batch.Tokens).index_select(1, columns),
                ones(1, actions.Length, ScalarType.Bool), 0.9, 0.8);
            Numbers.Same(expected, credit.Advantages.index_select(1, columns), Tolerances.HandComputed);
        }
    }

    [Fact]
    public void Returns_have_a_lambda_of_their_own_where_asked_for()
    {
        using var scope = NewDisposeScope();
        using var critic = Awake();
        using var batch = Batch(Tokens, Marks);
        var policy = Of(new PolicyLambda());
        var same = Of(new OwnLambda { Lambda = 0.3 });
        var own = Of(new OwnLambda { Lambda = 0.85 });
        var plain = Of(new OwnLambda());
        Numbers.Same(policy.Advantages, own.Advantages, 0);
        Assert.Equal(policy.ReturnMean, same.ReturnMean);
        Assert.Equal(ReturnMean(0.3), policy.ReturnMean, Tolerances.HandComputed);
        Assert.Equal(ReturnMean(0.85), own.ReturnMean, Tolerances.HandComputed);
        Assert.Equal(ReturnMean(1), plain.ReturnMean, Tolerances.HandComputed);
        Assert.True(Math.Abs(ReturnMean(0.3) - ReturnMean(0.85)) > 0.01 && Math.Abs(ReturnMean(1) - ReturnMean(0.85)) > 0.01);

        double ReturnMean(double lambda)
        {
            var values = critic.Values(batch.Tokens);
            var returns = GeneralizedAdvantage.PerToken(Rewards(), values, batch.ResponseMask, 0.9, lambda) + values;
            return Masked.Mean(returns, batch.ResponseMask).item<float>();
        }

        (Tensor Advantages, double ReturnMean) Of(ValueLambda valueLambda)
        {
            // Not disposed, since it owns the critic.
            var estimator = new CriticEstimator(
                new() { Discount = 0.9, Lambda = 0.3, ValueLambda = valueLambda }, critic, microBatchRows: 2, new PhaseClock(), Untracked);
            using var credit = estimator.Estimate(batch, Rewards());
            var measures = new Measures();
            credit.Describe(measures, isMeasured: false);
            return (credit.Advantages.clone(), measures.Of(MetricNames.ReturnMean));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Response_that_was_cut_off_goes_on_with_the_value_of_its_last_state_where_asked_for(bool bootstrap)
    {
        using var scope = NewDisposeScope();
        using var critic = Awake();
        using var batch = Batch(Tokens, Marks, cutOff: [true, false, true]);
        using var estimator = new CriticEstimator(
            new() { Discount = 0.9, Lambda = 0.8, BootstrapCutOff = bootstrap }, critic, microBatchRows: 1, new PhaseClock(), Untracked);
        using var credit = estimator.Estimate(batch, Rewards());
        int[] lengths = [6, 4, 5];
        for (var row = 0; row < 3; row++)
        {
            // The row alone, without padding.
            var after = critic.AfterEach(tensor(Tokens[row][..lengths[row]], [1, lengths[row]]));
            var last = lengths[row] - 2;
            var (value, next) = (after[0, last].item<float>(), bootstrap && row != 1 ? after[0, last + 1].item<float>() : 0);
            Assert.Equal(Rewards()[row, last].item<float>() + (0.9 * next) - value, credit.Advantages[row, last].item<float>(), 1e-5);
        }
    }

    // Returns of 2 and 6 have mean 4 and deviation 2. The critic's values of 0 are off by -2 and -6, in deviations by -1 and -3.
    [Fact]
    public void Normalized_loss_is_the_hand_computed_number()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch([[3, 7, 4], [6, 8, 4]], [".x", ".x"]);
        var critic = new Critic(TinyModels.Shape, headBias: true);
        InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
        using var estimator = Normalizing(critic, Slow);
        using var credit = estimator.Estimate(batch, tensor(new float[] { 0, 2, 0, 6 }, [2, 2]));
        var measures = new Measures();
        credit.Learn([0, 1], default, measures, default);
        Assert.Equal((1L, 4.0, 2.0), (estimator.Scale.Steps, estimator.Scale.Mean, estimator.Scale.Deviation));
        Assert.Equal(5, measures.Of(MetricNames.ValueLoss), Tolerances.HandComputed);
        Assert.Equal(0, measures.Of(MetricNames.ValueClip));
        credit.Learn([0, 1], default, measures, default);
        Assert.Equal(1, estimator.Scale.Steps);
        credit.Describe(measures, isMeasured: false);
        Assert.Equal((0.0, 4.0), (measures.Of(MetricNames.ValueMean), measures.Of(MetricNames.ReturnMean)));
        Assert.Equal(2.5, measures.Of(MetricNames.ValueTerm), Tolerances.HandComputed);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(250)]
    public void Values_keep_their_meaning_when_the_statistics_move(double size)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(Tokens, Marks);
        using var estimator = Normalizing(Awake(headBias: true), Slow);
        var before = Values(estimator, batch);
        for (var step = 1; step <= 3; step++)
        {
            using var credit = estimator.Estimate(batch, Rewards() * size * step);
            credit.Learn([0, 1, 2], default, new Measures(), default);
            Numbers.Same(before, Values(estimator, batch), Tolerances.LogProbs);
        }

        Assert.Equal(3, estimator.Scale.Steps);
    }

    [Fact]
    public void Clip_range_is_in_units_of_the_return()
    {
        Assert.Equal(0, Clipped(range: 80));
        Assert.Equal(1, Clipped(range: 20));

        // The returns' deviation is 50, and only the bias learns: a step of 1 moves each value by 50.
        static double Clipped(double range)
        {
            using var scope = NewDisposeScope();
            using var batch = Batch([[3, 7, 4], [6, 8, 4]], [".x", ".x"]);
            var critic = new Critic(TinyModels.Shape, headBias: true);
            InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
            foreach (var (name, parameter) in critic.named_parameters())
                parameter.requires_grad_(name == "score.bias");
            using var estimator = Normalizing(critic, new() { ClipRange = range, Optimizer = new AdamOptions { LearningRate = 1 } });
            using var credit = estimator.Estimate(batch, tensor(new float[] { 0, 200, 0, 300 }, [2, 2]));
            credit.Learn([0, 1], default, new Measures(), default);
            var measures = new Measures();
            credit.Learn([0, 1], default, measures, default);
            return measures.Of(MetricNames.ValueClip);
        }
    }

    [Fact]
    public void Large_returns_are_learnt_only_where_they_are_normalized()
    {
        Assert.InRange(Learnt(true), 700, 1300);
        Assert.InRange(Learnt(false), 0, 100);

        static double Learnt(bool normalize)
        {
            using var scope = NewDisposeScope();
            using var batch = Batch(Tokens, Marks);
            var critic = new Critic(TinyModels.Shape, normalize);
            InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
            using var estimator = new CriticEstimator(
                new()
                {
                    Lambda = 1,
                    Critic = new() { NormalizeReturns = normalize, ClipRange = 0, Optimizer = new AdamOptions { LearningRate = 0.02 } },
                },
                critic, microBatchRows: 2, new PhaseClock(), Untracked);
            var rewards = tensor(new float[] { 0, 0, 0, 0, 900, 0, 0, 1500, 0, 0, 0, 0, 0, 600, 0 }, [3, 5]);
            for (var step = 0; step < 60; step++)
            {
                using var credit = estimator.Estimate(batch, rewards);
                credit.Learn([0, 1, 2], default, new Measures(), default);
            }

            return Masked.Mean(Values(estimator, batch), batch.ResponseMask).item<float>();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Saved_critic_gives_the_same_credit_bit_for_bit(bool normalize)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var batch = Batch(Tokens, Marks);
        using var estimator = Estimator(seed: 3);
        Learn(estimator);
        estimator.Save(folder.Path);
        using var other = Estimator(seed: 4);
        other.Load(folder.Path);
        Assert.Equal(normalize, File.Exists(folder.File("critic-returns.json")));
        Assert.Equal(estimator.Scale, other.Scale);
        Numbers.Same(Learn(estimator), Learn(other), 0);

        Tensor Learn(CriticEstimator learner)
        {
            using var credit = learner.Estimate(batch, Rewards());
            credit.Learn([0, 1, 2], default, new Measures(), default);
            return Values(learner, batch);
        }

        CriticEstimator Estimator(ulong seed) => new(
            new() { Lambda = 1, Critic = new() { NormalizeReturns = normalize } }, Awake(normalize, seed), microBatchRows: 2, new PhaseClock(), Untracked);
    }

    [Fact]
    public void Cancelled_learning_moves_no_statistics()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(Tokens, Marks);
        using var critic = Awake(headBias: true);
        using var estimator = Normalizing(critic, Slow);
        using var credit = estimator.Estimate(batch, Rewards());
        var before = critic.parameters().Select(Numbers.Of).ToArray();
        Assert.Throws<OperationCanceledException>(() => credit.Learn([0, 1, 2], default, new Measures(), new CancellationToken(canceled: true)));
        Assert.Equal(new ReturnScale(), estimator.Scale);
        Assert.Equal(before, critic.parameters().Select(Numbers.Of));
    }

    [Fact]
    public void Returns_that_are_not_finite_move_no_statistics()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(Tokens, Marks);
        var critic = Awake(headBias: true);
        using (no_grad())
            critic.named_parameters().Single(pair => pair.name == "score.bias").parameter.fill_(float.PositiveInfinity);
        using var estimator = Normalizing(critic, Slow);
        using var credit = estimator.Estimate(batch, Rewards());
        Assert.Equal(
            "the returns' mean square is not finite.",
            Assert.Throws<NonFiniteException>(() => credit.Learn([0, 1, 2], default, new Measures(), default)).Message);
        Assert.Equal(new ReturnScale(), estimator.Scale);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(2, 2)]
    [InlineData(9, 9)]
    public void Critic_has_epochs_of_its_own_or_the_policys(int own, int expected)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(Tokens, Marks);
        using var estimator = new CriticEstimator(new() { Critic = new() { EpochsPerStep = own } }, Awake(), microBatchRows: 2, new PhaseClock(), Untracked);
        using var credit = estimator.Estimate(batch, Rewards());
        Assert.Equal(expected, credit.Epochs(policyEpochs: 7));
    }

    private static CriticEstimator Normalizing(Critic critic, CriticOptions options) =>
        new(new() { Lambda = 1, Critic = options with { NormalizeReturns = true } }, critic, microBatchRows: 2, new PhaseClock(), Untracked);

    // With lambda and discount 1 and no reward, an advantage is -V.
    private static Tensor Values(CriticEstimator estimator, RolloutBatch batch)
    {
        using var credit = estimator.Estimate(batch, zeros(batch.ResponseMask.shape));
        return -credit.Advantages;
    }

    private static Tensor Advantages(CriticEstimator estimator, long[][] tokens)
    {
        using var batch = Batch(tokens, Marks);
        using var credit = estimator.Estimate(batch, Rewards());
        return credit.Advantages.clone();
    }

    private static Tensor Rewards() => tensor(
        new float[] { 0, 0.2f, -0.4f, 0.1f, 1.7f, 0, 0.3f, 0.9f, 0, 0, 0, 0, -0.2f, 0.6f, 0 }, [3, 5]);

    private static RolloutBatch Batch(long[][] tokens, string[] mask, bool[]? cutOff = null)
    {
        using var scope = NewDisposeScope();
        return Batches.Make(mask, new double[mask.Length], zeros(mask.Length, mask[0].Length), groupSize: 1, tokens, cutOff);
    }

    private static Critic Awake(bool headBias = false, ulong seed = 3)
    {
        var critic = new Critic(TinyModels.Shape, headBias);
        InitialWeights.Draw(critic, TinyModels.Shape, seed, Purpose.CriticWeights);
        using var _ = no_grad();
        critic.named_parameters().Single(pair => pair.name == "score.weight").parameter.fill_(0.7f);
        return critic;
    }
}
