using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// KL over the whole vocabulary between the policies before and after a step, and after it to the reference, on the states of some of the step's responses:
/// whole rows from the first on, up to 1,024 tokens and 64 MiB of kept distributions; of a first row longer than that, its first tokens.
/// </summary>
internal sealed class ExactDivergence : IDisposable
{
    private const long MostTokens = 1024;
    private const long MostBytes = 64L << 20;

    private readonly LanguageModel _policy;
    private readonly IReadOnlyList<LanguageModel> _references;
    private readonly double _temperature;
    private readonly MicroBatch[] _portions;
    private readonly Tensor _mask;
    private readonly Tensor[] _old;

    /// <summary>Keeps the distributions of the policy as it is, before the step's first update.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="references">The reference; empty where the run has none.</param>
    /// <param name="batch">The step's batch, which outlives this.</param>
    /// <param name="options">The run's.</param>
    /// <param name="mostTokens">Tokens at most; 0 compares nothing.</param>
    public ExactDivergence(
        LanguageModel policy, IReadOnlyList<LanguageModel> references, RolloutBatch batch, RunOptions options, long mostTokens = MostTokens)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (_policy, _references, _temperature) = (policy, references, options.Rollout.Temperature);
        var most = BytesKept(mostTokens, policy.Config.VocabularySize) / (sizeof(float) * policy.Config.VocabularySize);
        _mask = batch.ResponseMask.logical_and(batch.ResponseMask.cumsum(1) <= most).DetachFromDisposeScope();
        _portions = [.. batch.Split(Rows(batch.ResponseMask, most), options.Update.MicroBatchRows)];
        _old = [.. _portions.Select(portion => Distributions(policy, portion).DetachFromDisposeScope())];
    }

    /// <summary>What the kept distributions take at most, in bytes.</summary>
    /// <param name="tokens">Tokens that there are, or fewer that are asked for.</param>
    /// <param name="vocabularySize">V.</param>
    public static long BytesKept(long tokens, int vocabularySize) => Math.Min(Math.Min(tokens, MostTokens) * vocabularySize * sizeof(float), MostBytes);

    /// <summary>Compares with the policy as it is now, after the step's last update.</summary>
    /// <param name="measures">Takes the means over tokens; none where no token counts.</param>
    public void Describe(Measures measures)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (portion, old) in _portions.Zip(_old))
        {
            using var part = NewDisposeScope();
            var current = Distributions(_policy, portion);
            Add(MetricNames.KlOldExact, old, current);
            foreach (var reference in _references)
            {
                Add(MetricNames.KlReferenceExact, current, Distributions(reference, portion));
            }
        }

        void Add(string name, Tensor from, Tensor to) =>
            measures.Mean(name, KlEstimators.Exact(from, to).sum().cpu().to_type(ScalarType.Float64).item<double>(), from.shape[0]);
    }

    /// <summary>Frees what was kept.</summary>
    public void Dispose()
    {
        _mask.Dispose();
        foreach (var old in _old)
        {
            old.Dispose();
        }
    }

    // The first rows that count, as many as fit as a whole, and at least one.
    private static List<long> Rows(Tensor responses, long most)
    {
        var (rows, rest) = (new List<long>(), most);
        foreach (var (row, count) in responses.sum(1).cpu().data<long>().ToArray().Index().Where(pair => pair.Item > 0))
        {
            if (rest <= 0 || (rows.Count > 0 && count > rest))
            {
                break;
            }

            rows.Add(row);
            rest -= count;
        }

        return rows;
    }

    // [n,V] nats, of the portion's tokens in row-major order.
    private Tensor Distributions(LanguageModel model, MicroBatch portion)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Trunk.HiddenAt(portion.Tokens(), portion.Take(_mask));
        return TokenLogProbs.Distribution(model.Logits(hidden), _temperature).MoveToOuterDisposeScope();
    }
}
