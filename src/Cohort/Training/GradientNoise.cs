using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// How much of a step's gradient is signal. The step's P prompts are cut into K chunks of n_c prompts, whose gradients S_c sum to the step's G. Unbiased
/// where prompts are drawn independently: noise N = P/(K - 1) (Σ_c |S_c|²/n_c - |G|²/P), the variance of G; signal |G|² - N. With equal chunks, of which
/// K S_c are the gradients alone, N is a K-th of their sample variance (McCandlish et al., arXiv:1812.06162, appendix A.1, the large batch against its parts).
/// </summary>
internal sealed class GradientNoise(LanguageModel policy, RunOptions options, int microBatchRows, int longestResponse)
{
    private const int MostChunks = 8;

    private readonly Parameter[] _parameters = [.. policy.parameters().Where(parameter => parameter.requires_grad)];

    /// <summary>K, the parts that a step's prompts are cut into.</summary>
    /// <param name="prompts">P.</param>
    public static int ChunksOf(int prompts) => Math.Min(MostChunks, prompts);

    /// <summary>
    /// Measures the gradient of the surrogate alone, at the policy as it is, with advantages normalized over the whole step where the algorithm normalizes.
    /// Forgets the policy's gradients before and after; needs the memory of one more.
    /// </summary>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="sampledTokens">What the step cost.</param>
    /// <param name="update">The number of the next update over the run.</param>
    /// <param name="measures">Takes the numbers; none where there is but one prompt, nothing to learn, or a number that is not finite.</param>
    /// <param name="cancel">Read between micro-batches.</param>
    public void Measure(
        RolloutBatch batch, Tensor advantages, long sampledTokens, long update, Measures measures, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var totals = new StepTotals(batch.LossMask.any(1).sum().item<long>(), batch.LossMask.sum().item<long>(), longestResponse);
        var prompts = batch.Count / batch.GroupSize;
        var chunks = ChunksOf(prompts);
        if (chunks < 2 || totals.Tokens == 0)
        {
            return;
        }

        var rows = Enumerable.Range(0, batch.Count).Select(row => (long)row).ToArray();
        var used = SurrogateLoss.Advantages(options.Algorithm, batch, advantages, tensor(rows, device: batch.Tokens.device));
        var chosen = TokenChoice.Of(policy, batch, used, rows, options, microBatchRows, update);
        var sum = _parameters.Select(parameter => zeros(parameter.shape, ScalarType.Float32, parameter.device)).ToArray();
        var spread = 0.0;
        Forget();
        try
        {
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                var (first, end) = (prompts * chunk / chunks, prompts * (chunk + 1) / chunks);
                foreach (var micro in batch.Split(rows[(first * batch.GroupSize)..(end * batch.GroupSize)], microBatchRows))
                {
                    cancel.ThrowIfCancellationRequested();
                    Accumulate(micro, used, chosen, totals);
                }

                spread += MoveInto(sum) / (end - first);
            }
        }
        finally
        {
            Forget();
        }

        var whole = SquareNorm(sum);
        var noise = (double)prompts / (chunks - 1) * (spread - (whole / prompts));
        var signal = whole - noise;
        if (!double.IsFinite(signal))
        {
            return;
        }

        measures.Set(MetricNames.GradientSignal, signal);
        measures.Set(MetricNames.GradientNoise, noise);
        if (noise > 0)
        {
            measures.Set(MetricNames.GradientSignalPerToken, signal / noise / sampledTokens);
        }
    }

    private void Accumulate(MicroBatch micro, Tensor advantages, TokenChoice chosen, StepTotals totals)
    {
        using var scope = NewDisposeScope();
        var mask = micro.Take(micro.Batch.LossMask);
        if (!mask.any().item<bool>())
        {
            return;
        }

        var logProbs = PolicyForward.PerToken(
            [policy], micro.Tokens(), mask, options.Rollout.Temperature, (distributions, targets) => [TokenLogProbs.Of(distributions[0], targets)])[0];
        var surrogate = SurrogateLoss.PerToken(options.Algorithm, micro, logProbs, micro.Take(advantages), mask, chosen);
        TokenLoss.Share(surrogate, mask, options.Algorithm.Reduction, totals).backward();
    }

    // Adds the gradients to the sum and forgets them; gives their square norm.
    private double MoveInto(Tensor[] sum)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var gradients = new List<Tensor>();
        foreach (var (parameter, total) in _parameters.Zip(sum))
        {
            if (parameter.grad is { } gradient)
            {
                gradients.Add(gradient);
                total.add_(gradient);
            }
        }

        var square = SquareNorm(gradients);
        Forget();
        return square;
    }

    private static double SquareNorm(IReadOnlyCollection<Tensor> parts)
    {
        if (parts.Count == 0)
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = stack([.. parts.Select(part => part.to_type(ScalarType.Float32).norm())]);
        return norms.cpu().to_type(ScalarType.Float64).square().sum().item<double>();
    }

    private void Forget()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
    }
}
