using System.Diagnostics;
using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Learns V and gives credit by generalized advantage estimation. The critic is a network of its own with its own optimizer. Its output o gives
/// V = μ + σ o, with μ = 0 and σ = 1 unless returns are normalized.
/// </summary>
internal sealed class CriticEstimator(CriticAdvantage options, Critic critic, int microBatchRows, PhaseClock clock, ValueTrack track) : IAdvantageEstimator
{
    private const string OptimizerFile = "critic-optimizer.safetensors";
    private const string ScaleFile = "critic-returns.json";
    private const string Folder = "critic";

    private readonly Optimizer _optimizer = Optimizer.Create(critic, options.Critic.Optimizer);

    /// <summary>The statistics that returns are normalized by.</summary>
    public ReturnScale Scale { get; private set; } = new();

    public Credit Estimate(RolloutBatch batch, Tensor rewards)
    {
        using var scope = NewDisposeScope();
        using (clock.During(Phase.Evaluation))
            track.Begin(AfterEach);

        using var _ = clock.During(Phase.Critic);
        var (values, finalValues) = (Values(batch), FinalValues(batch));
        var advantages = Advantages(options.Lambda);
        var returns = values + options.ValueLambda switch
        {
            PolicyLambda => advantages,
            OwnLambda own => Advantages(own.Lambda),
            _ => throw new UnreachableException(),
        };
        return new CriticCredit(this, batch, rewards, advantages, values, returns);

        Tensor Advantages(double lambda) =>
            GeneralizedAdvantage.PerToken(rewards, values, finalValues, batch.ResponseMask, options.Discount, lambda);
    }

    public bool PolicyRests(long step) => step <= options.Critic.WarmupSteps;

    public void Save(string folder)
    {
        if (Adapters.Any(critic))
        {
            AdapterFolder.Save(critic, Path.Combine(folder, Folder), baseFolder: "", dropout: 0);
        }
        else
        {
            ModelFolder.Save(critic, critic.Config, Path.Combine(folder, Folder));
        }

        _optimizer.Save(Path.Combine(folder, OptimizerFile));
        track.Save(folder);
        if (options.Critic.NormalizeReturns)
        {
            Scale.Save(Path.Combine(folder, ScaleFile));
        }
    }

    public void Load(string folder)
    {
        if (Adapters.Any(critic))
        {
            AdapterFolder.ReadWeights(critic, Path.Combine(folder, Folder));
        }
        else
        {
            ModelFolder.ReadWeights(critic, Path.Combine(folder, Folder));
        }

        _optimizer.Load(Path.Combine(folder, OptimizerFile));
        track.Load(folder);
        if (options.Critic.NormalizeReturns)
        {
            Scale = ReturnScale.Load(Path.Combine(folder, ScaleFile));
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        critic.Dispose();
    }

    // [B,T] in units of the return, 0 outside the mask.
    private Tensor Values(RolloutBatch batch) =>
        new PackedRows(batch.Tokens, batch.ResponseMask).PerToken(
            microBatchRows, (tokens, mask) => Masked.Zero(InRewards(critic.Values(tokens, mask)), mask));

    // [B]: V of the state after the last token of a response that was cut off, where asked for; 0 elsewhere, since an end has no future.
    private Tensor FinalValues(RolloutBatch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var values = zeros(batch.Count, ScalarType.Float32, batch.Tokens.device);
        if (options.BootstrapCutOff)
        {
            var cut = batch.CutOff.nonzero().flatten().cpu().data<long>().ToArray();
            foreach (var micro in batch.Split(cut, microBatchRows))
            {
                var lengths = tensor(micro.Rows.Select(row => (long)batch.Lengths[(int)row]).ToArray(), device: values.device);
                values.index_copy_(0, tensor(micro.Rows, device: values.device), InRewards(critic.FinalValues(micro.Tokens(), lengths)));
            }
        }

        return values.MoveToOuterDisposeScope();
    }

    // The caller's scope owns what these three make.
    private Tensor AfterEach(Tensor tokens) => InRewards(critic.AfterEach(tokens.to(critic.Trunk.EmbeddingWeight.device)));

    private Tensor InRewards(Tensor outputs) => (outputs * Scale.Deviation) + Scale.Mean;

    private Tensor InOutputs(Tensor values) => (values - Scale.Mean) / Scale.Deviation;

    // Moves the statistics by a step's returns, and the head against them, so that no value changes.
    private void Follow(Tensor returns, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var precise = Moments.Precise(returns);
        var (mean, square) = (Number(Masked.Mean(precise, mask)), Number(Masked.Mean(precise.square(), mask)));
        if (!double.IsFinite(square))
        {
            throw new NonFiniteException("the returns' mean square");
        }

        var (before, after) = (Scale, Scale.After(mean, square));
        critic.Rescale(before.Deviation / after.Deviation, (before.Mean - after.Mean) / after.Deviation);
        Scale = after;

        static double Number(Tensor one) => one.cpu().to_type(ScalarType.Float64).item<double>();
    }

    private sealed class CriticCredit(
        CriticEstimator owner, RolloutBatch batch, Tensor rewards, Tensor advantages, Tensor values, Tensor returns) : Credit(advantages)
    {
        private readonly Tensor _rewards = rewards.alias().DetachFromDisposeScope();
        private readonly Tensor _values = values.DetachFromDisposeScope();
        private readonly Tensor _returns = returns.DetachFromDisposeScope();
        private bool _follows = owner.CriticSettings.NormalizeReturns;

        private CriticOptions Options => owner.CriticSettings;

        public override int Epochs(int policyEpochs) => Options.EpochsPerStep == 0 ? policyEpochs : Options.EpochsPerStep;

        public override void Learn(long[] rows, BudgetShare share, Measures measures, CancellationToken cancel)
        {
            using var scope = NewDisposeScope();
            using var _ = owner.Clock.During(Phase.Critic);
            var tokens = batch.ResponseMask.index_select(0, tensor(rows, device: batch.Tokens.device)).sum().item<long>();
            if (tokens == 0)
            {
                return;
            }

            if (_follows)
            {
                // With this the critic has begun to move, so that the minibatch is brought to its end.
                cancel.ThrowIfCancellationRequested();
                owner.Follow(_returns, batch.ResponseMask);
                (_follows, cancel) = (false, CancellationToken.None);
            }

            var clip = (Options.ClipRange == 0 ? double.PositiveInfinity : Options.ClipRange) / owner.Scale.Deviation;
            owner._optimizer.ZeroGradients();
            foreach (var micro in batch.Split(rows, owner.MicroBatchRows))
            {
                cancel.ThrowIfCancellationRequested();
                Accumulate(micro, clip, new(rows.Length, tokens, 1), measures);
            }

            var rate = LearningRate.At(Options.Optimizer, owner._optimizer.Steps, share);
            measures.Mean(MetricNames.CriticGradientNorm, owner._optimizer.Step(rate), 1);
            measures.Set(MetricNames.CriticLearningRate, rate);
        }

        public override void Describe(Measures measures, bool isMeasured)
        {
            using var scope = NewDisposeScope();
            var mask = batch.ResponseMask;
            measures.Set(MetricNames.ValueMean, Masked.Mean(_values, mask).item<float>());
            measures.Set(MetricNames.ReturnMean, Masked.Mean(_returns, mask).item<float>());
            var explained = ExplainedVariance.Of(_values, _returns, mask);
            if (!double.IsNaN(explained))
            {
                measures.Set(MetricNames.ExplainedVariance, explained);
            }

            measures.Set(MetricNames.ValueTerm, Options.Coefficient * measures.Of(MetricNames.ValueLoss));
            owner.Track.Note(owner.AfterEach, measures);
            GroupComparison.Describe(Advantages, _rewards, batch, measures);
            if (isMeasured)
            {
                CriticCalibration.Describe(_values, _rewards, mask, owner.Discount, measures);
            }
        }

        public override void Dispose()
        {
            base.Dispose();
            owner._optimizer.ZeroGradients(); // rollouts need their memory
            _rewards.Dispose();
            _values.Dispose();
            _returns.Dispose();
        }

        // Adds a micro-batch's gradient of the loss on the network's own outputs.
        private void Accumulate(MicroBatch micro, double clip, StepTotals totals, Measures measures)
        {
            using var scope = NewDisposeScope();
            var mask = micro.Take(batch.ResponseMask);
            var old = Masked.Zero(owner.InOutputs(micro.Take(_values)), mask);
            var target = Masked.Zero(owner.InOutputs(micro.Take(_returns)), mask);
            var current = owner.Network.Values(micro.Tokens(), mask);
            var perToken = ClippedValueLoss.PerToken(current, old, target, clip);
            var clipped = ClippedValueLoss.Clipped(current, old, target, clip);
            (Options.Coefficient * TokenLoss.Share(perToken, mask, Reduction.TokenMean, totals)).backward();
            measures.Means(
                [MetricNames.ValueLoss, MetricNames.ValueClip],
                stack([perToken.sum(), Masked.Zero(clipped.to_type(ScalarType.Float32), mask).sum()]),
                mask.sum().item<long>());
        }
    }

    private CriticOptions CriticSettings => options.Critic;

    private Critic Network => critic;

    private double Discount => options.Discount;

    private int MicroBatchRows => microBatchRows;

    private PhaseClock Clock => clock;

    private ValueTrack Track => track;
}
