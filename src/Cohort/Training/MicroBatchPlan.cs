using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>How much goes through the network together, chosen once per run by a budget of bytes.</summary>
/// <param name="Rows">Rows per micro-batch.</param>
/// <param name="Recomputation">Always or never.</param>
internal readonly record struct MicroBatchPlan(int Rows, Recomputation Recomputation)
{
    private const int MostRows = 256;

    /// <summary>What the options ask for, and the rest by the budget.</summary>
    /// <param name="rows">What the options say; 0 is automatic.</param>
    /// <param name="recomputation">What the options say.</param>
    /// <param name="gibibytes">The budget of a micro-batch.</param>
    /// <param name="config">The model.</param>
    /// <param name="longest">The longest sequence, in tokens.</param>
    /// <param name="inOnePass">Of <see cref="DistributionMemory"/>.</param>
    public static MicroBatchPlan Choose(
        int rows, Recomputation recomputation, double gibibytes, ModelConfig config, int longest, bool inOnePass)
    {
        var budget = gibibytes * (1L << 30);
        var distributions = new DistributionMemory(config.VocabularySize, inOnePass);
        if (recomputation == Recomputation.Auto)
        {
            recomputation = Bytes(Math.Max(1, rows), recomputes: false) <= budget ? Recomputation.Never : Recomputation.Always;
        }

        return new(rows > 0 ? rows : Largest(), recomputation);

        int Largest()
        {
            var most = 1;
            while (most < MostRows && Bytes(most + 1, recomputation == Recomputation.Always) <= budget)
            {
                most++;
            }

            return most;
        }

        double Bytes(int together, bool recomputes)
        {
            var tokens = (double)together * longest;
            return new ActivationMemory(config, recomputes).Training(tokens) + distributions.Of(tokens);
        }
    }
}
