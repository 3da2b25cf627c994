using System.Diagnostics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>The nonlinearity of the feed-forward layer.</summary>
public enum Activation
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,

    /// <summary>x · Φ(x), by the error function.</summary>
    Gelu,

    /// <summary>x · Φ(x), Φ approximated by a tanh (arXiv:1606.08415): gelu_new and gelu_pytorch_tanh.</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>What activations compute, and how config.json spells them.</summary>
internal static class Activations
{
    private static readonly (string Name, Activation Activation)[] Spellings =
    [
        ("silu", Activation.Silu), ("swish", Activation.Silu), ("gelu", Activation.Gelu), ("gelu_pytorch_tanh", Activation.GeluTanh),
        ("gelu_new", Activation.GeluTanh), ("relu", Activation.Relu),
    ];

    /// <param name="activation">Which.</param>
    /// <param name="input">Any shape.</param>
    /// <returns>The input's shape, owned by the caller's scope.</returns>
    public static Tensor Of(Activation activation, Tensor input) => activation switch
    {
        Activation.Silu => nn.functional.silu(input),
        Activation.Gelu => nn.functional.gelu(input),
        Activation.GeluTanh => nn.functional.gelu(input, GELU.Approximate.tanh, inplace: false),
        Activation.Relu => nn.functional.relu(input),
        _ => throw new UnreachableException(),
    };

    /// <exception cref="ModelException">The name is not known.</exception>
    public static Activation Named(string key, string name) =>
        Spellings.FirstOrDefault(spelling => spelling.Name == name) is { Name: not null } found
            ? found.Activation
            : throw new ModelException(
                $"{ModelConfig.FileName} has {key} '{name}'; Cohort computes: {string.Join(", ", Spellings.Select(spelling => spelling.Name))}.");

    public static string NameOf(Activation activation) => Spellings.First(spelling => spelling.Activation == activation).Name;
}
