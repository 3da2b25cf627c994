using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class GradientNoiseTests
{
    private const double Temperature = 1.2; // as in TinyTraining
    private static readonly long[][] Types = [[3, 7, 4, 9], [6, 8, 4, 3], [5, 5, 9, 2]];
    private static readonly float[] Advantages = [0.7f, -1.3f, 0.4f];

    // Against the chunks' gradients g_k one by one, each computed as the only one that counts: noise = sample variance / K.
    [Theory]
    [InlineData("grpo", Reduction.ResponseMean)]
    [InlineData("grpo", Reduction.TokenMean)]
    [InlineData("ppo", Reduction.ResponseSum)]
    public void Signal_and_noise_are_those_of_the_chunks_own_gradients(string algorithm, Reduction reduction)
    {
        using var scope = NewDisposeScope();
        var options = TinyTraining.Options(
            (algorithm == "ppo" ? TinyTraining.Ppo() : AlgorithmOptions.Grpo) with { Reduction = reduction, NormalizeAdvantages = algorithm == "ppo" });
        using var training = new TinyTraining(options);
        using var batch = training.Collect().Batch;
        using var credit = training.Estimator.Estimate(batch, batch.Rewards);
        var measures = new Measures();
        new GradientNoise(training.Policy, options, 5, 5).Measure(batch, credit.Advantages, 60, 0, measures, default);
        Assert.All(training.Policy.parameters(), parameter => Assert.Null(parameter.grad));

        var used = options.Algorithm.NormalizeAdvantages
            ? Cohort.Tensors.Masked.Normalize(credit.Advantages, batch.LossMask)
            : credit.Advantages;
        var gradients = Enumerable.Range(0, 4).Select(prompt => Gradient(training.Policy, batch, used, prompt, reduction)).ToArray();
        var mean = Mean(gradients);
        var noise = gradients.Sum(gradient => Square(Less(gradient, mean))) / 3 / 4;
        Assert.Equal(noise, measures.Of(MetricNames.GradientNoise), 2e-4 * noise);
        Assert.Equal(Square(mean) - noise, measures.Of(MetricNames.GradientSignal), 2e-4 * (Square(mean) + noise));
        Assert.Equal((Square(mean) - noise) / noise / 60, measures.Of(MetricNames.GradientSignalPerToken), 1e-3 * Square(mean) / noise / 60);
    }

    // Each prompt is one of three, drawn with replacement: all nine batches of two prompts together have exactly the true signal and noise.
    [Fact]
    public void Estimates_of_all_batches_average_to_the_truth()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Policy(sharpness: 20);
        var (signal, noise) = Truth(policy, prompts: 2);
        var all = (from first in new[] { 0, 1, 2 } from second in new[] { 0, 1, 2 } select Measure(policy, [first, second])).ToArray();
        Assert.Equal(signal, all.Average(pair => pair.Signal), 1e-4 * (signal + noise));
        Assert.Equal(noise, all.Average(pair => pair.Noise), 1e-4 * noise);
        Assert.Contains(all, pair => pair.Signal < 0);
    }

    // Nine prompts make eight chunks, one of which has two.
    [Fact]
    public void Chunks_of_different_sizes_are_unbiased_too()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Policy(sharpness: 20);
        var (signal, noise) = Truth(policy, prompts: 9);
        var random = new Random(4);
        var all = Enumerable.Range(0, 60).Select(_ => Measure(policy, [.. Enumerable.Range(0, 9).Select(_ => random.Next(3))])).ToArray();
        Within(noise, [.. all.Select(pair => pair.Noise)]);
        Within(signal, [.. all.Select(pair => pair.Signal)]);

        void Within(double truth, double[] estimates)
        {
            var mean = estimates.Average();
            var error = Math.Sqrt(estimates.Average(estimate => (estimate - mean) * (estimate - mean)) / estimates.Length);
            Assert.True(Math.Abs(mean - truth) < 3 * error, $"{mean} is {(mean - truth) / error} standard errors from {truth}.");
            Assert.True(error < 0.1 * (signal + noise), $"{error} is too wide to find a bias.");
        }
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void Measuring_changes_no_bit_of_what_is_trained(string algorithm)
    {
        var (plain, without) = Train(every: 0);
        var (measured, with) = Train(every: 2);
        Assert.Equal(plain, measured);
        Assert.Equal(without.Select(_ => double.NaN), without.Select(step => step.Of(MetricNames.GradientNoise)));
        Assert.Equal([false, true, false, true], with.Select(step => double.IsFinite(step.Of(MetricNames.GradientSignal))));
        Assert.Equal(without.Select(step => step.Of(MetricNames.GradientNorm)), with.Select(step => step.Of(MetricNames.GradientNorm)));

        (double[][] Weights, Measures[] Steps) Train(int every)
        {
            var options = TinyTraining.Options(algorithm == "ppo" ? TinyTraining.Ppo() : AlgorithmOptions.Grpo) with
            {
                Update = new() { EpochsPerStep = 2, MinibatchRows = 8, MicroBatchRows = 3 },
                Evaluation = new() { Every = every },
            };
            using var training = new TinyTraining(options);
            var steps = Enumerable.Range(0, 4).Select(_ => training.Step()).ToArray();
            return ([.. training.Policy.parameters().Select(Numbers.Of)], steps);
        }
    }

    [Fact]
    public void Nothing_is_measured_while_the_policy_rests_or_with_one_prompt()
    {
        var every = new EvaluationOptions { Every = 1 };
        var critic = new CriticOptions { Start = new FreshCritic { HiddenSize = 8, Layers = 1, Heads = 2 }, WarmupSteps = 1 };
        using var resting = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo(critic)) with { Evaluation = every });
        Assert.Equal(double.NaN, resting.Step().Of(MetricNames.GradientNoise));
        Assert.NotEqual(double.NaN, resting.Step().Of(MetricNames.GradientNoise));

        var options = TinyTraining.Options(AlgorithmOptions.Grpo);
        using var single = new TinyTraining(options with { Evaluation = every, Rollout = options.Rollout with { PromptsPerStep = 1 } });
        Assert.Equal(double.NaN, single.Step().Of(MetricNames.GradientNoise));
    }

    // Of a batch of P independent prompts whose gradients are averaged: the expected gradient is the mean of the types', its variance theirs over P.
    private static (double Signal, double Noise) Truth(LanguageModel policy, int prompts)
    {
        using var batch = Batch(policy, [0, 1, 2]);
        var used = Broadcast([0, 1, 2]);
        var gradients = Enumerable.Range(0, 3).Select(row => Gradient(policy, batch, used, row, Reduction.ResponseSum)).ToArray();
        var mean = Mean(gradients);
        return (Square(mean), gradients.Average(gradient => Square(Less(gradient, mean))) / prompts);
    }

    private static (double Signal, double Noise) Measure(LanguageModel policy, int[] types)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(policy, types);
        var options = new RunOptions
        {
            Algorithm = AlgorithmOptions.Grpo with { Reduction = Reduction.ResponseSum },
            Rollout = new() { Temperature = Temperature },
        };
        var measures = new Measures();
        new GradientNoise(policy, options, 4, 3).Measure(batch, Broadcast(types), 10, 0, measures, default);
        return (measures.Of(MetricNames.GradientSignal), measures.Of(MetricNames.GradientNoise));
    }

    private static Tensor Broadcast(int[] types) => tensor(types.SelectMany(type => Enumerable.Repeat(Advantages[type], 3)).ToArray(), [types.Length, 3]);

    // The old policy is the policy itself.
    private static RolloutBatch Batch(LanguageModel policy, int[] types)
    {
        using var scope = NewDisposeScope();
        var scores = types.Select(type => (double)Advantages[type]).ToArray();
        var batch = Batches.Make(
            [.. types.Select(_ => ".xx")], scores, zeros(types.Length, 3), groupSize: 1, tokens: [.. types.Select(type => Types[type])]);
        batch.OldLogProbs.copy_(PolicyForward.LogProbs(policy, new PackedRows(batch.Tokens, batch.ResponseMask), Temperature, microBatchRows: 5));
        return batch;
    }

    // K times the prompt's share of the surrogate's gradient, by REINFORCE: at ratio 1 that of -A log π.
    private static double[] Gradient(LanguageModel policy, RolloutBatch batch, Tensor advantages, int prompt, Reduction reduction)
    {
        using var scope = NewDisposeScope();
        var prompts = batch.Count / batch.GroupSize;
        var rows = arange(prompt * batch.GroupSize, (prompt + 1) * batch.GroupSize, ScalarType.Int64);
        var tokens = batch.Tokens.index_select(0, rows);
        var logits = policy.Logits(policy.Trunk.Hidden(tokens)).narrow(1, 0, tokens.shape[1] - 1) / Temperature;
        var logProbs = nn.functional.log_softmax(logits, dim: -1).gather(2, tokens.narrow(1, 1, tokens.shape[1] - 1).unsqueeze(2)).squeeze(2);
        var mask = batch.LossMask.index_select(0, rows).to_type(ScalarType.Float32);
        var sums = -(advantages.index_select(0, rows) * logProbs * mask).sum(1);
        var loss = reduction switch
        {
            Reduction.ResponseMean => (sums / mask.sum(1)).sum() / batch.Count,
            Reduction.TokenMean => sums.sum() / batch.LossMask.sum().item<long>(),
            _ => sums.sum() / batch.Count,
        };
        (prompts * loss).backward();
        var gradient = policy.parameters().Where(parameter => parameter.grad is not null).SelectMany(parameter => Numbers.Of(parameter.grad!)).ToArray();
        foreach (var parameter in policy.parameters())
            parameter.grad = null;
        return gradient;
    }

    private static double[] Mean(double[][] gradients) => [.. Enumerable.Range(0, gradients[0].Length).Select(i => gradients.Average(gradient => gradient[i]))];

    private static double[] Less(double[] gradient, double[] other) => [.. gradient.Zip(other, (a, b) => a - b)];

    private static double Square(double[] gradient) => gradient.Sum(x => x * x);
}
