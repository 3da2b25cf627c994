using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A parameter's name and shape.</summary>
/// <param name="Name">As in memory and in folders.</param>
/// <param name="Shape">As in memory: matrices are [outputs, inputs].</param>
public sealed record ParameterShape(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Number of weights.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>The parameters of a model from its configuration alone: the network is built without memory for weights.</summary>
public static class ModelShapes
{
    /// <summary>Every parameter of a language model, in the order of its modules; a tied head is not among them.</summary>
    /// <param name="config">A valid shape.</param>
    public static IReadOnlyList<ParameterShape> Of(ModelConfig config)
    {
        using var model = new LanguageModel(config, new Device(DeviceType.META));
        return [.. model.named_parameters().Select(pair => new ParameterShape(pair.name, pair.parameter.shape))];
    }
}
