using Cohort.Tensors;

namespace Cohort.Audit;

/// <summary>How large a tree of completions is.</summary>
/// <param name="Vocabulary">V, end-of-sequence included; at least 2.</param>
/// <param name="EndOfSequence">The token that ends a completion, in [0, V).</param>
/// <param name="Length">T, the length at which a completion is cut off, in tokens; at least 1.</param>
/// <param name="Prompts">P, each with a tree of its own; at least 1.</param>
public readonly record struct TreeShape(int Vocabulary, int EndOfSequence, int Length, int Prompts)
{
    /// <summary>The most completions that are listed, over all prompts.</summary>
    public const int MostCompletions = 10_000;

    /// <summary>Prefixes per prompt after which a token is chosen: 1 + (V-1) + ... + (V-1)^(T-1).</summary>
    public double Prefixes => Enumerable.Range(0, Length).Sum(PrefixesOfLength);

    /// <summary>Completions per prompt: those that end by themselves, and those cut off, whose last token is any other.</summary>
    public double Completions => Prefixes + PrefixesOfLength(Length);

    /// <summary>Checks that the tree exists and is small.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Validate()
    {
        Guards.Require(Vocabulary >= 2, Vocabulary, "the vocabulary needs end-of-sequence and at least one other token");
        Guards.Require(EndOfSequence >= 0 && EndOfSequence < Vocabulary, EndOfSequence, $"end-of-sequence must be a token id in [0, {Vocabulary})");
        Guards.Require(Length >= 1, Length, "a completion has at least one token");
        Guards.Require(Prompts >= 1, Prompts, "there must be at least one prompt");
        Guards.Require(Prompts * Completions <= MostCompletions, Prompts * Completions, $"at most {MostCompletions} completions are listed");
    }

    private double PrefixesOfLength(int length) => Math.Pow(Vocabulary - 1, length);
}
