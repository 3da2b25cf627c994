using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Supervised fine-tuning as a run repeats it: cross-entropy on the completion tokens of demonstrations, the end of sequence included.
/// </summary>
internal sealed class SftTraining : ITraining
{
    private const string OptimizerFile = "policy-optimizer.safetensors";

    private readonly RunDirectory _place;
    private readonly SftOptions _options;
    private readonly LanguageModel _policy;
    private readonly PromptEncoder _prompts;
    private readonly DataSource<Demonstration> _source;
    private readonly IReadOnlyList<Demonstration> _heldOut;
    private readonly Optimizer _optimizer;
    private readonly PolicySampler _sampler;
    private readonly Validation _validation;
    private readonly PhaseClock _clock;
    private readonly Action<long, BadBatch> _keepBadBatch;

    public SftTraining(
        RunDirectory place,
        SftOptions options,
        StartingModel start,
        DataSource<Demonstration> source,
        PhaseClock clock,
        IMetricSink sink)
    {
        _keepBadBatch = (step, batch) => batch.Report(place, step, sink);
        var (policy, prompts) = (start.Policy, start.Prompts);
        (_place, _options, _policy, _prompts, _source, _clock) = (place, options, policy, prompts, source, clock);
        policy.Trunk.RecomputesBlocks = options.RecomputeActivations == Recomputation.Always;
        _optimizer = Optimizer.Create(policy, options.Optimizer);
        _heldOut = source.HeldOut(Split.Validation, options.Evaluation.Problems);
        _sampler = new PolicySampler(policy, prompts.Tokenizer);
        var measurement = new HeldOutMeasurement(
            _sampler, prompts, largestUnscoredShare: 1, Validation.Answers, _heldOut.Select(Problem).ToArray(),
            new SampleSeed(options.Seed, Purpose.ValidationTokens, Step: 0), sink);
        _validation = new Validation(
            measurement, MeasuredRewards.Of(RewardSet.Of(Reward(options.Data), TimeSpan.FromSeconds(10))), new MetricAlarms([], sink),
            new EvaluationSampling { MaxNewTokens = options.MaxNewTokens });
        foreach (var notice in source.Notices)
        {
            sink.Notice(notice);
        }

        if (Setup.ChatNotice(prompts, source.Training(0).Problem, policy.Config) is var chat and not "")
        {
            sink.Notice(chat);
        }

        if (!source.IsHeldOut)
        {
            sink.Notice(Setup.NotHeldOut("demonstrations", source.TrainingCount));
        }
    }

    /// <inheritdoc/>
    public string BestBy => MetricNames.ValidationSampled;

    /// <inheritdoc/>
    public string ModelName => PolicyFolder.Name;

    /// <inheritdoc/>
    public int ValidationRows => _heldOut.Count;

    /// <summary>The tokens of a demonstration.</summary>
    public static int Length(Demonstration row, PromptEncoder prompts) => prompts.Encode(row) is var (prompt, response) ? prompt.Count + response.Count : 0;

    /// <summary>Fills in what the options leave open, once per run.</summary>
    /// <exception cref="DataException">A demonstration does not fit the context.</exception>
    public static SftOptions Resolve(SftOptions options, DataSource<Demonstration> source, PromptEncoder prompts, ModelConfig config)
    {
        var known = Enumerable.Range(0, (int)Math.Min(source.TrainingCount ?? 64, 1_000_000)).Select(i => source.Training(i))
            .Concat(source.HeldOut(Split.Validation, options.Evaluation.Problems));
        var longest = 0;
        var longestAnswer = 0;
        foreach (var demonstration in known)
        {
            var problem = demonstration.Problem;
            var row = prompts.Encode(demonstration);
            var (prompt, answer) = (row.Prompt.Count, row.Response.Count);
            if (row.Prompt.Concat(row.Response).Max() is var largest && largest >= config.VocabularySize)
            {
                throw new DataException(
                    $"Demonstration '{problem.Id}' has the token {largest}, but the model's vocab_size is {config.VocabularySize}: the tokenizer has more "
                    + "tokens than the model. Take the tokenizer that belongs to the model, or leave the demonstration out.");
            }

            if (prompt + answer > config.ContextLength)
            {
                throw new DataException(
                    $"Demonstration '{problem.Id}' has {prompt} prompt and {answer} completion tokens (end of sequence included), but the model's context "
                    + $"is {config.ContextLength}; shorten it, leave it out, set data.longPrompts=drop, or make a model with a larger contextLength.");
            }

            (longest, longestAnswer) = (Math.Max(longest, prompt + answer), Math.Max(longestAnswer, answer));
        }

        var plan = MicroBatchPlan.Choose(
            options.MicroBatchRows, options.RecomputeActivations, options.MicroBatchGiB, config, longest, inOnePass: options.Device == DeviceKind.Cpu);
        return options with
        {
            MaxNewTokens = options.MaxNewTokens > 0 ? options.MaxNewTokens : longestAnswer,
            MicroBatchRows = plan.Rows,
            RecomputeActivations = plan.Recomputation,
        };
    }

    public TrainerState Step(TrainerState state, Measures measures, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        _clock.Start(Phase.Update);
        var rows = Enumerable.Range(0, _options.BatchRows).Select(i => _prompts.Encode(_source.Training(state.ProblemCursor + i))).ToArray();
        var tokens = rows.Sum(row => (long)row.Response.Count);
        _clock.UpdatedTokens = rows.Sum(row => (long)row.Prompt.Count + row.Response.Count);
        measures.Set(MetricNames.SftTokens, tokens);
        var next = state with { Step = state.Step + 1, ProblemCursor = state.ProblemCursor + rows.Length, NonFiniteInARow = 0 };
        try
        {
            AddGradients(rows, tokens, next.Step, measures, cancel);
            var rate = LearningRate.At(_options.Optimizer, _optimizer.Steps, new(Progress(state), Progress(next)));
            measures.Set(MetricNames.GradientNorm, _optimizer.Step(rate));
            measures.Set(MetricNames.LearningRate, rate);
            return next;
        }
        catch (NonFiniteException error)
        {
            var packed = Packing.Pack(rows, _policy.Config.Padding);
            using var bad = BadBatch.Keep([("tokens", packed.Tokens), ("response_mask", packed.ResponseMask)], error);
            _keepBadBatch(next.Step, bad);
            return next with { NonFiniteInARow = state.NonFiniteInARow + 1, SkippedUpdates = state.SkippedUpdates + 1 };
        }
    }

    public void Validate(long step, Measures measures, CancellationToken cancel)
    {
        // First what can be stopped: then there are all numbers or none.
        _validation.Measure(step, measures, cancel);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var part in _heldOut.Select(_prompts.Encode).Chunk(_options.MicroBatchRows))
        {
            using var micro = NewDisposeScope();
            var (logProbs, _) = Forward(part);
            measures.Mean(MetricNames.ValidationLoss, -logProbs.sum().item<float>(), logProbs.numel());
        }
    }

    public double Progress(TrainerState state) => Math.Min(1, (double)state.Step / _options.Steps);

    public void Save(string folder)
    {
        SaveModel(Path.Combine(folder, PolicyFolder.Name));
        _optimizer.Save(Path.Combine(folder, OptimizerFile));
    }

    public void Load(string folder)
    {
        PolicyFolder.ReadWeights(_policy, Path.Combine(folder, PolicyFolder.Name));
        _optimizer.Load(Path.Combine(folder, OptimizerFile));
    }

    public void SaveModel(string folder) => PolicyFolder.Save(_policy, _prompts, _place, folder, _options.Model.Adapter.DroppedShare);

    public void Dispose()
    {
        _sampler.Dispose();
        _optimizer.Dispose();
        _policy.Dispose();
    }

    // A demonstration as a problem whose answer is the completion, for the data that no verifier knows.
    private Problem Problem(Demonstration demonstration) => _options.Data is TaskData
        ? demonstration.Problem
        : demonstration.Problem with { Reference = demonstration.Completion };

    private static BoundedReward Reward(DataOptions data) => data is TaskData task
        ? new TaskReward(Data.Tasks.BundledTasks.Create(task.Task, task.Size))
        : new ExactReward();

    private void AddGradients(
        (IReadOnlyList<int> Prompt, IReadOnlyList<int> Response)[] rows, long tokens, long step, Measures measures, CancellationToken cancel)
    {
        _optimizer.ZeroGradients();
        foreach (var (index, part) in rows.OrderBy(row => row.Prompt.Count + row.Response.Count).Chunk(_options.MicroBatchRows).Index())
        {
            cancel.ThrowIfCancellationRequested();
            using var micro = NewDisposeScope();
            using var dropping = Adapters.Dropping(_policy, _options.Model.Adapter.DroppedShare, _options.Seed, step, index);
            var (logProbs, right) = Forward(part);
            var loss = -logProbs.sum().item<float>();
            if (!float.IsFinite(loss))
            {
                throw new NonFiniteException(MetricNames.SftLoss);
            }

            NextTokenLoss.Share(logProbs, tokens).backward();
            measures.Mean(MetricNames.SftLoss, loss, logProbs.numel());
            measures.Mean(MetricNames.SftAccuracy, right.sum().item<float>(), logProbs.numel());
        }
    }

    // Log-probabilities of the completion tokens, and where the most likely token is the right one.
    private (Tensor LogProbs, Tensor Right) Forward((IReadOnlyList<int> Prompt, IReadOnlyList<int> Response)[] rows)
    {
        using var scope = NewDisposeScope();
        var packed = Packing.Pack(rows, _policy.Config.Padding);
        var device = _policy.Trunk.EmbeddingWeight.device;
        var (tokens, mask) = (packed.Tokens.to(device), packed.ResponseMask.to(device));
        var measured = PolicyForward.Measure([_policy], tokens, mask, temperature: 1, (distributions, targets) =>
        {
            var logProbs = TokenLogProbs.Of(distributions[0], targets);
            return [logProbs, (distributions[0].MostLikely() == targets).to_type(logProbs.dtype)];
        });
        return (measured[0].MoveToOuterDisposeScope(), measured[1].MoveToOuterDisposeScope());
    }
}
