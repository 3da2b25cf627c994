using Cohort.Models;

namespace Cohort.Training;

/// <summary>How many rows go through the network together, chosen once per run from the model's shape.</summary>
internal static class MicroBatchPlan
{
    // Bytes of activations and of logits with their gradients that one micro-batch may take.
    private const double Budget = 1.5e9;

    /// <summary>Rows per micro-batch.</summary>
    /// <param name="asked">What the options say; 0 is automatic.</param>
    /// <param name="config">The model.</param>
    /// <param name="longest">The longest sequence, in tokens.</param>
    public static int Rows(int asked, ModelConfig config, int longest)
    {
        if (asked > 0)
        {
            return asked;
        }

        var activations = config.Layers * ((16.0 * config.HiddenSize) + (4.0 * config.IntermediateSize));
        var perToken = 4 * (activations + (4.0 * config.VocabularySize));
        return (int)Math.Clamp(Budget / (perToken * longest), 1, 256);
    }
}
