using Cohort.Data;
using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class PolicyTrainerTests
{
    public static TheoryData<string, KlPlacement, KlEstimator> Penalties
    {
        get
        {
            var all = new TheoryData<string, KlPlacement, KlEstimator>();
            foreach (var algorithm in new[] { "grpo", "ppo" })
                foreach (var placement in Enum.GetValues<KlPlacement>())
                    foreach (var estimator in Enum.GetValues<KlEstimator>())
                        if (new KlPenalty { Coefficient = 0.1, Placement = placement, Estimator = estimator }.Problem == "")
                            all.Add(algorithm, placement, estimator);
            return all;
        }
    }

    [Theory]
    [InlineData("grpo", false)]
    [InlineData("ppo", false)]
    [InlineData("grpo", true)]
    [InlineData("ppo", true)]
    public void First_ratio_is_1(string algorithm, bool recompute)
    {
        var options = TinyTraining.Options(Algorithm(algorithm));
        using var training = new TinyTraining(options with { Update = options.Update with { RecomputeOldLogProbs = recompute } });
        for (var step = 0; step < 3; step++)
        {
            var measures = training.Step();
            Assert.InRange(measures.Of(MetricNames.RatioLowest), 1 - Tolerances.LogProbs, 1);
            Assert.InRange(measures.Of(MetricNames.RatioHighest), 1, 1 + Tolerances.LogProbs);
            Assert.Equal(0, measures.Of(MetricNames.KlOldK3), 1e-7);
            Assert.Equal(0, measures.Of(MetricNames.ClipLow) + measures.Of(MetricNames.ClipHigh));
            Assert.InRange(measures.Of(MetricNames.BehaviourDifferenceHighest), 0, Tolerances.LogProbs);
        }
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void Sampler_with_other_numbers_is_refused_before_anything_moves(string algorithm)
    {
        var options = TinyTraining.Options(Algorithm(algorithm));
        using var training = new TinyTraining(options, around: sampler => new ShiftedSampler(sampler, _ => -0.02));
        var before = training.Policy.parameters().Select(Numbers.Of).ToArray();
        Assert.Matches(
            @"^The first minibatch has an importance ratio that is 0\.0202 away from 1; before any update it must be within 0\.0001\. The sampler's "
            + @"log-probabilities are not those of the trainer: set update\.recomputeOldLogProbs=true to go on with the trainer's own, and report this "
            + @"with the run's options\.json\.$",
            Assert.Throws<TrainingException>(() => training.Step()).Message);
        Assert.Equal(before, training.Policy.parameters().Select(Numbers.Of));

        using var recomputing = new TinyTraining(
            options with { Update = options.Update with { RecomputeOldLogProbs = true } }, around: sampler => new ShiftedSampler(sampler, _ => -0.02));
        var measures = recomputing.Step();
        Assert.Equal(0.02, measures.Of(MetricNames.BehaviourDifferenceMean), Tolerances.LogProbs);
        Assert.InRange(measures.Of(MetricNames.RatioHighest), 1, 1 + Tolerances.LogProbs);
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Numbers_are_sensible_with_every_penalty(string algorithm, KlPlacement placement, KlEstimator estimator)
    {
        var options = TinyTraining.Options(Algorithm(algorithm) with
        {
            Entropy = new() { Coefficient = 0.02 },
            Kl = new() { Coefficient = 0.1, Placement = placement, Estimator = estimator, Target = 0.02, Horizon = 100 },
        });
        using var training = new TinyTraining(
            options with { Update = new() { EpochsPerStep = 2, MinibatchRows = 8, MicroBatchRows = 3 } });
        var beta = 0.1;
        for (var step = 1; step <= 3; step++)
        {
            var measures = training.Step();
            Assert.All(measures.Finish(step).Values, pair => Assert.True(double.IsFinite(pair.Value), $"{pair.Key} is {pair.Value}."));
            Assert.Equal((4, 0), (measures.Of(MetricNames.Updates), measures.Of(MetricNames.UpdatesLeftOut)));
            Assert.InRange(measures.Of(MetricNames.Entropy), 0.01, Math.Log(29));
            Assert.Equal(-0.02 * measures.Of(MetricNames.Entropy), measures.Of(MetricNames.EntropyTerm), 2e-3);
            var terms = measures.Of(MetricNames.Surrogate) + measures.Of(MetricNames.ValueTerm) + measures.Of(MetricNames.EntropyTerm)
                + measures.Of(MetricNames.KlTerm);
            Assert.Equal(terms, measures.Of(MetricNames.Composite), Tolerances.HandComputed);
            Assert.Equal(algorithm == "ppo", measures.Of(MetricNames.ValueTerm) > 0);
            Assert.Equal(placement != KlPlacement.InReward, measures.Of(MetricNames.KlTerm) != 0);
            Assert.Equal(beta, measures.Of(MetricNames.KlCoefficient), Tolerances.HandComputed);
            Assert.Equal(
                measures.Of(MetricNames.ScoreMean) - (beta * measures.Of(MetricNames.KlReferenceSequence)),
                measures.Of(MetricNames.RegularizedObjective), Tolerances.HandComputed);
            Assert.True(measures.Of(MetricNames.RatioHighest) > 1.001 && measures.Of(MetricNames.RatioLowest) < 0.999, "No ratio moved.");
            Assert.True(measures.Of(MetricNames.KlOldK3) > 0);
            if (estimator is KlEstimator.Exact or KlEstimator.K2 or KlEstimator.K3)
                Assert.InRange(measures.Of(MetricNames.KlReference), step == 1 ? -1e-6 : 1e-5, 5);

            // 16 of 100 completions of the horizon, at most 20 % off the target: at most 3.2 % a step.
            var error = Math.Clamp((measures.Of(MetricNames.KlReference) / 0.02) - 1, -0.2, 0.2);
            beta *= 1 + (error * 16 / 100);
            Assert.Equal(beta, training.State.KlCoefficient, Tolerances.HandComputed);
        }
    }

    [Fact]
    public void Exact_divergence_agrees_with_the_mean_of_its_estimates()
    {
        var options = TinyTraining.Options(AlgorithmOptions.Grpo with { Kl = new() { Measure = true, Estimator = KlEstimator.Exact } });
        using var training = new TinyTraining(options with { Rollout = options.Rollout with { SamplesPerPrompt = 500 } });
        training.MoveReference();
        var measures = training.Step();
        Assert.True(measures.Of(MetricNames.KlReference) > 0.3);
        Assert.InRange(measures.Of(MetricNames.KlReferenceK1) / measures.Of(MetricNames.KlReference), 0.93, 1.07);
    }

    [Fact]
    public void Policy_rests_while_the_critic_warms_up()
    {
        var critic = new CriticOptions
        {
            Start = new FreshCritic { HiddenSize = 8, Layers = 1, Heads = 2 },
            WarmupSteps = 2,
            Optimizer = new AdamOptions { LearningRate = 0.02 },
        };
        using var training = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo(critic)));
        var before = training.Policy.parameters().Select(Numbers.Of).ToArray();
        var losses = new List<double>();
        for (var step = 1; step <= 2; step++)
        {
            var measures = training.Step();
            Assert.Equal(0, measures.Of(MetricNames.Updates));
            Assert.Equal(double.NaN, measures.Of(MetricNames.GradientNorm));
            Assert.True(measures.Of(MetricNames.CriticGradientNorm) > 0);
            Assert.Equal(before, training.Policy.parameters().Select(Numbers.Of));
            losses.Add(measures.Of(MetricNames.ValueLoss));
        }

        Assert.True(losses[1] < losses[0], $"The critic learnt nothing: {losses[0]}, {losses[1]}.");
        Assert.Equal(1, training.Step().Of(MetricNames.Updates));
        Assert.NotEqual(before, training.Policy.parameters().Select(Numbers.Of));
    }

    [Theory]
    [InlineData(1, 3, 2, 6)]
    [InlineData(3, 1, 6, 2)]
    [InlineData(3, 0, 6, 6)]
    public void Policy_and_critic_each_take_their_own_epochs(int policyEpochs, int criticEpochs, int updates, int criticSteps)
    {
        var options = TinyTraining.Options(TinyTraining.Ppo(Small with { EpochsPerStep = criticEpochs }));
        using var training = new TinyTraining(
            options with { Update = new() { EpochsPerStep = policyEpochs, MinibatchRows = 8, MicroBatchRows = 5 } });
        var measures = training.Step();
        Assert.Equal((updates, 0), (measures.Of(MetricNames.Updates), measures.Of(MetricNames.UpdatesLeftOut)));
        Assert.Equal(criticSteps, CriticSteps(training));
    }

    [Fact]
    public void Critic_goes_on_where_the_policys_updates_ended_early()
    {
        var options = TinyTraining.Options(TinyTraining.Ppo(Small)) with { Optimizer = new AdamOptions { LearningRate = 0.05 } };
        using var training = new TinyTraining(options with { Update = new() { EpochsPerStep = 6, MicroBatchRows = 5, StopAtKl = 0.01 } });
        Assert.InRange(training.Step().Of(MetricNames.Updates), 1, 4);
        Assert.Equal(6, CriticSteps(training));
    }

    [Fact]
    public void Warming_up_leaves_no_update_of_the_policy_out()
    {
        var options = TinyTraining.Options(TinyTraining.Ppo(Small with { WarmupSteps = 1, EpochsPerStep = 2 }));
        using var training = new TinyTraining(options with { Update = new() { MinibatchRows = 8, MicroBatchRows = 5 } });
        var measures = training.Step();
        Assert.Equal((0, 0), (measures.Of(MetricNames.Updates), measures.Of(MetricNames.UpdatesLeftOut)));
        Assert.Equal(4, CriticSteps(training));
        Assert.Equal(2, training.Step().Of(MetricNames.Updates));
    }

    [Theory]
    [InlineData("grpo", 0)]
    [InlineData("ppo", 2)]
    public void Minibatch_without_a_row_to_learn_from_is_no_update_and_none_left_out(string algorithm, int updates)
    {
        var options = TinyTraining.Options(Algorithm(algorithm)) with { Update = new() { EpochsPerStep = 2, MinibatchRows = 4, MicroBatchRows = 5 } };
        using var training = new TinyTraining(
            options, completion => (completion.PromptIndex, completion.SampleIndex) == (1, 2) ? TinyTraining.Letters(completion) : Score.None("made up"));
        var measures = training.Step();
        Assert.Equal((updates, 0), (measures.Of(MetricNames.Updates), measures.Of(MetricNames.UpdatesLeftOut)));
    }

    [Fact]
    public void Every_variant_of_the_critic_trains_together()
    {
        var algorithm = TinyTraining.Ppo() with
        {
            Advantage = new CriticAdvantage
            {
                ValueLambda = new OwnLambda(),
                BootstrapCutOff = true,
                Critic = Small with { EpochsPerStep = 3, NormalizeReturns = true },
            },
        };
        using var training = new TinyTraining(TinyTraining.Options(algorithm));
        training.Step();
        for (var step = 2; step <= 4; step++)
            LiveTensors.StayAsMany($"Step {step}", () => Assert.All(
                training.Step().Finish(step).Values, pair => Assert.True(double.IsFinite(pair.Value), $"{pair.Key} is {pair.Value}.")));
        Assert.Equal(4, ((CriticEstimator)training.Estimator).Scale.Steps);
    }

    [Fact]
    public void Critic_starts_at_the_zero_function_and_learns_the_return()
    {
        var critic = new CriticOptions { Optimizer = new AdamOptions { LearningRate = 0.005 }, ClipRange = 0 };
        var options = TinyTraining.Options(TinyTraining.Ppo(critic));
        using var training = new TinyTraining(
            options with
            {
                Optimizer = new AdamOptions { LearningRate = 1e-9 },
                Rollout = options.Rollout with { PromptsPerStep = 32, SamplesPerPrompt = 2 },
                Update = new() { EpochsPerStep = 10, MicroBatchRows = 64 },
            },
            completion => Score.Of(completion.PromptTokens[0] * 0.05));
        var first = training.Step();
        Assert.Equal(0, first.Of(MetricNames.ValueMean));
        for (var step = 0; step < 14; step++)
            training.Step();
        var last = training.Step();
        Assert.InRange(last.Of(MetricNames.ValueMean) / last.Of(MetricNames.ReturnMean), 0.8, 1.2);
        Assert.True(last.Of(MetricNames.ExplainedVariance) > 0.3, $"Explained variance is {last.Of(MetricNames.ExplainedVariance)}.");
        Assert.True(last.Of(MetricNames.ValueLoss) < 0.7 * first.Of(MetricNames.ValueLoss));
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void Divergence_from_the_old_policy_ends_a_steps_updates(string algorithm)
    {
        var options = TinyTraining.Options(Algorithm(algorithm)) with { Optimizer = new AdamOptions { LearningRate = 0.05 } };
        using var training = new TinyTraining(
            options with { Update = new() { EpochsPerStep = 6, MicroBatchRows = 5, StopAtKl = 0.01 } });
        var measures = training.Step();
        Assert.InRange(measures.Of(MetricNames.Updates), 1, 4);
        Assert.Equal(6, measures.Of(MetricNames.Updates) + measures.Of(MetricNames.UpdatesLeftOut));

        using var unlimited = new TinyTraining(options with { Update = new() { EpochsPerStep = 6, MicroBatchRows = 5 } });
        Assert.Equal(6, unlimited.Step().Of(MetricNames.Updates));
    }

    [Theory]
    [InlineData("grpo", 0)]
    [InlineData("ppo", 0)]
    [InlineData("grpo", 1)]
    [InlineData("ppo", 1)]
    public void Steps_leave_as_many_tensors_as_they_found(string algorithm, int measuredEvery)
    {
        var options = TinyTraining.Options(Algorithm(algorithm) with
        {
            Entropy = new() { Coefficient = 0.02 },
            Kl = new() { Coefficient = 0.1, Placement = KlPlacement.InLoss, Estimator = KlEstimator.Exact },
        });
        using var training = new TinyTraining(
            options with { Update = new() { EpochsPerStep = 2, MinibatchRows = 8, MicroBatchRows = 3 }, Evaluation = new() { Every = measuredEvery } },
            completion => completion.SampleIndex == 1 ? Score.None("made up") : TinyTraining.Letters(completion));
        training.Step();
        for (var step = 2; step <= 4; step++)
            LiveTensors.StayAsMany($"Step {step}", () => training.Step());
    }

    [Fact]
    public void Cancelled_step_changes_nothing_and_leaves_nothing_behind()
    {
        using var training = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo()));
        training.Step();
        var before = training.Policy.parameters().Select(Numbers.Of).ToArray();
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        LiveTensors.StayAsMany("A cancelled step", () => Assert.ThrowsAny<OperationCanceledException>(() => training.Step(cancel.Token)));
        Assert.Equal(before, training.Policy.parameters().Select(Numbers.Of));
        Assert.Equal(1, training.State.Step);
    }

    private static CriticOptions Small { get; } = new() { Start = new FreshCritic { HiddenSize = 8, Layers = 1, Heads = 2 } };

    // The optimizer's steps, as a checkpoint has them.
    private static int CriticSteps(TinyTraining training)
    {
        using var folder = new TemporaryFolder();
        training.Estimator.Save(folder.Path);
        using var file = Cohort.Tensors.SafetensorsFile.Open(folder.File("critic-optimizer.safetensors"));
        return int.Parse(file.Metadata["steps"]);
    }

    private static AlgorithmOptions Algorithm(string name) => name == "ppo" ? TinyTraining.Ppo() : AlgorithmOptions.Grpo;
}
