using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Cohort.Tests;

/// <summary>A module that is nothing but parameters: weight0, weight1, ...</summary>
internal sealed class FreeWeights : nn.Module
{
    private readonly Parameter[] _all;

    /// <summary>Parameters that are copies of tensors.</summary>
    public FreeWeights(params Tensor[] initial)
        : base(nameof(FreeWeights))
    {
        _all = initial.Select(value => new Parameter(value.clone())).ToArray();
        foreach (var (index, parameter) in _all.Index())
        {
            parameter.DetachFromDisposeScope();
            register_parameter($"weight{index}", parameter);
        }
    }

    public Parameter this[int index] => _all[index];
}
