namespace Cohort.Kernels;

/// <summary>A prompt and the completions that share it, one behind the other among a batch's tokens, without padding.</summary>
/// <param name="First">The prompt's first token.</param>
/// <param name="PromptLength">Tokens of the prompt, at least 1.</param>
/// <param name="Completions">Tokens of each completion; a completion sees the prompt and itself.</param>
internal sealed record PackedGroup(int First, int PromptLength, IReadOnlyList<int> Completions)
{
    /// <summary>Tokens of prompt and completions.</summary>
    public int Tokens { get; } = PromptLength + Completions.Sum();

    /// <summary>Tokens of the longest sequence: the prompt with its longest completion.</summary>
    public int Longest { get; } = PromptLength + Completions.DefaultIfEmpty().Max();

    /// <summary>The prompt, then each completion.</summary>
    public IEnumerable<PackedPart> Parts()
    {
        var first = First + PromptLength;
        yield return new(First, 0, PromptLength);
        foreach (var length in Completions)
        {
            yield return new(first, PromptLength, length);
            first += length;
        }
    }
}

/// <summary>Tokens that follow each other in a sequence.</summary>
/// <param name="First">The first one's place among the batch's tokens.</param>
/// <param name="Position">Its place in the sequence.</param>
/// <param name="Length">How many.</param>
internal readonly record struct PackedPart(int First, int Position, int Length);
