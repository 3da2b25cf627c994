using Cohort.Models;

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
    public static MicroBatchPlan Choose(int rows, Recomputation recomputation, double gibibytes, ModelConfig config, int longest)
    {
        var budget = gibibytes * (1L << 30);
        if (recomputation == Recomputation.Auto)
        {
            var kept = new ActivationMemory(config, recomputes: false).Training((double)Math.Max(1, rows) * longest);
            recomputation = kept <= budget ? Recomputation.Never : Recomputation.Always;
        }

        return new(rows > 0 ? rows : Largest(), recomputation);

        int Largest()
        {
            var memory = new ActivationMemory(config, recomputation == Recomputation.Always);
            var most = 1;
            while (most < MostRows && memory.Training((most + 1.0) * longest) <= budget)
            {
                most++;
            }

            return most;
        }
    }
}
