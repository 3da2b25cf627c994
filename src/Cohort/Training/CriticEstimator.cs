using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Learns V and gives credit by generalized advantage estimation. The critic is a network of its own with its own optimizer.
/// </summary>
internal sealed class CriticEstimator(CriticAdvantage options, Critic critic, int microBatchRows) : IAdvantageEstimator
{
    private const string OptimizerFile = "critic-optimizer.safetensors";
    private const string Folder = "critic";

    private readonly Optimizer _optimizer = Optimizer.Create(critic, options.Critic.Optimizer);

    public Credit Estimate(RolloutBatch batch, Tensor rewards)
    {
        using var scope = NewDisposeScope();
        var values = Values(batch);
        var advantages = GeneralizedAdvantage.PerToken(rewards, values, batch.ResponseMask, options.Discount, options.Lambda);
        return new CriticCredit(this, batch, advantages, values, advantages + values);
    }

    public bool PolicyRests(long step) => step <= options.Critic.WarmupSteps;

    public void Save(string folder)
    {
        ModelFolder.Save(critic, critic.Config, Path.Combine(folder, Folder));
        _optimizer.Save(Path.Combine(folder, OptimizerFile));
    }

    public void Load(string folder)
    {
        ModelFolder.ReadWeights(critic, Path.Combine(folder, Folder));
        _optimizer.Load(Path.Combine(folder, OptimizerFile));
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        critic.Dispose();
    }

    private Tensor Values(RolloutBatch batch) =>
        new PackedRows(batch.Tokens, batch.ResponseMask).PerToken(
            microBatchRows, (tokens, mask) => Masked.Zero(critic.Values(tokens), mask));

    private sealed class CriticCredit(CriticEstimator owner, RolloutBatch batch, Tensor advantages, Tensor values, Tensor returns)
        : Credit(advantages)
    {
        private readonly Tensor _values = values.DetachFromDisposeScope();
        private readonly Tensor _returns = returns.DetachFromDisposeScope();

        private CriticOptions Options => owner.CriticSettings;

        public override void Learn(long[] rows, double progress, Measures measures, CancellationToken cancel)
        {
            using var scope = NewDisposeScope();
            var tokens = batch.ResponseMask.index_select(0, tensor(rows, device: batch.Tokens.device)).sum().item<long>();
            if (tokens == 0)
            {
                return;
            }

            var clip = Options.ClipRange == 0 ? double.PositiveInfinity : Options.ClipRange;
            owner._optimizer.ZeroGradients();
            foreach (var micro in batch.Split(rows, owner.MicroBatchRows))
            {
                cancel.ThrowIfCancellationRequested();
                using var part = NewDisposeScope();
                var (mask, old, target) = (micro.Take(batch.ResponseMask), micro.Take(_values), micro.Take(_returns));
                var current = Masked.Zero(owner.Network.Values(micro.Tokens()), mask);
                var perToken = ClippedValueLoss.PerToken(current, old, target, clip);
                var loss = Options.Coefficient * TokenLoss.Share(perToken, mask, Reduction.TokenMean, new(rows.Length, tokens, 1));
                loss.backward();
                measures.Means(
                    [MetricNames.ValueLoss, MetricNames.ValueClip],
                    stack([perToken.sum(), ((current - old).abs() > clip).sum().to_type(ScalarType.Float32)]),
                    mask.sum().item<long>());
            }

            var rate = LearningRate.At(Options.Optimizer, owner._optimizer.Steps, progress);
            measures.Mean(MetricNames.CriticGradientNorm, owner._optimizer.Step(rate), 1);
            measures.Set(MetricNames.CriticLearningRate, rate);
        }

        public override void Describe(Measures measures)
        {
            using var scope = NewDisposeScope();
            var mask = batch.ResponseMask;
            var count = Math.Max(mask.sum().item<long>(), 1);
            measures.Set(MetricNames.ValueMean, Masked.Mean(_values, mask).item<float>());
            measures.Set(MetricNames.ReturnMean, Masked.Mean(_returns, mask).item<float>());
            var spread = Variance(_returns);
            if (spread > 0)
            {
                measures.Set(MetricNames.ExplainedVariance, 1 - (Variance(_returns - _values) / spread));
            }

            measures.Set(MetricNames.ValueTerm, Options.Coefficient * measures.Of(MetricNames.ValueLoss));

            double Variance(Tensor numbers) => Masked.Zero((numbers - Masked.Mean(numbers, mask)).square(), mask).sum().item<float>() / count;
        }

        public override void Dispose()
        {
            base.Dispose();
            _values.Dispose();
            _returns.Dispose();
        }
    }

    private CriticOptions CriticSettings => options.Critic;

    private Critic Network => critic;

    private int MicroBatchRows => microBatchRows;
}
