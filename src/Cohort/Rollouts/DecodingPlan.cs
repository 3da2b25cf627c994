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
}
