using Cohort.Models;
using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>The closer looks at the policy in measured steps: its gradient before the first update, and how far it is moved by the last.</summary>
internal sealed class PolicyProbes(LanguageModel policy, LanguageModel reference, RunOptions options)
{
    private readonly GradientNoise _noise = new(policy, options, options.Update.MicroBatchRows, options.Rollout.MaxNewTokens);

    /// <summary>Looks at the policy before the step's first update.</summary>
    /// <param name="isMeasured">Whether the step is one to look at; else this does nothing.</param>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="sampledTokens">What the step cost.</param>
    /// <param name="update">The number of the next update over the run.</param>
    /// <param name="measures">Takes the gradient's numbers.</param>
    /// <param name="cancel">Read between micro-batches.</param>
    /// <returns>What to compare the policy with after the last update; owned by the caller.</returns>
    public ExactDivergence Begin(
        bool isMeasured, RolloutBatch batch, Tensor advantages, long sampledTokens, long update, Measures measures, CancellationToken cancel)
    {
        if (!isMeasured)
        {
            return new ExactDivergence(policy, [], batch, options, mostTokens: 0);
        }

        _noise.Measure(batch, advantages, sampledTokens, update, measures, cancel);
        return new ExactDivergence(policy, options.Algorithm.Kl.NeedsReference ? [reference] : [], batch, options);
    }
}
