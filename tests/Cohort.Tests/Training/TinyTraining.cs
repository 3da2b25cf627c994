using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Training;

/// <summary>The parts of an RL run on a tiny model, without a run directory.</summary>
internal sealed class TinyTraining : IDisposable
{
    private readonly Collector _collector;
    private readonly PolicyTrainer _trainer;
    private TrainerState _state;

    public TinyTraining(RunOptions options, Func<Completion, Score>? reward = null, Func<ISampler, ISampler>? around = null)
    {
        var tokenizer = new CharacterTokenizer(new ReverseTask(2).Alphabet);
        Policy = TinyModels.Policy(
            sharpness: 20, TinyModels.Shape with { VocabularySize = tokenizer.VocabularySize, ContextLength = 16 }, options.Seed);
        Reference = Frozen(Policy);
        var sampler = new TorchSampler(Policy, tokenizer);
        var clock = new PhaseClock();
        Source = new TaskProblems(new ReverseTask(2), options.Seed);
        var prompts = new PromptEncoder(tokenizer);
        Estimator = Estimators.Create(Policy, options, clock, [.. Enumerable.Range(0, 6).Select(cursor => prompts.Encode(Source.Training(cursor)))]);
        var probes = new PolicyProbes(Policy, Reference, options);
        Update = new PolicyUpdate(Policy, Reference, options, options.Update.MicroBatchRows, options.Rollout.MaxNewTokens);
        var letters = new DelegateReward("letters", (_, completion, _) => ValueTask.FromResult((reward ?? Letters)(completion)));
        var rewards = RewardSet.Of(letters, TimeSpan.FromSeconds(10));
        var curriculum = new Curriculum(Source, options.Rollout.Curriculum, options.Seed);
        _collector = new Collector(
            Policy, Reference, around?.Invoke(sampler) ?? sampler, prompts, rewards, curriculum, options, clock);
        _trainer = new PolicyTrainer(
            options, rewards, _collector, curriculum, Estimator, Update, probes, clock, (_, _) => Assert.Fail("A batch was bad."));
        _state = new TrainerState
        {
            KlCoefficient = options.Algorithm.Kl.Coefficient,
            EntropyCoefficient = options.Algorithm.Entropy.Coefficient,
        };
    }

    public LanguageModel Policy { get; }

    public LanguageModel Reference { get; }

    public IAdvantageEstimator Estimator { get; }

    public PolicyUpdate Update { get; }

    public DataSource<Problem> Source { get; }

    public TrainerState State => _state;

    /// <summary>Small steps with every part of an update in use: prompts of 3 tokens, 4 x 4 completions of up to 5 tokens.</summary>
    public static RunOptions Options(AlgorithmOptions algorithm) => new()
    {
        Seed = 3,
        Algorithm = algorithm,
        Rollout = new() { PromptsPerStep = 4, SamplesPerPrompt = 4, MaxNewTokens = 5, Temperature = 1.2 },
        Update = new() { MicroBatchRows = 5 },
        Optimizer = new AdamOptions { LearningRate = 0.01 },
        Budget = new() { Steps = 100 },
        Reward = new CustomReward { LargestUnscoredShare = 1 },
    };

    /// <summary>PPO with a critic of its own shape.</summary>
    public static AlgorithmOptions Ppo(CriticOptions? critic = null) => AlgorithmOptions.Ppo with
    {
        Advantage = new CriticAdvantage { Critic = critic ?? new() { Start = new FreshCritic { HiddenSize = 8, Layers = 1, Heads = 2 } } },
    };

    /// <summary>More for letters late in the alphabet, so that scores differ within every group.</summary>
    public static Score Letters(Completion completion) =>
        Score.Of(completion.ResponseTokens.Select((token, i) => token * (0.01 + (0.0013 * i))).Sum());

    /// <summary>Takes one step and gives its numbers.</summary>
    public Measures Step(CancellationToken cancel = default)
    {
        var measures = new Measures();
        _state = _trainer.Step(_state, measures, (_, _, _) => { }, cancel);
        return measures;
    }

    /// <summary>Collects the first step's batch; owned by the caller's scope.</summary>
    public Collected Collect() => _collector.Collect(cursor: 0, step: 1, default);

    /// <summary>Moves the reference away, so that its divergence is not 0.</summary>
    public void MoveReference()
    {
        using var other = TinyModels.Policy(sharpness: 20, Policy.Config, seed: 99);
        Cohort.Models.Weights.Copy(from: other, to: Reference);
    }

    public void Dispose()
    {
        Update.Dispose();
        Estimator.Dispose();
        Reference.Dispose();
        Policy.Dispose();
    }

    private static LanguageModel Frozen(LanguageModel policy)
    {
        var reference = policy.Copy();
        Cohort.Models.Weights.Freeze(reference);
        return reference;
    }
}
