using Cohort.Losses;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>What one step did with each token of the logged completions: one forward pass of the policy after the step, over these rows alone.</summary>
/// <param name="policy">The policy.</param>
/// <param name="tokenizer">Gives each token's text.</param>
/// <param name="options">All options.</param>
internal sealed class TokenDetails(LanguageModel policy, Tokenizer tokenizer, RunOptions options)
{
    private const int MostTokens = 2048;

    /// <summary>The tokens of the first rows of a batch, at most 2,048 of a row.</summary>
    /// <param name="collected">The step's completions.</param>
    /// <param name="advantages">[B, T] float32.</param>
    /// <param name="rows">How many rows, at least 1.</param>
    /// <returns>A list for each row.</returns>
    public IReadOnlyList<IReadOnlyList<RolloutToken>> Of(Collected collected, Tensor advantages, int rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = collected.Batch;
        var width = batch.Lengths.Take(rows).Max();
        var packed = new PackedRows(batch.Tokens.narrow(0, 0, rows).narrow(1, 0, width), Logged(batch.LossMask));
        var counts = packed.Mask.any(1).cpu().data<bool>().ToArray();
        var after = counts.Contains(true)
            ? PolicyForward.LogProbs(policy, packed, options.Rollout.Temperature, options.Update.MicroBatchRows)
            : zeros_like(Logged(batch.OldLogProbs));
        var ratios = Numbers(ImportanceRatio.PerToken(after, Logged(batch.OldLogProbs)));
        var kls = Numbers(after - Logged(batch.RefLogProbs));
        var credit = Numbers(Logged(advantages));
        var hasReference = options.Algorithm.Kl.NeedsReference;
        return [.. collected.Groups.SelectMany(group => group.Completions).Take(rows).Select((completion, row) => completion.ResponseTokens.Take(MostTokens)
            .Select((id, position) =>
            {
                // The token after column t is that of column t in everything per token.
                var at = (row * (width - 1)) + completion.PromptTokens.Count + position - 1;
                return new RolloutToken(
                    id,
                    tokenizer.DecodeWithSpecial([id]),
                    counts[row] ? credit[at] : 0,
                    counts[row] ? ratios[at] : double.NaN,
                    counts[row] && hasReference ? kls[at] : double.NaN);
            })
            .ToArray())];

        Tensor Logged(Tensor perToken) => perToken.narrow(0, 0, rows).narrow(1, 0, width - 1);
    }

    private static float[] Numbers(Tensor perToken) => perToken.contiguous().cpu().to_type(ScalarType.Float32).data<float>().ToArray();
}
