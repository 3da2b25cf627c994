using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Training of a reward model as a run repeats it: the Bradley-Terry loss on pairs of completions, both of a pair in one forward pass.
/// </summary>
internal sealed class RewardModelTraining : ITraining
{
    private const string Name = "reward-model";
    private const string OptimizerFile = "reward-model-optimizer.safetensors";

    private readonly RunDirectory _place;
    private readonly RewardModelOptions _options;
    private readonly RewardModel _model;
    private readonly PromptEncoder _prompts;
    private readonly DataSource<Preference> _source;
    private readonly IReadOnlyList<Preference> _heldOut;
    private readonly Optimizer _optimizer;
    private readonly PhaseClock _clock;
    private readonly Action<long, BadBatch> _keepBadBatch;

    public RewardModelTraining(
        RunDirectory place,
        RewardModelOptions options,
        RewardModel model,
        PromptEncoder prompts,
        DataSource<Preference> source,
        PhaseClock clock,
        IMetricSink sink)
    {
        _keepBadBatch = (step, batch) => batch.Report(place, step, sink);
        (_place, _options, _model, _prompts, _source, _clock) = (place, options, model, prompts, source, clock);
        model.Trunk.RecomputesBlocks = options.RecomputeActivations == Recomputation.Always;
        _optimizer = Optimizer.Create(model, options.Optimizer);
        _heldOut = source.HeldOut(Split.Validation, options.Evaluation.Problems);
        foreach (var notice in source.Notices)
        {
            sink.Notice(notice);
        }

        if (!source.IsHeldOut)
        {
            sink.Notice(Setup.NotHeldOut("preferences", source.TrainingCount));
        }
    }

    /// <inheritdoc/>
    public string BestBy => MetricNames.ValidationPairAccuracy;

    /// <inheritdoc/>
    public string ModelName => Name;

    /// <inheritdoc/>
    public int ValidationRows => _heldOut.Count;

    // Pairs per micro-batch: each has two rows.
    private int MicroBatchPairs => Math.Max(1, _options.MicroBatchRows / 2);

    /// <summary>The training of a reward model as it is, or of a language model's trunk below a head of zeros.</summary>
    public static RewardModelTraining Open(
        RunDirectory place,
        RewardModelOptions options,
        StartingModel start,
        DataSource<Preference> source,
        PhaseClock clock,
        IMetricSink sink)
    {
        if (start.Network is not RewardModel model)
        {
            using var language = start.Policy;
            model = RewardModel.Of(language);
        }

        try
        {
            return new(place, options, model, start.Prompts, source, clock, sink);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Fills in what the options leave open, once per run.</summary>
    /// <exception cref="DataException">A preference does not fit the context.</exception>
    public static RewardModelOptions Resolve(RewardModelOptions options, DataSource<Preference> source, PromptEncoder prompts, ModelConfig config)
    {
        var known = Enumerable.Range(0, (int)Math.Min(source.TrainingCount ?? 64, 1_000_000)).Select(i => source.Training(i))
            .Concat(source.HeldOut(Split.Validation, options.Evaluation.Problems));
        var longest = 0;
        foreach (var preference in known)
        {
            var pair = EncodedPair.Of(preference, prompts);
            pair.RequireFit(preference.Problem, config);
            longest = Math.Max(longest, pair.Longest);
        }

        var plan = MicroBatchPlan.Choose(
            options.MicroBatchRows, options.RecomputeActivations, options.MicroBatchGiB, config, longest, inOnePass: options.Device == DeviceKind.Cpu);
        return options with { MicroBatchRows = plan.Rows, RecomputeActivations = plan.Recomputation };
    }

    public TrainerState Step(TrainerState state, Measures measures, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        _clock.Start(Phase.Update);
        var pairs = Enumerable.Range(0, _options.BatchPairs).Select(i => EncodedPair.Of(_source.Training(state.ProblemCursor + i), _prompts)).ToArray();
        _clock.UpdatedTokens = pairs.Sum(pair => pair.Tokens);
        measures.Set(MetricNames.RewardModelTokens, _clock.UpdatedTokens);
        var next = state with { Step = state.Step + 1, ProblemCursor = state.ProblemCursor + pairs.Length, NonFiniteInARow = 0 };
        try
        {
            var scores = AddGradients(pairs, measures, cancel);
            var rate = LearningRate.At(_options.Optimizer, _optimizer.Steps, new(Progress(state), Progress(next)));
            measures.Set(MetricNames.RewardModelGradientNorm, _optimizer.Step(rate));
            measures.Set(MetricNames.RewardModelLearningRate, rate);
            var ranking = PairwiseRanking.Of(scores);
            measures.Set(MetricNames.RewardModelAccuracy, ranking.Accuracy);
            measures.Set(MetricNames.RewardModelMargin, ranking.MarginMean);
            measures.Set(MetricNames.RewardModelScoreMean, ranking.ScoreMean);
            measures.Set(MetricNames.RewardModelScoreDeviation, ranking.ScoreDeviation);
            return next;
        }
        catch (NonFiniteException error)
        {
            using var bad = BadBatch.Keep([("tokens", Pack(pairs))], error);
            _keepBadBatch(next.Step, bad);
            return next with { NonFiniteInARow = state.NonFiniteInARow + 1, SkippedUpdates = state.SkippedUpdates + 1 };
        }
    }

    public void Validate(long step, Measures measures, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var scores = new List<(float Chosen, float Rejected)>();
        var losses = new List<(double Loss, int Pairs)>();
        foreach (var part in _heldOut.Select(preference => EncodedPair.Of(preference, _prompts)).Chunk(MicroBatchPairs))
        {
            cancel.ThrowIfCancellationRequested();
            using var micro = NewDisposeScope();
            var (chosen, rejected) = Scores(part);
            losses.Add((RankingLoss(part, chosen, rejected).item<float>(), part.Length));
            scores.AddRange(Pairs(chosen, rejected));
        }

        foreach (var (loss, pairs) in losses)
            measures.Mean(MetricNames.ValidationPairLoss, loss, pairs);

        var ranking = PairwiseRanking.Of(scores);
        measures.Set(MetricNames.ValidationPairAccuracy, ranking.Accuracy);
        measures.Set(MetricNames.ValidationPairMargin, ranking.MarginMean);
        measures.Set(MetricNames.ValidationPairScoreMean, ranking.ScoreMean);
        measures.Set(MetricNames.ValidationPairScoreDeviation, ranking.ScoreDeviation);
        measures.Set(MetricNames.ValidationCalibrationError, ranking.CalibrationError);
        foreach (var bin in ranking.Bins)
        {
            measures.Set(MetricNames.ReliabilityPairsPrefix + bin.Name, bin.Pairs);
            measures.Set(MetricNames.ReliabilityConfidencePrefix + bin.Name, bin.Confidence);
            measures.Set(MetricNames.ReliabilityAccuracyPrefix + bin.Name, bin.Accuracy);
        }
    }

    public double Progress(TrainerState state) => Math.Min(1, (double)state.Step / _options.Steps);

    public void Save(string folder)
    {
        SaveModel(Path.Combine(folder, Name));
        _optimizer.Save(Path.Combine(folder, OptimizerFile));
    }

    public void Load(string folder)
    {
        RewardModelFolder.ReadWeights(_model, Path.Combine(folder, Name));
        _optimizer.Load(Path.Combine(folder, OptimizerFile));
    }

    public void SaveModel(string folder) => RewardModelFolder.Save(_model, _prompts, _place.Base, folder);

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }

    // The gradient of the mean over the step's pairs; gives the pairs' scores, sorted by length.
    private List<(float Chosen, float Rejected)> AddGradients(EncodedPair[] pairs, Measures measures, CancellationToken cancel)
    {
        _optimizer.ZeroGradients();
        var scores = new List<(float Chosen, float Rejected)>();
        foreach (var part in pairs.OrderBy(pair => pair.Longest).Chunk(MicroBatchPairs))
        {
            cancel.ThrowIfCancellationRequested();
            using var micro = NewDisposeScope();
            var (chosen, rejected) = Scores(part);
            var ranking = RankingLoss(part, chosen, rejected);
            var loss = _options.Centering == 0 ? ranking
                : ranking + (_options.Centering * PairwiseRankingLoss.CenteringPerPair(chosen, rejected).sum());
            if (!float.IsFinite(loss.item<float>()))
            {
                throw new NonFiniteException(MetricNames.RewardModelLoss);
            }

            (loss / pairs.Length).backward();
            measures.Mean(MetricNames.RewardModelLoss, ranking.item<float>(), part.Length);
            scores.AddRange(Pairs(chosen, rejected));
        }

        return scores;
    }

    // The sum over pairs, without centering.
    private static Tensor RankingLoss(EncodedPair[] pairs, Tensor chosen, Tensor rejected)
    {
        using var scope = NewDisposeScope();
        var margins = tensor(pairs.Select(pair => (float)pair.Margin).ToArray(), device: chosen.device);
        return PairwiseRankingLoss.PerPair(chosen, rejected, margins).sum().MoveToOuterDisposeScope();
    }

    private (Tensor Chosen, Tensor Rejected) Scores(EncodedPair[] pairs)
    {
        using var scope = NewDisposeScope();
        var device = _model.Trunk.EmbeddingWeight.device;
        var lengths = pairs.Select(pair => pair.Chosen).Concat(pairs.Select(pair => pair.Rejected)).Select(row => (long)EncodedPair.Count(row)).ToArray();
        var scores = _model.Scores(Pack(pairs).to(device), tensor(lengths, device: device));
        return (scores.narrow(0, 0, pairs.Length).MoveToOuterDisposeScope(), scores.narrow(0, pairs.Length, pairs.Length).MoveToOuterDisposeScope());
    }

    // [2P, S] int64: first the chosen rows, then the rejected ones.
    private Tensor Pack(EncodedPair[] pairs) =>
        Packing.Pack([.. pairs.Select(pair => pair.Chosen), .. pairs.Select(pair => pair.Rejected)], _model.Config.Padding).Tokens;

    private static IEnumerable<(float Chosen, float Rejected)> Pairs(Tensor chosen, Tensor rejected)
    {
        using var scope = NewDisposeScope();
        return chosen.cpu().data<float>().ToArray().Zip(rejected.cpu().data<float>().ToArray());
    }
}
