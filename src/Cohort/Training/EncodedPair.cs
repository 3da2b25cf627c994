using Cohort.Data;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>A preference as tokens: the prompt with each completion and what ends it.</summary>
/// <param name="Chosen">The preferred row.</param>
/// <param name="Rejected">The other one.</param>
/// <param name="Margin">By how much the preferred one must lead.</param>
internal sealed record EncodedPair(
    (IReadOnlyList<int> Prompt, IReadOnlyList<int> Response) Chosen, (IReadOnlyList<int> Prompt, IReadOnlyList<int> Response) Rejected, double Margin)
{
    /// <summary>The tokens of the longer row.</summary>
    public int Longest => Math.Max(Count(Chosen), Count(Rejected));

    /// <summary>The tokens of both rows.</summary>
    public long Tokens => (long)Count(Chosen) + Count(Rejected);

    /// <summary>Encodes a preference.</summary>
    /// <exception cref="DataException">A text cannot be encoded; the message names the problem.</exception>
    public static EncodedPair Of(Preference preference, PromptEncoder prompts) => new(
        prompts.Encode(new Demonstration(preference.Problem, preference.Chosen) { Answer = preference.ChosenAnswer }),
        prompts.Encode(new Demonstration(preference.Problem, preference.Rejected) { Answer = preference.RejectedAnswer }),
        preference.Margin);

    /// <summary>Requires that both rows fit the model's vocabulary and context.</summary>
    /// <param name="problem">The preference's, for the message.</param>
    /// <param name="config">The model.</param>
    /// <exception cref="DataException">One does not.</exception>
    public void RequireFit(Problem problem, ModelConfig config)
    {
        if (Chosen.Prompt.Concat(Chosen.Response).Concat(Rejected.Response).Max() is var largest && largest >= config.VocabularySize)
        {
            throw new DataException(
                $"Preference '{problem.Id}' has the token {largest}, but the model's vocab_size is {config.VocabularySize}: the tokenizer has more tokens than "
                + "the model. Take the tokenizer that belongs to the model, or leave the preference out.");
        }

        if (Longest > config.ContextLength)
        {
            throw new DataException(
                $"Preference '{problem.Id}' has {Count(Chosen)} tokens with the chosen and {Count(Rejected)} with the rejected completion (prompt and end of "
                + $"sequence included), but the model's context is {config.ContextLength}; shorten it, leave it out, set data.longPrompts=drop, or make "
                + "a model with a larger contextLength.");
        }
    }

    /// <summary>The tokens of a row.</summary>
    public static int Count((IReadOnlyList<int> Prompt, IReadOnlyList<int> Response) row) => row.Prompt.Count + row.Response.Count;
}
