using System.Diagnostics;
using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Turns gradients into steps. Its state are tensors that save and load bit for bit. A parameter of 16 bits has a float32 master here, to which steps
/// are added and of which the parameter is the rounding (arXiv:1710.03740, section 3.1): a step smaller than the parameter's rounding is not lost.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly double _maxGradientNorm;
    private readonly string[] _stateNames;
    private readonly Slot[] _slots;

    private protected Optimizer(nn.Module module, OptimizerOptions options, params string[] stateNames)
    {
        (_maxGradientNorm, _stateNames) = (options.MaxGradientNorm, stateNames);
        _slots = module.named_parameters()
            .Where(pair => pair.parameter.requires_grad)
            .Select(pair => new Slot(pair.name, pair.parameter, stateNames.Length))
            .ToArray();
    }

    /// <summary>Optimizer steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>An optimizer whose state is zero.</summary>
    /// <param name="module">Its trainable parameters are optimized.</param>
    /// <param name="options">Which one, weight decay, largest gradient norm.</param>
    public static Optimizer Create(nn.Module module, OptimizerOptions options) => options switch
    {
        AdamOptions adam => new AdamOptimizer(module, adam),
        SgdOptions sgd => new SgdOptimizer(module, sgd),
        _ => throw new UnreachableException(),
    };

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var slot in _slots)
        {
            slot.Parameter.grad = null;
        }
    }

    /// <summary>Cuts the gradient to its largest norm and takes one step.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <returns>The gradient's norm before cutting.</returns>
    /// <exception cref="NonFiniteException">The norm is not finite; nothing was changed.</exception>
    public double Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norm = GradientNorm();
        var scale = Math.Min(1, _maxGradientNorm / (norm + 1e-6));
        Steps++;
        foreach (var slot in _slots)
        {
            if (slot.Parameter.grad is { } gradient)
            {
                using var part = NewDisposeScope();
                var cut = slot.HasMaster ? gradient.to_type(ScalarType.Float32).mul_(scale) : gradient.mul_(scale);
                Move(slot.Weights, cut, slot.State, learningRate);
                slot.Publish();
            }
        }

        return norm;
    }

    /// <summary>Writes the state and the number of steps.</summary>
    /// <param name="path">A safetensors file.</param>
    public void Save(string path) => SafetensorsFile.Write(
        path,
        _slots.SelectMany(Stored),
        new Dictionary<string, string> { ["steps"] = Steps.ToString() });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">A safetensors file of the same network and the same optimizer.</param>
    public void Load(string path)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var file = SafetensorsFile.Open(path);
        foreach (var slot in _slots)
        {
            foreach (var (name, state) in Stored(slot))
            {
                file.ReadInto(name, state);
            }

            slot.Publish();
        }

        Steps = long.Parse(file.Metadata["steps"]);
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    // Changes one parameter's weights and state, Steps being the number of this step from 1.
    private protected abstract void Move(Tensor weights, Tensor gradient, Tensor[] state, double learningRate);

    private IEnumerable<(string Name, Tensor Tensor)> Stored(Slot slot)
    {
        var state = _stateNames.Zip(slot.State, (name, tensor) => ($"{slot.Name}.{name}", tensor));
        return slot.HasMaster ? state.Append(($"{slot.Name}.master", slot.Weights)) : state;
    }

    // Gradients are cut as by torch.nn.utils.clip_grad_norm_, but where the norm is not finite they stay as they are, so that the bad one can be named.
    private double GradientNorm()
    {
        var norms = _slots.Where(slot => slot.Parameter.grad is not null).Select(slot => Norm(slot, slot.Parameter.grad!)).ToArray();
        var norm = stack(norms).norm().cpu().to_type(ScalarType.Float64).item<double>();
        return double.IsFinite(norm) ? norm : throw new NonFiniteException($"the gradient of {FirstBadGradient()}");

        static Tensor Norm(Slot slot, Tensor gradient)
        {
            using var scope = NewDisposeScope();
            return (slot.HasMaster ? gradient.to_type(ScalarType.Float32) : gradient).norm().MoveToOuterDisposeScope();
        }
    }

    private string FirstBadGradient()
    {
        foreach (var slot in _slots)
        {
            if (slot.Parameter.grad is { } gradient && !gradient.isfinite().all().item<bool>())
            {
                return slot.Name;
            }
        }

        return "all parameters together (each is finite, their norm is not)";
    }

    // A parameter, the weights that steps are added to (its master, or itself), and the state of their kind.
    private sealed class Slot : IDisposable
    {
        public Slot(string name, Parameter parameter, int states)
        {
            (Name, Parameter) = (name, parameter);
            HasMaster = parameter.dtype is ScalarType.BFloat16 or ScalarType.Float16;
            Weights = HasMaster ? Master(parameter) : parameter;
            State = [.. Enumerable.Range(0, states).Select(_ => zeros_like(Weights, requires_grad: false).DetachFromDisposeScope())];
        }

        private static Tensor Master(Parameter parameter)
        {
            using var scope = NewDisposeScope();
            return parameter.detach().to_type(ScalarType.Float32).DetachFromDisposeScope();
        }

        public string Name { get; }

        public Parameter Parameter { get; }

        public bool HasMaster { get; }

        public Tensor Weights { get; }

        public Tensor[] State { get; }

        // The parameter becomes the rounding of its master.
        public void Publish()
        {
            if (HasMaster)
            {
                Parameter.copy_(Weights);
            }
        }

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
    }
}
