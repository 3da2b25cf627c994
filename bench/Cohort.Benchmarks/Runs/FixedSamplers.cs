using Cohort.Data;
using Cohort.Rollouts;

namespace Cohort.Benchmarks.Runs;

/// <summary>Samples whole completions and cuts each to a length drawn with the seed: an update's rows of real lengths, whatever the model.</summary>
/// <param name="inner">Samples.</param>
/// <param name="lengths">How long they become.</param>
internal sealed class CutSampler(ISampler inner, LengthRange lengths) : ISampler
{
    // No token stands here, so that the number is nobody else's.
    private const int Nowhere = int.MaxValue;

    public bool SharesNumerics => inner.SharesNumerics;

    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts, int samplesPerPrompt, Sampling sampling, SampleSeed seed, Action<CompletionGroup> onGroup,
        CancellationToken cancel) =>
        inner.Sample(
            prompts, samplesPerPrompt, sampling, seed,
            group => onGroup(group with { Completions = [.. group.Completions.Select(completion => Cut(completion, seed))] }), cancel);

    private Completion Cut(Completion completion, SampleSeed seed)
    {
        var uniform = seed.Uniform(completion.PromptIndex, completion.SampleIndex, Nowhere);
        var length = lengths.Shortest + (int)(uniform * (lengths.Longest - lengths.Shortest + 1));
        return completion with
        {
            ResponseTokens = [.. completion.ResponseTokens.Take(length)],
            BehaviourLogProbs = [.. completion.BehaviourLogProbs.Take(length)],
            FinishReason = FinishReason.Stop,
        };
    }
}

/// <summary>Samples once and gives the same completions ever after, so that a step is its update.</summary>
/// <param name="inner">Samples.</param>
internal sealed class RecordedSampler(ISampler inner) : ISampler
{
    private readonly List<CompletionGroup> _groups = [];

    public bool SharesNumerics => inner.SharesNumerics;

    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts, int samplesPerPrompt, Sampling sampling, SampleSeed seed, Action<CompletionGroup> onGroup,
        CancellationToken cancel)
    {
        if (_groups.Count == 0)
            inner.Sample(prompts, samplesPerPrompt, sampling, seed, _groups.Add, cancel);

        _groups.ForEach(onGroup);
    }
}
