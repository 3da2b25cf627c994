using Cohort.Kernels;
using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>A parameter, the weights that steps are added to (its master, or itself), and the state of their kind.</summary>
internal sealed class OptimizerSlot : IDisposable
{
    private readonly Parameter _parameter;
    private readonly Floats[] _stateNumbers;

    /// <param name="name">As in the network.</param>
    /// <param name="parameter">Not owned. Where it is of 16 bits, a master in float32 is made.</param>
    /// <param name="states">How many tensors of zeros.</param>
    public OptimizerSlot(string name, Parameter parameter, int states)
    {
        (Name, _parameter) = (name, parameter);
        HasMaster = parameter.dtype is ScalarType.BFloat16 or ScalarType.Float16;
        Weights = HasMaster ? Master(parameter) : parameter;
        State = [.. Enumerable.Range(0, states).Select(_ => zeros_like(Weights, requires_grad: false).DetachFromDisposeScope())];
        IsReached = TensorNumbers.Reach(Weights) && Weights.is_contiguous();
        _stateNumbers = IsReached ? [.. State.Select(TensorNumbers.Of)] : [];
    }

    /// <summary>As in the network.</summary>
    public string Name { get; }

    /// <summary>Whether the parameter is the rounding of <see cref="Weights"/>, and not they.</summary>
    public bool HasMaster { get; }

    /// <summary>Whether kernels reach weights and state.</summary>
    public bool IsReached { get; }

    /// <summary>What steps are added to.</summary>
    public Tensor Weights { get; }

    /// <summary>[states] of the weights' shape.</summary>
    public Tensor[] State { get; }

    /// <summary>Whether there is a gradient.</summary>
    public bool HasGradient => _parameter.grad is not null;

    /// <summary>The gradient of the weights: a copy where they are a master, else the parameter's own. Owned by the caller's scope.</summary>
    public Tensor Gradient()
    {
        var gradient = _parameter.grad ?? throw new InvalidOperationException($"{Name} has no gradient.");
        return HasMaster ? gradient.to_type(ScalarType.Float32) : gradient;
    }

    /// <summary>The numbers of <see cref="Gradient"/>, for kernels; valid as long as the caller's scope.</summary>
    public Floats GradientNumbers() => TensorNumbers.Of(Gradient().contiguous());

    /// <summary>What a kernel reads and changes; valid as long as the caller's scope.</summary>
    public ParameterNumbers Numbers() => new(TensorNumbers.Of(Weights), GradientNumbers(), _stateNumbers);

    /// <summary>Forgets the gradient.</summary>
    public void ZeroGradient() => _parameter.grad = null;

    /// <summary>The parameter becomes the rounding of its master.</summary>
    public void Publish()
    {
        if (HasMaster)
        {
            _parameter.copy_(Weights);
        }
    }

    /// <summary>Frees master and state.</summary>
    public void Dispose()
    {
        if (HasMaster)
        {
            Weights.Dispose();
        }

        foreach (var state in State)
        {
            state.Dispose();
        }
    }

    private static Tensor Master(Parameter parameter)
    {
        using var scope = NewDisposeScope();
        return parameter.detach().to_type(ScalarType.Float32).DetachFromDisposeScope();
    }
}
