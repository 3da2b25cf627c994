using Cohort.Losses;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class ExactDivergenceTests
{
    // Against whole distributions of each row alone: KL(old || new) and KL(new || reference) per token.
    [Theory]
    [InlineData(1024, 4)]
    [InlineData(6, 2)] // two rows of 3 and 2 tokens; the next does not fit
    [InlineData(2, 1)] // the first two tokens of the first row
    public void Divergences_are_those_of_whole_distributions_on_the_first_rows(long most, int rows)
    {
        using var scope = NewDisposeScope();
        using var batch = Batches.Make(
            ["xxx", ".xx", "...", "xx.", "x.."], [1, 2, 0, 3, 4], zeros(5, 3), groupSize: 1,
            [[3, 7, 4, 9], [6, 8, 4, 3], [1, 1, 1, 1], [5, 5, 9, 2], [2, 3, 4, 5]]);
        using var policy = TinyModels.Policy(seed: 1);
        using var old = policy.Copy();
        using var reference = TinyModels.Policy(seed: 3);
        using (var other = TinyModels.Policy(seed: 2))
        {
            var options = new RunOptions { Rollout = new() { Temperature = 1.3 }, Update = new() { MicroBatchRows = 2 } };
            using var divergence = new ExactDivergence(policy, [reference], batch, options, most);
            Weights.Copy(from: other, to: policy);
            var measures = new Measures();
            divergence.Describe(measures);
            Assert.Equal(Expected(old, policy), measures.Of(MetricNames.KlOldExact), 1e-4);
            Assert.Equal(Expected(policy, reference), measures.Of(MetricNames.KlReferenceExact), 1e-4);
        }

        double Expected(LanguageModel from, LanguageModel to)
        {
            var counting = new[] { (0, new[] { 0, 1, 2 }), (1, [1, 2]), (3, [0, 1]), (4, [0]) }
                .Take(rows).SelectMany(row => row.Item2.Select(t => (Row: row.Item1, Column: t))).Take((int)most).ToArray();
            return counting.Average(token =>
            {
                var (p, q) = (LogProbs(from, token.Row, token.Column), LogProbs(to, token.Row, token.Column));
                return p.Zip(q, (a, b) => Math.Exp(a) * (a - b)).Sum();
            });
        }

        double[] LogProbs(LanguageModel model, int row, int column)
        {
            var logits = Numbers.Of(model.Logits(model.Trunk.Hidden(batch.Tokens.narrow(0, row, 1)))[0, column]).Select(logit => logit / 1.3).ToArray();
            var normalizer = Math.Log(logits.Sum(Math.Exp));
            return [.. logits.Select(logit => logit - normalizer)];
        }
    }

    [Fact]
    public void Without_a_reference_or_outside_measured_steps_nothing_is_compared()
    {
        var kl = new KlPenalty { Coefficient = 0.1, Placement = KlPlacement.InLoss, Estimator = KlEstimator.K3 };
        var options = TinyTraining.Options(AlgorithmOptions.Grpo with { Kl = kl });
        using var training = new TinyTraining(options with { Evaluation = new() { Every = 2 } });
        training.MoveReference();
        var (first, second) = (training.Step(), training.Step());
        Assert.Equal((double.NaN, double.NaN), (first.Of(MetricNames.KlOldExact), first.Of(MetricNames.KlReferenceExact)));
        Assert.InRange(second.Of(MetricNames.KlOldExact), 1e-6, 1);
        Assert.InRange(second.Of(MetricNames.KlReferenceExact), 0.05, 20);

        var unbound = TinyTraining.Options(TinyTraining.Ppo() with { Kl = new() { Coefficient = 0 } });
        using var free = new TinyTraining(unbound with { Evaluation = new() { Every = 1 } });
        var measures = free.Step();
        Assert.InRange(measures.Of(MetricNames.KlOldExact), 1e-6, 1);
        Assert.Equal(double.NaN, measures.Of(MetricNames.KlReferenceExact));
    }
}
