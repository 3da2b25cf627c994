using System.Diagnostics;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>A forecast of a step's time.</summary>
/// <param name="RolloutSeconds">Sampling.</param>
/// <param name="LogProbSeconds">Log-probabilities of the reference, and of the policy where they are asked for.</param>
/// <param name="UpdateSeconds">Forward and backward passes of all epochs.</param>
/// <param name="OptimizerSeconds">Steps of the optimizer.</param>
public sealed record TimePlan(double RolloutSeconds, double LogProbSeconds, double UpdateSeconds, double OptimizerSeconds)
{
    /// <summary>All together; rewards and the critic's part are not in it.</summary>
    public double Seconds => RolloutSeconds + LogProbSeconds + UpdateSeconds + OptimizerSeconds;
}

/// <summary>Times networks of one and of several layers of the model's shape; their difference is layers, and the rest is embedding and head.</summary>
internal sealed class TimeForecast(RunOptions options, ModelConfig config, int longest)
{
    // Tokens that are timed at most; longer passes are taken to cost in proportion.
    private const int MostTokens = 512;

    // Layers of the larger network: enough that a head of many tokens does not drown them in its noise.
    private const int SeveralLayers = 6;

    private readonly record struct Costs(double Prefill, double Decode, double Forward, double Update, double Optimizer)
    {
        public static Costs operator +(Costs a, Costs b) =>
            new(a.Prefill + b.Prefill, a.Decode + b.Decode, a.Forward + b.Forward, a.Update + b.Update, a.Optimizer + b.Optimizer);

        // No less than nothing, whatever the machine did beside.
        public static Costs operator -(Costs a, Costs b) => new(
            Math.Max(0, a.Prefill - b.Prefill), Math.Max(0, a.Decode - b.Decode), Math.Max(0, a.Forward - b.Forward), Math.Max(0, a.Update - b.Update),
            Math.Max(0, a.Optimizer - b.Optimizer));

        public static Costs operator *(double factor, Costs of) =>
            new(factor * of.Prefill, factor * of.Decode, factor * of.Forward, factor * of.Update, factor * of.Optimizer);
    }

    /// <summary>Measures; takes the calling thread at most about a minute.</summary>
    public TimePlan Measure()
    {
        var several = Math.Min(config.Layers, SeveralLayers);
        var one = Measure(1);
        var step = several == 1 ? one : one + ((config.Layers - 1.0) / (several - 1) * (Measure(several) - one));
        var (rollout, update) = (options.Rollout, options.Update);
        var kl = options.Algorithm.Kl;
        var passes = (kl.NeedsReference ? 1 : 0) + (update.RecomputeOldLogProbs ? 1 : 0)
            + (kl is { NeedsReference: true, Estimator: Losses.KlEstimator.Exact } ? 2 : 0);
        var tokens = (double)rollout.Rows * longest;
        var minibatches = Math.Ceiling(rollout.Rows / (double)(update.MinibatchRows == 0 ? rollout.Rows : update.MinibatchRows));
        return new(
            step.Prefill + (rollout.MaxNewTokens * step.Decode),
            passes * tokens * step.Forward,
            update.EpochsPerStep * tokens * step.Update,
            update.EpochsPerStep * minibatches * step.Optimizer);
    }

    // Seconds per token of a pass, per decoded position of all rows, and per optimizer step.
    private Costs Measure(int layers)
    {
        using var scope = NewDisposeScope();
        var shape = config with { Layers = layers };
        using var model = new LanguageModel(shape);
        InitialWeights.Draw(model, shape, options.Seed, Purpose.PolicyWeights);
        if (options.Model.Adapter is LowRankOptions lora)
        {
            // A target may name a layer that only the whole model has.
            var targets = lora.Targets.Split(',', StringSplitOptions.TrimEntries).Select(Adapters.LastPart).Distinct();
            Adapters.Attach(model, string.Join(',', targets), lora.Shape, options.Seed);
        }

        model.Trunk.RecomputesBlocks = options.Update.RecomputeActivations == Recomputation.Always;
        using var optimizer = Optimizer.Create(model, options.Optimizer);
        var rows = Math.Clamp(MostTokens / longest, 1, options.Update.MicroBatchRows);
        var width = Math.Min(longest, MostTokens);
        var tokens = ones([rows, width], ScalarType.Int64);
        var mask = ones([rows, width - 1], ScalarType.Bool);
        var (prefill, decode) = Rollout(model);
        var forward = Time(() =>
        {
            using var _ = no_grad();
            Pass();
        });
        var update = Time(() => (-Pass().sum()).backward());
        return new(prefill, decode, forward / tokens.numel(), update / tokens.numel(), Time(() => optimizer.Step(0)));

        Tensor Pass() => PolicyForward.PerToken(
            [model], tokens, mask, options.Rollout.Temperature, (distributions, targets) => [TokenLogProbs.Of(distributions[0], targets)])[0];
    }

    // Prompts of all portions, and one position of all rows.
    private (double Prefill, double Decode) Rollout(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var rollout = options.Rollout;
        var rows = Math.Min(rollout.Rows, Math.Max(rollout.LargestBatch, rollout.SamplesPerPrompt));
        var portions = Math.Ceiling(rollout.Rows / (double)rows);
        var width = Math.Clamp(longest - rollout.MaxNewTokens, 1, MostTokens);
        var prompts = Math.Max(1, rows / rollout.SamplesPerPrompt);
        var timed = Math.Clamp(MostTokens / width, 1, prompts);
        var prefill = Time(() => Read().Cache.Dispose()) * prompts / timed;
        var cache = Read().Cache;
        using var owned = cache;
        var each = Math.Max(1, rows / timed);
        cache.Repeat(each, 8);
        var drawn = ones([(long)timed * each], ScalarType.Int64);
        var sampling = new RolloutSampling { Temperature = rollout.Temperature, MaxNewTokens = 8 };
        var uniforms = Enumerable.Repeat(0.5, timed * each).ToArray();
        var decode = Time(() =>
        {
            var hidden = cache.Append(drawn);
            TokenDraw.Draw(model.Logits(hidden), sampling, uniforms);
        });
        return (portions * prefill, portions * decode);

        (KvCache Cache, Tensor) Read() =>
            KvCache.Read(model.Trunk, ones([timed, width], ScalarType.Int64), full([timed], width, ScalarType.Int64));
    }

    // Seconds of the quicker of two runs after a first one, or of the first where that took long.
    private static double Time(Action action)
    {
        var times = new List<double>();
        while (times.Count < 3 && times.Sum() < 4)
        {
            using var scope = NewDisposeScope();
            var began = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return times.Min();
    }
}
