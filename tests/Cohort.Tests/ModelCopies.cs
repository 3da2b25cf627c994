using Cohort.Models;

namespace Cohort.Tests;

/// <summary>Models that start alike and go their own ways.</summary>
internal static class ModelCopies
{
    /// <summary>A second model with the same weights, which shares no memory with the first.</summary>
    public static LanguageModel Copy(this LanguageModel model)
    {
        var copy = Placement.Of(model).Build(() => new LanguageModel(model.Config));
        Weights.Copy(from: model, to: copy);
        return copy;
    }
}
