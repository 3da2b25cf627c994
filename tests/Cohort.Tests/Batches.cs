using Cohort.Advantages;
using Cohort.Rollouts;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>Batches of made-up completions.</summary>
internal static class Batches
{
    /// <summary>A batch whose tokens and log-probabilities are arbitrary; owned by the caller.</summary>
    /// <param name="mask">One string per row, x where a token is of the response.</param>
    /// <param name="scores">One per row; NaN for none.</param>
    /// <param name="kl">[B,T] float32, KL to the reference; 0 outside the mask.</param>
    /// <param name="groupSize">Rows per prompt.</param>
    /// <param name="tokens">One list of S ids per row; ones where none are given.</param>
    /// <param name="cutOff">Rows that the length limit cut off; none where none are given.</param>
    public static RolloutBatch Make(
        string[] mask, double[] scores, Tensor kl, int groupSize, long[][]? tokens = null, bool[]? cutOff = null)
    {
        using var scope = NewDisposeScope();
        var scored = tensor(scores.Select(score => !double.IsNaN(score)).ToArray());
        var responses = Numbers.Mask(mask).logical_and(scored.unsqueeze(1));
        var perToken = zeros_like(kl);
        var known = tensor(scores.Select(score => double.IsNaN(score) ? 0 : score).ToArray()).to_type(kl.dtype);
        long[] size = [mask.Length, mask[0].Length + 1];
        return new RolloutBatch
        {
            Lengths = mask.Select(row => row.LastIndexOf('x') + 2).ToArray(),
            GroupSize = groupSize,
            Tokens = Kept(tokens is null ? ones(size, ScalarType.Int64) : tensor(tokens.SelectMany(row => row).ToArray(), size)),
            ResponseMask = Kept(responses),
            LossMask = Kept(responses.clone()),
            BehaviourLogProbs = Kept(perToken.clone()),
            OldLogProbs = Kept(perToken.clone()),
            OffPolicyWeights = Kept(responses.to_type(kl.dtype)),
            RefLogProbs = Kept(perToken.clone()),
            KlToReference = Kept(kl * responses),
            Rewards = Kept(ShapedRewards.OnLastToken(known, responses)),
            StepEnds = Kept(ShapedRewards.OnLastToken(ones_like(known), responses) > 0),
            Scores = Kept(known),
            Parts = Kept(zeros(scores.Length, 0, kl.dtype)),
            GreedyScores = Kept(zeros_like(known)),
            Scored = Kept(scored),
            CutOff = Kept(tensor(cutOff ?? new bool[mask.Length])),
        };

        static Tensor Kept(Tensor part) => part.DetachFromDisposeScope();
    }
}
