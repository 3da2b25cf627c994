using Cohort.Data;
using Cohort.Losses;
using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

/// <summary>Every algorithm that the closed sets of options spell, in the one trainer.</summary>
public sealed class AlgorithmsTests
{
    private static readonly AdvantageOptions[] Advantages =
    [
        new GroupRelative(), new GroupRelative { Scale = Cohort.Advantages.GroupScale.BatchDeviation },
        new GroupRelative { Deviation = Cohort.Advantages.DeviationKind.LeaveOneOut }, new LeaveOneOut(), new BatchBaseline(), new ReinforcePlusPlus(),
        new GroupBaseline(), new GreedyBaseline(), new LengthWeighted(), new OptimalToken(), new BestOfGroup(), new PerReward(), new SignalScaled(),
        new ProcessRelative(), TinyTraining.Ppo().Advantage,
    ];

    private static readonly PolicyLoss[] Losses =
    [
        new ClippedLoss { DualClip = 3 }, new ClippedLoss { Ratio = RatioLevel.Sequence }, new ClippedLoss { Ratio = RatioLevel.SequenceToken },
        new ClippedLoss { Ratio = RatioLevel.Product }, new UnclippedLoss(), new ReinforceLoss(), new CispoLoss(), new SapoLoss(),
        new GeometricMeanLoss(), new DppoLoss(), new ClipCovLoss { Fraction = 0.2, CovarianceLow = 0 }, new KlCovLoss { Fraction = 0.2 }, new DroLoss(),
        new VespoLoss(),
    ];

    public static TheoryData<int> EachAdvantage => new(Enumerable.Range(0, Advantages.Length));

    public static TheoryData<int> EachLoss => new(Enumerable.Range(0, Losses.Length));

    public static TheoryData<AlgorithmPreset> EachPreset => new(Enum.GetValues<AlgorithmPreset>());

    [Theory]
    [MemberData(nameof(EachAdvantage))]
    public void Every_advantage_moves_the_policy_with_finite_numbers(int index) =>
        MovesWithFiniteNumbers(AlgorithmOptions.Grpo with { Advantage = Advantages[index] });

    [Theory]
    [MemberData(nameof(EachPreset))]
    public void Every_preset_moves_the_policy_with_finite_numbers(AlgorithmPreset preset)
    {
        var algorithm = AlgorithmPresets.Of(preset);
        var run = new RunOptions { Algorithm = algorithm, Model = new FolderModel { Path = "x" }, Budget = new() { Steps = 1 } };
        Assert.Empty(run.Problems());
        MovesWithFiniteNumbers(preset == AlgorithmPreset.Ppo ? TinyTraining.Ppo() : algorithm);
    }

    [Fact]
    public void Closed_sets_are_all_tried()
    {
        Assert.Equal(Kinds<AdvantageOptions>(), Advantages.Select(advantage => advantage.GetType()).Distinct().Order(ByName));
        Assert.Equal(Kinds<PolicyLoss>(), Losses.Select(loss => loss.GetType()).Distinct().Order(ByName));
    }

    // A step of two minibatches, so that the second is off-policy, in micro-batches of 16 rows and of 3.
    [Theory]
    [MemberData(nameof(EachLoss))]
    public void Splitting_into_micro_batches_changes_no_update_beyond_rounding(int index)
    {
        var algorithm = AlgorithmOptions.Grpo with { Loss = Losses[index], EntropyShare = 0.6, Reduction = Reduction.ResponseSum };
        using var whole = Trained(algorithm, 16);
        using var split = Trained(algorithm, 3);
        foreach (var ((name, expected), (_, found)) in whole.Policy.named_parameters().Zip(split.Policy.named_parameters()))
        {
            using var scope = NewDisposeScope();
            var error = (expected - found).norm().item<float>() / expected.norm().item<float>();
            Assert.True(error < 1e-5, $"{name} differs by {error:G3}.");
        }
    }

    [Fact]
    public void Completions_that_another_policy_sampled_are_weighed_by_the_corrections_weights()
    {
        using var scope = NewDisposeScope();
        var algorithm = AlgorithmOptions.Grpo with { Loss = new ReinforceLoss() };
        var plain = GradientNorm(algorithm, 0.7);
        Assert.Equal(plain * Math.Exp(0.7), GradientNorm(algorithm with { OffPolicy = new() { Method = OffPolicyMethod.Truncate, High = 5 } }, 0.7), 1e-3 * plain);
        Assert.Equal(plain * 1.5, GradientNorm(algorithm with { OffPolicy = new() { Method = OffPolicyMethod.Truncate, High = 1.5 } }, 0.7), 1e-3 * plain);
        Assert.Equal(0, GradientNorm(algorithm with { OffPolicy = new() { Method = OffPolicyMethod.Mask, High = 1.5 } }, 0.7), 1e-9);
    }

    [Fact]
    public void Effective_sample_size_falls_with_the_spread_of_the_weights()
    {
        var options = TinyTraining.Options(AlgorithmOptions.Grpo);
        using var same = new TinyTraining(options);
        Assert.Equal(1, same.Step().Of(MetricNames.EffectiveSampleSize), Tolerances.LogProbs);
        using var other = new TinyTraining(
            options with { Update = options.Update with { RecomputeOldLogProbs = true } },
            around: sampler => new ShiftedSampler(sampler, token => token % 2 == 0 ? 1 : 0));
        Assert.InRange(other.Step().Of(MetricNames.EffectiveSampleSize), 0.5, 0.95);
    }

    [Fact]
    public void Entropy_coefficient_moves_towards_its_target_and_rests_above_it()
    {
        var bonus = new EntropyBonus { Coefficient = 0.03, Target = 100, Step = 0.01, Highest = 0.045 };
        using var rising = new TinyTraining(TinyTraining.Options(AlgorithmOptions.Grpo with { Entropy = bonus }));
        Assert.Equal(0.03, rising.Step().Of(MetricNames.EntropyCoefficient), Tolerances.Float64);
        Assert.Equal(0.04, rising.Step().Of(MetricNames.EntropyCoefficient), Tolerances.Float64);
        Assert.Equal(0.045, rising.State.EntropyCoefficient, Tolerances.Float64);

        using var falling = new TinyTraining(TinyTraining.Options(AlgorithmOptions.Grpo with { Entropy = bonus with { Target = 1e-6 } }));
        Assert.Equal(0.03, falling.Step().Of(MetricNames.EntropyCoefficient), Tolerances.Float64);
        var second = falling.Step();
        Assert.Equal(0, second.Of(MetricNames.EntropyCoefficient));
        Assert.Equal(0, second.Of(MetricNames.EntropyTerm));
        Assert.Equal(0.01, falling.State.EntropyCoefficient, Tolerances.Float64);
    }

    private static void MovesWithFiniteNumbers(AlgorithmOptions algorithm)
    {
        var options = TinyTraining.Options(algorithm);
        using var training = new TinyTraining(
            options with { Update = new() { EpochsPerStep = 2, MinibatchRows = 8, MicroBatchRows = 5 } },
            completion => Score.Of(((Scored)TinyTraining.Letters(completion)).Total, ("correct", completion.SampleIndex % 2), ("format", completion.ResponseTokens.Count)));
        training.MoveReference();
        var before = training.Policy.parameters().Select(Numbers.Of).ToArray();
        for (var step = 1; step <= 2; step++)
            Assert.All(training.Step().Finish(step).Values, pair => Assert.True(double.IsFinite(pair.Value), $"{pair.Key} is {pair.Value}."));
        Assert.NotEqual(before, training.Policy.parameters().Select(Numbers.Of));
    }

    private static TinyTraining Trained(AlgorithmOptions algorithm, int microBatchRows)
    {
        var training = new TinyTraining(TinyTraining.Options(algorithm) with
        {
            Update = new() { MinibatchRows = 8, MicroBatchRows = microBatchRows },
            Optimizer = new SgdOptions { LearningRate = 0.05 },
        });
        training.Step();
        return training;
    }

    private static double GradientNorm(AlgorithmOptions algorithm, double shift)
    {
        var options = TinyTraining.Options(algorithm);
        using var training = new TinyTraining(
            options with { Update = options.Update with { RecomputeOldLogProbs = true } }, around: sampler => new ShiftedSampler(sampler, _ => -shift));
        return training.Step().Of(MetricNames.GradientNorm);
    }

    private static IEnumerable<Type> Kinds<T>() =>
        typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T))).Order(ByName);

    private static Comparer<Type> ByName => Comparer<Type>.Create((one, other) => string.CompareOrdinal(one.Name, other.Name));
}
