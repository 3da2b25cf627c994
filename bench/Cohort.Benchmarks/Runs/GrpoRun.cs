using System.Diagnostics;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;

namespace Cohort.Benchmarks.Runs;

/// <summary>Seconds of one step, and what it sampled.</summary>
/// <param name="Whole">Of the whole step.</param>
/// <param name="Rollout">Of sampling, with the weights' packing.</param>
/// <param name="Reward">Of waiting for rewards, sampling being over.</param>
/// <param name="SampledTokens">Completion tokens that the update sees.</param>
/// <param name="Tokens">These, and the prompt of each.</param>
internal readonly record struct StepSeconds(double Whole, double Rollout, double Reward, long SampledTokens, long Tokens)
{
    /// <summary>Of all that is neither: packing of rows, old log-probabilities where they are computed, advantages, and the update itself.</summary>
    public double Update => Whole - Rollout - Reward;
}

/// <summary>The parts of `cohort train` with GRPO, on random weights and without a run directory.</summary>
internal sealed class GrpoRun : IDisposable
{
    private const ulong Seed = 1;

    private readonly RunShape _shape;
    private readonly LanguageModel _policy;
    private readonly PolicySampler _sampler;
    private readonly IReadOnlyList<int>[] _prompts;
    private readonly RunOptions _options;
    private readonly RewardSet _rewards;
    private readonly PhaseClock _clock = new();
    private readonly IAdvantageEstimator _estimator;
    private readonly PolicyUpdate _update;
    private readonly PolicyTrainer _trainer;
    private TrainerState _state = new();

    public GrpoRun(RunShape shape, StepPart part = StepPart.Step)
    {
        _shape = shape;
        Threads = Setup.Threads(shape.Threads);
        var config = BenchmarkModel.Config(shape.Model);
        config = config with { FurtherStops = [.. Enumerable.Range(1, shape.Stops)] };
        _policy = BenchmarkModel.New(config);
        var tokenizer = new NumberTokenizer(config.VocabularySize);
        var random = new Random(1);
        Problem[] problems = [.. Enumerable.Range(0, shape.Prompts).Select(index => new Problem(
            $"{index}", string.Join(' ', Enumerable.Range(0, shape.Prompt).Select(_ => random.Next(2, config.VocabularySize))), ""))];
        var encoder = new PromptEncoder(tokenizer);
        _prompts = [.. problems.Select(encoder.Encode)];
        _options = Options(shape, config);
        _policy.Trunk.RecomputesBlocks = _options.Update.RecomputeActivations == Recomputation.Always;
        var micro = _options.Update.MicroBatchRows;
        _sampler = new PolicySampler(_policy, tokenizer, 0, shape.Sampler, shape.Weights);
        ISampler trained = shape.Lengths == LengthRange.Equal ? _sampler : new CutSampler(_sampler, shape.Lengths);
        trained = part == StepPart.Update ? new RecordedSampler(trained) : trained;

        // Sevens in the answer: a number that differs within a group.
        _rewards = RewardSet.Of(
            new DelegateReward("sevens", (_, answer) => answer.Count(character => character == '7') / (double)answer.Length), TimeSpan.FromSeconds(10));
        _estimator = Estimators.Create(_policy, _options, _clock, []);
        _update = new PolicyUpdate(_policy, _policy, _options, micro, shape.Completion);
        var curriculum = new Curriculum(ListSource.Of(problems, Seed), _options.Rollout.Curriculum, Seed);
        var collector = new Collector(_policy, _policy, trained, encoder, _rewards, curriculum, _options, _clock);
        _trainer = new PolicyTrainer(
            _options, _rewards, collector, curriculum, _estimator, _update, new PolicyProbes(_policy, _policy, _options), _clock,
            (step, _) => throw new InvalidOperationException($"Step {step} had a number that is not finite."));
    }

    public int Threads { get; }

    public long Parameters => Weights.Count(_policy);

    /// <summary>Rows that go through the network together.</summary>
    public int MicroBatchRows => _options.Update.MicroBatchRows;

    /// <summary>Samples a step's completions and nothing else; the next call's are others.</summary>
    public StepSeconds Rollout()
    {
        var (watch, tokens) = (Stopwatch.StartNew(), 0L);
        _sampler.Sample(
            _prompts, _shape.Group, _options.Rollout.TrainingSampling(), new SampleSeed(Seed, Purpose.TrainingTokens, _state.Step),
            group => tokens += group.Completions.Sum(completion => completion.ResponseTokens.Count), default);
        _state = _state with { Step = _state.Step + 1 };
        return new(watch.Elapsed.TotalSeconds, watch.Elapsed.TotalSeconds, 0, tokens, tokens + (_shape.Rows * (long)_shape.Prompt));
    }

    /// <summary>One step of training.</summary>
    public StepSeconds Step()
    {
        var (watch, measures) = (Stopwatch.StartNew(), new Measures());
        _clock.Reset();
        _state = _trainer.Step(_state, measures, static (_, _, _) => { }, default);
        _update.Optimizer.ZeroGradients();
        NativeMemory.EndLeftovers();
        var whole = watch.Elapsed.TotalSeconds;
        _clock.Describe(measures);
        var sampled = (long)measures.Of(MetricNames.SampledTokens);
        return new(
            whole, measures.Of(MetricNames.RolloutSeconds), measures.Of(MetricNames.RewardSeconds), sampled, sampled + (_shape.Rows * (long)_shape.Prompt));
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _rewards.Dispose();
        _estimator.Dispose();
        _update.Dispose();
        _policy.Dispose();
    }

    private static RunOptions Options(RunShape shape, ModelConfig config)
    {
        var update = new UpdateOptions();
        var plan = MicroBatchPlan.Choose(
            shape.MicroBatch, update.RecomputeActivations, update.MicroBatchGiB, config, shape.Prompt + shape.Completion, inOnePass: true);
        return new()
        {
            Seed = Seed,
            // One completion has nothing to be compared with.
            Algorithm = AlgorithmPresets.Of(shape.Group > 1 ? AlgorithmPreset.Grpo : AlgorithmPreset.Reinforce),
            Reward = new CustomReward(),
            Rollout = new() { PromptsPerStep = shape.Prompts, SamplesPerPrompt = shape.Group, MaxNewTokens = shape.Completion },
            Update = update with { MicroBatchRows = plan.Rows, RecomputeActivations = plan.Recomputation },
            Optimizer = new AdamOptions { LearningRate = 1e-5 },
            Evaluation = new() { Every = 0 },
            Budget = new() { Steps = 1_000_000 },
        };
    }
}
