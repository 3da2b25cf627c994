using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>From problems and demonstrations to tokens: the one place where it is decided how a prompt is written for the model.</summary>
/// <param name="tokenizer">The model's.</param>
public sealed class PromptEncoder(Tokenizer tokenizer)
{
    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; } = tokenizer;

    /// <summary>The tokens that the policy continues.</summary>
    /// <param name="problem">The problem.</param>
    /// <exception cref="DataException">The tokenizer has no token for something in it; the message names the problem.</exception>
    public IReadOnlyList<int> Encode(Problem problem) => Named(problem, () => Tokenizer.EncodePrompt(problem.Prompt));

    /// <summary>Prompt and completion, the end of sequence included.</summary>
    /// <param name="demonstration">The pair.</param>
    /// <exception cref="DataException">The tokenizer has no token for something in it; the message names the problem.</exception>
    public (IReadOnlyList<int> Prompt, IReadOnlyList<int> Response) Encode(Demonstration demonstration) => (
        Encode(demonstration.Problem),
        Named(demonstration.Problem, () => [.. Tokenizer.Encode(demonstration.Completion), Tokenizer.EndOfSequence]));

    private static IReadOnlyList<int> Named(Problem problem, Func<IReadOnlyList<int>> encode)
    {
        try
        {
            return encode();
        }
        catch (TokenizationException error)
        {
            throw new DataException($"Problem '{problem.Id}': {error.Message}", error);
        }
    }
}
