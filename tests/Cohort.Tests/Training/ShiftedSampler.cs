using Cohort.Data;
using Cohort.Rollouts;

namespace Cohort.Tests.Training;

/// <summary>Records log-probabilities that are off, as those of another engine may be.</summary>
internal sealed class ShiftedSampler(ISampler honest, Func<int, double> shift) : ISampler
{
    public bool SharesNumerics => true;

    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts, int samplesPerPrompt, Sampling sampling, SampleSeed seed,
        Action<CompletionGroup> onGroup, CancellationToken cancel) => honest.Sample(
            prompts, samplesPerPrompt, sampling, seed, group => onGroup(group with { Completions = [.. group.Completions.Select(Shift)] }), cancel);

    private Completion Shift(Completion completion) => completion with
    {
        BehaviourLogProbs = [.. completion.BehaviourLogProbs.Zip(completion.ResponseTokens, (logProb, token) => logProb + (float)shift(token))],
    };
}
