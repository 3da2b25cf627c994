using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class PolicyUpdateTests
{
    private const double Temperature = 1.2;
    private const double Beta = 0.3;
    private const double EntropyWeight = 0.07;

    public static TheoryData<string> Algorithms => new() { "grpo", "ppo" };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Micro_batches_change_gradients_and_numbers_only_by_rounding(string name)
    {
        var (whole, numbers) = Gradients(16);
        foreach (var size in new[] { 1, 3, 7 })
        {
            var (parts, others) = Gradients(size);
            foreach (var ((parameter, one), (_, other)) in whole.Zip(parts))
                Assert.True(
                    Distance(one, other) <= Tolerances.Float32Gradient * Length(one),
                    $"{parameter} with {size} rows: {Distance(one, other) / Length(one)}");
            foreach (var (metric, value) in numbers)
                Assert.True(
                    Math.Abs(value - others[metric]) <= Tolerances.LogProbs * Math.Max(1, Math.Abs(value)),
                    $"{metric} with {size} rows: {others[metric]}, expected {value}");
        }

        (Dictionary<string, double[]> Gradients, Dictionary<string, double> Numbers) Gradients(int microBatchRows)
        {
            using var scope = NewDisposeScope();
            var options = WholeLoss(name == "ppo" ? TinyTraining.Ppo() : AlgorithmOptions.Grpo, KlEstimator.Exact);
            using var training = new TinyTraining(options with { Update = new() { MicroBatchRows = microBatchRows } });
            training.MoveReference();
            var measures = training.Step();
            return (
                training.Policy.named_parameters().ToDictionary(pair => pair.name, pair => Numbers.Of(pair.parameter.grad!)),
                measures.Finish(1).Values.Where(pair => !pair.Key.StartsWith("time/", StringComparison.Ordinal)).ToDictionary());
        }
    }

    // Before any update the ratio is 1, and the objective is that of REINFORCE. Here each row is computed alone, without padding or mask.
    [Theory]
    [InlineData(KlEstimator.Exact)]
    [InlineData(KlEstimator.K1)]
    [InlineData(KlEstimator.K2)]
    [InlineData(KlEstimator.K3)]
    public void First_gradient_is_that_of_each_row_alone(KlEstimator estimator)
    {
        using var scope = NewDisposeScope();
        var algorithm = AlgorithmOptions.Grpo with { NormalizeAdvantages = false };
        using var training = new TinyTraining(WholeLoss(algorithm, estimator), SomeUnscored);
        training.MoveReference();
        var collected = training.Collect();
        using var batch = collected.Batch;
        using var rewards = TokenRewards.Shape(batch, WholeLoss(algorithm, estimator).Algorithm.Kl, Beta);
        using var credit = training.Estimator.Estimate(batch, rewards);
        training.Update.Improve(batch, credit.Advantages, Rows(batch), new(Beta, EntropyWeight), default, new Measures(), _ => { }, default);
        var found = training.Policy.named_parameters().ToDictionary(pair => pair.name, pair => Numbers.Of(pair.parameter.grad!));

        // The same again on fresh weights, which the update has moved.
        using var fresh = new TinyTraining(WholeLoss(algorithm, estimator));
        var completions = collected.Groups.SelectMany(group => group.Completions).ToArray();
        var scored = collected.Groups.SelectMany(group => group.Scores).Select((score, row) => (score, row)).Where(pair => pair.score is Scored).Select(pair => pair.row).ToArray();
        Assert.InRange(scored.Length, 8, 15);
        var advantages = Numbers.Of(credit.Advantages);
        var loss = zeros(1);
        foreach (var row in scored)
        {
            var completion = completions[row];
            var (prompt, response) = (completion.PromptTokens, completion.ResponseTokens);
            var tokens = tensor(prompt.Concat(response).Select(token => (long)token).ToArray(), [1, prompt.Count + response.Count]);
            var (current, reference) = (Responses(fresh.Policy), Responses(training.Reference));
            var targets = tokens[0].narrow(0, prompt.Count, response.Count).unsqueeze(1);
            var (logProbs, refLogProbs) = (current.gather(1, targets).squeeze(1), reference.gather(1, targets).squeeze(1));
            var difference = logProbs - refLogProbs;
            var ratio = (logProbs - logProbs.detach()).exp();
            var kl = estimator switch
            {
                KlEstimator.Exact => (current.exp() * (current - reference)).sum(1),
                KlEstimator.K1 => ratio * difference,
                KlEstimator.K2 => difference.square() / 2,
                _ => ratio * ((-difference).exp() - 1 + difference),
            };
            var entropy = -(current.exp() * current).sum(1);
            var advantage = advantages[(row * (int)batch.ResponseMask.shape[1]) + prompt.Count - 1];
            loss += ((-advantage * ratio) - (EntropyWeight * entropy) + (Beta * kl)).mean() / scored.Length;

            Tensor Responses(LanguageModel model) => nn.functional.log_softmax(
                model.Logits(model.Trunk.Hidden(tokens))[0].narrow(0, prompt.Count - 1, response.Count) / Temperature, dim: 1);
        }

        loss.sum().backward();
        foreach (var (name, parameter) in fresh.Policy.named_parameters())
        {
            var expected = Numbers.Of(parameter.grad!);
            Assert.True(Distance(expected, found[name]) <= 1e-4 * Length(expected), $"{name}: {Distance(expected, found[name]) / Length(expected)}");
        }

        static Score SomeUnscored(Completion completion) =>
            (completion.PromptIndex + (3 * completion.SampleIndex)) % 5 == 0 ? Score.None("made up") : TinyTraining.Letters(completion);
    }

    [Fact]
    public void Unscored_rows_are_in_no_mask_and_no_metric()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(
            TinyTraining.Options(AlgorithmOptions.Grpo),
            completion => completion.SampleIndex == 2 ? Score.None("made up") : TinyTraining.Letters(completion));
        using var batch = training.Collect().Batch;
        var counting = Numbers.Of(batch.ResponseMask.any(1));
        Assert.Equal(Enumerable.Range(0, 16).Select(row => row % 4 == 2 ? 0.0 : 1.0), counting);
        Numbers.Same(counting, batch.Scored, 0);
        foreach (var perToken in new[] { batch.BehaviourLogProbs, batch.OldLogProbs, batch.RefLogProbs, batch.KlToReference })
            Numbers.Same(new double[4], perToken.abs().sum(1)[TensorIndex.Tensor(tensor(new long[] { 2, 6, 10, 14 }))], 0);
        Assert.Equal(0.25, training.Step().Of(MetricNames.Unscored));
    }

    [Fact]
    public void Minibatch_without_a_scored_row_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo()), _ => Score.None("made up"));
        var before = training.Policy.parameters().Select(Numbers.Of).ToArray();
        var measures = training.Step();
        Assert.Equal(before, training.Policy.parameters().Select(Numbers.Of));
        Assert.Equal(double.NaN, measures.Of(MetricNames.ScoreMean));
    }

    [Fact]
    public void Smallest_and_largest_ratio_are_those_of_tokens_that_count()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(TinyTraining.Options(AlgorithmOptions.Grpo));
        using var batch = training.Collect().Batch;
        var advantages = Masked.Zero(ones_like(batch.OldLogProbs), batch.ResponseMask);
        batch.OldLogProbs.sub_(Math.Log(1.25)).mul_(batch.ResponseMask);
        var measures = new Measures();
        training.Update.Improve(batch, advantages, Rows(batch), default, default, measures, _ => { }, default);
        Assert.Equal(1.25, measures.Of(MetricNames.RatioMean), Tolerances.LogProbs);
        Assert.Equal(1.25, measures.Of(MetricNames.RatioHighest), Tolerances.LogProbs);
        Assert.Equal(1.25, measures.Of(MetricNames.RatioLowest), Tolerances.LogProbs);
        Assert.Equal(1, measures.Of(MetricNames.ClipHigh));
        Assert.Equal(0, measures.Of(MetricNames.ClipLow));
        Assert.Equal(-0.2231436, measures.Of(MetricNames.KlOldK1), Tolerances.LogProbs); // -ln 1.25
        Assert.Equal(0.0268564, measures.Of(MetricNames.KlOldK3), Tolerances.LogProbs);  // 1.25 - 1 - ln 1.25
    }

    private static RunOptions WholeLoss(AlgorithmOptions algorithm, KlEstimator estimator)
    {
        var options = TinyTraining.Options(algorithm with
        {
            Entropy = new() { Coefficient = EntropyWeight },
            Kl = new() { Coefficient = Beta, Estimator = estimator, Placement = KlPlacement.InLoss },
        });
        return options with { Optimizer = options.Optimizer with { MaxGradientNorm = 1e6 } };
    }

    private static long[] Rows(RolloutBatch batch) => Enumerable.Range(0, batch.Count).Select(row => (long)row).ToArray();

    private static double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private static double Distance(double[] one, double[] other) => Length(one.Zip(other, (a, b) => a - b).ToArray());
}
