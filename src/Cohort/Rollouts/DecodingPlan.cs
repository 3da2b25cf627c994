using Cohort.Data;
using Cohort.Models;

namespace Cohort.Rollouts;

/// <summary>How many rows are decoded together, chosen from the model's shape.</summary>
public static class DecodingPlan
{
    // What keys, values and logits of all rows may take, in bytes. More rows than the most gain nothing, even where they are small.
    private const double Budget = 2e9;
    private const int MostRows = 512;

    // Elements of logits that are drawn from at once: each is held as float32 twice and as float64 twice.
    internal const long DrawnTogether = 1 << 21;

    /// <summary>Rows that are decoded together at most.</summary>
    /// <param name="asked">What the options say; 0 is automatic.</param>
    /// <param name="config">The model.</param>
    /// <param name="longest">The longest sequence, prompt and completion together, in tokens.</param>
    /// <param name="elementSize">Bytes of one element of the model.</param>
    public static int Rows(int asked, ModelConfig config, int longest, int elementSize) =>
        asked > 0 ? asked : (int)Math.Clamp(Budget / BytesPerRow(config, longest, elementSize), 1, MostRows);

    /// <summary>Bytes of the keys and values of one row's tokens in every layer, and of its logits.</summary>
    /// <inheritdoc cref="Rows" path="/param"/>
    public static long BytesPerRow(ModelConfig config, int longest, int elementSize) =>
        ((2L * config.Layers * config.KeyValueHeads * config.HeadSize * longest) + config.VocabularySize) * elementSize;

    /// <summary>How many of the prompts are decoded together: at least one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="largestBatch">Rows at most, as the options say it; 0 is automatic.</param>
    /// <param name="prompts">All prompts.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="sampling">The length limit.</param>
    /// <exception cref="ArgumentException">A prompt is empty, or does not fit.</exception>
    internal static int Portion(
        LanguageModel model, int largestBatch, IReadOnlyList<IReadOnlyList<int>> prompts, int samplesPerPrompt, Sampling sampling)
    {
        foreach (var prompt in prompts)
            RequireFits(model.Config, prompt, sampling);

        var longest = prompts.Select(prompt => prompt.Count).DefaultIfEmpty().Max() + sampling.MaxNewTokens;
        return Math.Max(1, Rows(largestBatch, model.Config, longest, (int)model.Trunk.EmbeddingWeight.element_size()) / samplesPerPrompt);
    }

    /// <summary>Checks a prompt.</summary>
    /// <param name="config">The model.</param>
    /// <param name="prompt">Token ids.</param>
    /// <param name="sampling">The length limit.</param>
    /// <exception cref="ArgumentException">It is empty, or does not fit the context with the new tokens.</exception>
    internal static void RequireFits(ModelConfig config, IReadOnlyList<int> prompt, Sampling sampling)
    {
        if (prompt.Count == 0 || prompt.Count + sampling.MaxNewTokens > config.ContextLength)
        {
            throw new ArgumentException(
                $"A prompt of {prompt.Count} tokens and {sampling.MaxNewTokens} new tokens do not fit a context of {config.ContextLength}; a prompt has at "
                + "least one token, and both together must fit.",
                nameof(prompt));
        }

        if (prompt.Max() is var largest && largest >= config.VocabularySize)
        {
            throw new DataException(
                $"A prompt has the token {largest}, but the model's vocab_size is {config.VocabularySize}: the tokenizer has more tokens than the "
                + "model. Take the tokenizer that belongs to the model, or leave the prompt out.");
        }
    }
}
