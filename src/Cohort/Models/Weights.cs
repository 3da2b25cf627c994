using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Parameters by name.</summary>
public static class Weights
{
    /// <summary>Copies the parameters that both modules have; a head that one lacks keeps its values.</summary>
    /// <param name="from">Source.</param>
    /// <param name="to">Target; the shared parameters must have the source's shapes.</param>
    public static void Copy(nn.Module from, nn.Module to)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var source = from.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, parameter) in to.named_parameters())
        {
            if (source.TryGetValue(name, out var value))
            {
                parameter.copy_(value);
            }
        }
    }

    /// <summary>Number of trainable numbers.</summary>
    /// <param name="module">Any module.</param>
    public static long Count(nn.Module module) => module.parameters().Sum(parameter => parameter.numel());

    /// <summary>Switches gradients off for good: a frozen reference.</summary>
    /// <param name="module">Any module.</param>
    public static void Freeze(nn.Module module)
    {
        foreach (var parameter in module.parameters())
        {
            parameter.requires_grad_(false);
        }
    }
}
