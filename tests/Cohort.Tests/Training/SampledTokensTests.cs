using Cohort.Data;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training;

/// <summary>Algorithms are compared at equal numbers of sampled tokens, so that each of them counts, whatever became of it.</summary>
public sealed class SampledTokensTests
{
    private const int Steps = 3;

    [Fact]
    public void Groups_that_others_replaced_count()
    {
        var options = TinyTraining.Options(AlgorithmOptions.Grpo);
        options = options with { Rollout = options.Rollout with { MaxRefills = 2 } };
        var measures = CountsAll(options, completion => Score.Of(completion.PromptIndex == 1 ? 0.4 : completion.SampleIndex));
        Assert.Equal(1, measures.Of(MetricNames.DroppedGroups));
    }

    [Fact]
    public void Completions_without_a_score_count()
    {
        var measures = CountsAll(
            TinyTraining.Options(AlgorithmOptions.Grpo), completion => completion.SampleIndex == 2 ? Score.None("made up") : TinyTraining.Letters(completion));
        Assert.Equal(0.25, measures.Of(MetricNames.Unscored));
    }

    [Fact]
    public void Truncated_completions_that_the_loss_leaves_out_count()
    {
        var measures = CountsAll(TinyTraining.Options(AlgorithmOptions.Grpo with { Truncation = new MaskTruncated() }), TinyTraining.Letters);
        Assert.True(measures.Of(MetricNames.CutOff) > 0);
    }

    [Fact]
    public void Greedy_completions_of_a_baseline_count() =>
        CountsAll(TinyTraining.Options(AlgorithmPresets.Of(AlgorithmPreset.Remax)), TinyTraining.Letters);

    [Fact]
    public void Steps_in_which_only_the_critic_learns_count()
    {
        var critic = new CriticOptions { Start = new FreshCritic { HiddenSize = 8, Layers = 1, Heads = 2 }, WarmupSteps = Steps };
        var measures = CountsAll(TinyTraining.Options(TinyTraining.Ppo(critic)), TinyTraining.Letters);
        Assert.Equal(0, measures.Of(MetricNames.Updates));
    }

    // The tokens that the sampler gave are those of the run, and of its budget.
    private static Measures CountsAll(RunOptions options, Func<Completion, Score> reward)
    {
        var sampler = new CountingSampler();
        using var training = new TinyTraining(options, reward, around: sampler.Around);
        var (measures, before) = (new Measures(), 0L);
        for (var step = 0; step < Steps; step++)
        {
            before = sampler.Tokens;
            measures = training.Step();
        }

        Assert.True(before > 0);
        Assert.Equal(sampler.Tokens, training.State.SampledTokens);
        Assert.Equal(sampler.Tokens, measures.Of(MetricNames.TotalSampledTokens));
        Assert.Equal(sampler.Tokens - before, measures.Of(MetricNames.SampledTokens));
        return measures;
    }

    private sealed class CountingSampler : ISampler
    {
        private ISampler? _inner;

        public long Tokens { get; private set; }

        public bool SharesNumerics => _inner!.SharesNumerics;

        public CountingSampler Around(ISampler inner)
        {
            _inner = inner;
            return this;
        }

        public void Sample(
            IReadOnlyList<IReadOnlyList<int>> prompts, int samplesPerPrompt, Sampling sampling, SampleSeed seed, Action<CompletionGroup> onGroup,
            CancellationToken cancel)
        {
            Action<CompletionGroup> count = group =>
            {
                Tokens += group.Completions.Sum(completion => completion.ResponseTokens.Count);
                onGroup(group);
            };
            _inner!.Sample(prompts, samplesPerPrompt, sampling, seed, count, cancel);
        }
    }
}
