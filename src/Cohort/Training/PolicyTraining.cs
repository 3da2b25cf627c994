using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Policy optimization as a run repeats it: the networks, what feeds them, and what they write.</summary>
internal sealed class PolicyTraining : ITraining
{
    private const string OptimizerFile = "policy-optimizer.safetensors";

    private readonly RunDirectory _place;
    private readonly RunOptions _options;
    private readonly LanguageModel _policy;
    private readonly Reference _reference;
    private readonly PromptEncoder _prompts;
    private readonly IAdvantageEstimator _estimator;
    private readonly PolicyUpdate _update;
    private readonly Curriculum _curriculum;
    private readonly PolicyTrainer _trainer;
    private readonly Validation _validation;
    private readonly LearningCurve _curve;
    private readonly MetricAlarms _alarms;
    private readonly RolloutLog _log;
    private readonly RolloutLines _logged;
    private readonly ReplayLog _replay;
    private readonly ISampler _sampler;
    private readonly PolicySampler _own;
    private readonly PolicySampler _measured; // what measures the policy has its weights as they are
    private readonly List<RolloutLine> _lines = [];
    private readonly PhaseClock _clock;
    private readonly IMetricSink _sink;
    private bool _toldOfUnscored;

    public PolicyTraining(
        RunDirectory place,
        RunOptions options,
        StartingModel start,
        DataSource<Problem> source,
        MeasuredRewards rewards,
        TrainerState state,
        PhaseClock clock,
        IMetricSink sink)
    {
        var (policy, prompts) = (start.Policy, start.Prompts);
        (_place, _options, _policy, _prompts, _clock, _sink) = (place, options, policy, prompts, clock, sink);
        var (kind, largest) = (options.Rollout.Sampler, options.Rollout.LargestBatch);
        _own = new PolicySampler(policy, prompts.Tokenizer, largest, kind, options.Rollout.Weights, onTokens: clock.NoteToken);
        _measured = options.Rollout.Weights == SamplerWeights.Exact ? _own : new PolicySampler(policy, prompts.Tokenizer, largest, kind);
        _logged = new RolloutLines(options, new TokenDetails(policy, prompts.Tokenizer, options), clock);
        (_sampler, var trained) = ReplaySampler.Or(_own, rewards.Trained, options, policy.Config.VocabularySize);
        _replay = new ReplayLog(place.Replay, state.Step);
        _log = new RolloutLog(place.Rollouts, state.RolloutsBytes);
        try
        {
            var points = LearningCurve.Take(options.Evaluation.Curve, source);
            _curve = new LearningCurve(
                HeldOut("learning-curve answers", points, Purpose.CurveTokens), rewards.Trained, options, place.Evaluations, state.EvaluationsBytes, sink);
            _reference = new Reference(policy, place.Base, options);
        }
        catch
        {
            _log.Dispose();
            throw;
        }

        policy.Trunk.RecomputesBlocks = options.Update.RecomputeActivations == Recomputation.Always;
        _estimator = Estimators.Create(policy, options, clock, ValueTrack.PromptsOf(source, prompts));
        _update = new PolicyUpdate(policy, _reference.Network, options, options.Update.MicroBatchRows, options.Rollout.MaxNewTokens);
        _curriculum = new Curriculum(source, options.Rollout.Curriculum, options.Seed);
        var collector = new Collector(policy, _reference.Network, _sampler, prompts, trained, _curriculum, options, clock);
        if (options.Rollout.SaveAll)
            collector.Sampled += _replay.Add;

        var probes = new PolicyProbes(policy, _reference.Network, options);
        _trainer = new PolicyTrainer(
            options, trained, collector, _curriculum, _estimator, _update, probes, clock, (step, batch) => batch.Report(place, step, sink));
        _alarms = new MetricAlarms(rewards.Metrics.Select(metric => metric.Name), sink);
        var problems = source.HeldOut(Split.Validation, options.Evaluation.Problems);
        _validation = new Validation(
            HeldOut(Validation.Answers, problems, Purpose.ValidationTokens), rewards, _alarms, options.Rollout.ValidationSampling());
        foreach (var notice in RunNotices.Of(options, source, prompts, policy.Config).Append(_curve.Notice).Where(notice => notice != ""))
            sink.Notice(notice);

        HeldOutMeasurement HeldOut(string what, IReadOnlyList<Problem> problems, Purpose purpose) => new(
            _measured, prompts, options.Reward.LargestUnscoredShare, what, problems, new SampleSeed(options.Seed, purpose, Step: 0), sink);
    }

    /// <summary>The source without the problems whose prompts are too long, where the options ask for that.</summary>
    /// <exception cref="DataException">No prompt fits the context.</exception>
    public static DataSource<Problem> Fitting(RunOptions options, DataSource<Problem> source, PromptEncoder prompts, ModelConfig config)
    {
        var newTokens = MaxNewTokens(options, config, longestPrompt: 0);
        return Setup.Fitting(source, options.Data, problem => prompts.Encode(problem).Count + newTokens, config);
    }

    /// <inheritdoc/>
    public string BestBy => _options.Reward.IsGraded ? MetricNames.ValidationScore : MetricNames.ValidationSampled;

    /// <inheritdoc/>
    public string ModelName => PolicyFolder.Name;

    /// <inheritdoc/>
    public int ValidationRows => _validation.Problems;

    /// <summary>Fills in what the options leave open, once per run; written to options.json and reused on resume.</summary>
    /// <exception cref="DataException">A prompt does not fit the context, or has an unknown character.</exception>
    public static RunOptions Resolve(RunOptions options, DataSource<Problem> source, PromptEncoder prompts, ModelConfig config) =>
        Resolve(options, LongestPrompt(options, source, prompts), config);

    /// <summary>Whether the update takes numbers of distributions from one pass over the logits (see <see cref="DistributionMemory"/>).</summary>
    /// <param name="options">Of a run whose device is chosen.</param>
    public static bool InOnePass(RunOptions options) =>
        options.Device == DeviceKind.Cpu && !(options.Algorithm.Kl is { Coefficient: > 0, ComparesWhole: true });

    /// <inheritdoc cref="Resolve(RunOptions, DataSource{Problem}, PromptEncoder, ModelConfig)"/>
    /// <param name="longest">From <see cref="LongestPrompt"/>.</param>
    public static RunOptions Resolve(RunOptions options, (Problem Problem, int Length) longest, ModelConfig config)
    {
        var longestPrompt = longest.Length;
        var newTokens = MaxNewTokens(options, config, longestPrompt);
        Setup.RequirePromptFits(longest.Problem, longestPrompt, config, newTokens);
        _ = Estimators.CriticShape(options, config); // fails here, before there is a run directory

        var update = options.Update;
        var plan = MicroBatchPlan.Choose(
            update.MicroBatchRows, update.RecomputeActivations, update.MicroBatchGiB, config, longestPrompt + newTokens, InOnePass(options));
        var algorithm = options.Algorithm;
        return options with
        {
            Algorithm = algorithm with
            {
                Advantage = algorithm.Advantage is PerReward parts ? parts.Of(options.Reward) : algorithm.Advantage,
                OffPolicy = options.Rollout.Weights != SamplerWeights.Exact && algorithm.OffPolicy.Method == OffPolicyMethod.None
                    ? algorithm.OffPolicy with { Method = OffPolicyMethod.Truncate }
                    : algorithm.OffPolicy,
            },
            Rollout = options.Rollout with
            {
                Sampler = SamplerOf(options, config),
                MaxNewTokens = newTokens,
                LargestBatch = DecodingPlan.Rows(options.Rollout.LargestBatch, config, longestPrompt + newTokens, sizeof(float)),
            },
            Update = update with { MicroBatchRows = plan.Rows, RecomputeActivations = plan.Recomputation },
        };
    }

    // What samples, once the device is chosen.
    private static SamplerKind SamplerOf(RunOptions options, ModelConfig config)
    {
        var (kind, isNarrow) = (options.Rollout.Sampler, options.Rollout.Weights != SamplerWeights.Exact);
        var obstacle = PolicySampler.Obstacle(config, options.Device == DeviceKind.Cpu);
        if (isNarrow && kind == SamplerKind.Torch)
            obstacle = "rollout.weights=bfloat16 are the engine's weights, but rollout.sampler is torch. Set rollout.sampler=engine or rollout.weights=exact.";

        if (obstacle != "" && (isNarrow || kind == SamplerKind.Engine))
            throw new OptionsException("rollout", [obstacle]);

        return kind != SamplerKind.Auto ? kind : obstacle == "" ? SamplerKind.Engine : SamplerKind.Torch;
    }

    /// <summary>Of the problems that a run is known to see, the one with the longest prompt, and its length in tokens.</summary>
    public static (Problem Problem, int Length) LongestPrompt(RunOptions options, DataSource<Problem> source, PromptEncoder prompts)
    {
        var sample = Math.Min(source.TrainingCount ?? 64, 1_000_000);
        var known = Enumerable.Range(0, (int)sample).Select(i => source.Training(i))
            .Concat(source.HeldOut(Split.Validation, options.Evaluation.Problems))
            .Concat(LearningCurve.Take(options.Evaluation.Curve, source));
        return known.Select(problem => (problem, Length: prompts.Encode(problem).Count)).MaxBy(prompt => prompt.Length);
    }

    // Where long prompts are dropped, what is left for completions says which ones are too long, and must not depend on those that are left: a run that
    // goes on drops the same ones.
    private static int MaxNewTokens(RunOptions options, ModelConfig config, int longestPrompt)
    {
        var drops = options.Data is FileData { LongPrompts: LongPrompts.Drop };
        return Setup.MaxNewTokens(options.Rollout.MaxNewTokens, options.Data, drops ? config.ContextLength / 2 : config.ContextLength - longestPrompt);
    }

    public TrainerState Step(TrainerState state, Measures measures, CancellationToken cancel)
    {
        _lines.Clear();
        _replay.Clear();
        var next = _trainer.Step(state, measures, (collected, advantages, isMeasured) => Note(state, collected, advantages, isMeasured), cancel);
        _update.Optimizer.ZeroGradients(); // rollouts need their memory
        _reference.After(next.Step);
        if (_lines.Count > 0)
            _sink.Completions([.. _lines]);

        return next;
    }

    public void Validate(long step, Measures measures, CancellationToken cancel) => _validation.Measure(step, measures, cancel);

    public TrainerState MeasureCurve(TrainerState state, bool ends, Measures measures, CancellationToken cancel)
    {
        if (!_curve.IsDue(state, ends))
            return state;

        _clock.Start(Phase.Evaluation);
        return _curve.Measure(state, measures, cancel);
    }

    public double Progress(TrainerState state) => _options.Budget.Progress(state.Step, state.SampledTokens);

    public void WriteLog()
    {
        _replay.Write();
        _lines.ForEach(_log.Append);
        _lines.Clear();
        _curve.Write();
    }

    public TrainerState FlushLogs(TrainerState state)
    {
        _replay.Flush();
        _log.Flush();
        return state with { RolloutsBytes = _log.Length, EvaluationsBytes = _curve.Bytes };
    }

    public void Save(string folder)
    {
        SaveModel(Path.Combine(folder, PolicyFolder.Name));
        _update.Optimizer.Save(Path.Combine(folder, OptimizerFile));
        _estimator.Save(folder);
        _reference.Save(folder);
        _curriculum.Save(folder);
        _alarms.Save(folder);
    }

    public void Load(string folder)
    {
        PolicyFolder.ReadWeights(_policy, Path.Combine(folder, PolicyFolder.Name));
        _update.Optimizer.Load(Path.Combine(folder, OptimizerFile));
        _estimator.Load(folder);
        _reference.Load(folder);
        _curriculum.Load(folder);
        _alarms.Load(folder);
    }

    public void SaveModel(string folder) => PolicyFolder.Save(_policy, _prompts, _place, folder, dropout: 0);

    public void Dispose()
    {
        _log.Dispose();
        _replay.Dispose();
        (_sampler as IDisposable)?.Dispose();
        _own.Dispose();
        _measured.Dispose();
        _estimator.Dispose();
        _update.Dispose();
        _reference.Dispose();
        _policy.Dispose();
    }

    private void Note(TrainerState before, Collected collected, Tensor advantages, bool isMeasured)
    {
        var step = before.Step + 1;
        if (!_toldOfUnscored && ScoreLimits.Notice([.. collected.Sampled.SelectMany(group => group.Scores)]) is var notice and not "")
        {
            _toldOfUnscored = true;
            _sink.Notice($"Step {step}: {notice}");
        }

        _lines.AddRange(_logged.Of(before, collected, advantages, isMeasured));
    }
}
