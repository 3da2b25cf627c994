using System.Diagnostics;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>How many numbers of a policy learn where it has an adapter, without building either.</summary>
internal static class AdapterSize
{
    /// <summary>The numbers of A and B of every layer.</summary>
    /// <param name="model">The starting model, with an adapter.</param>
    /// <param name="config">The base's shape.</param>
    /// <exception cref="ModelException">A target names no linear layer, or a saved adapter cannot be read.</exception>
    public static long Of(ModelOptions model, ModelConfig config) => model.Adapter switch
    {
        LowRankOptions lora => Adapters.Targeted(config, lora.Targets).Sum(layer => (long)lora.Rank * layer.Shape.Sum()),
        SavedAdapter saved => AdapterFolder.Count(StartingModel.AdapterOf(saved, model)),
        _ => throw new UnreachableException(),
    };
}
