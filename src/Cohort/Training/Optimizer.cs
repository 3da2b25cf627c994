using System.Diagnostics;
using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Turns gradients into steps. Its state are tensors that save and load bit for bit.</summary>
public abstract class Optimizer : IDisposable
{
    private readonly double _maxGradientNorm;
    private readonly string[] _stateNames;
    private readonly (string Name, Parameter Parameter, Tensor[] State)[] _slots;

    private protected Optimizer(nn.Module module, OptimizerOptions options, params string[] stateNames)
    {
        (_maxGradientNorm, _stateNames) = (options.MaxGradientNorm, stateNames);
        _slots = module.named_parameters()
            .Where(pair => pair.parameter.requires_grad)
            .Select(pair => (pair.name, pair.parameter, stateNames.Select(_ => Zeros(pair.parameter)).ToArray()))
            .ToArray();

        static Tensor Zeros(Tensor parameter) => zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();
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
        var norm = CutGradients();
        Steps++;
        foreach (var (_, parameter, state) in _slots)
        {
            if (parameter.grad is { } gradient)
            {
                Move(parameter, gradient, state, learningRate);
            }
        }

        return norm;
    }

    /// <summary>Writes the state and the number of steps.</summary>
    /// <param name="path">A safetensors file.</param>
    public void Save(string path) => SafetensorsFile.Write(
        path,
        _slots.SelectMany(slot => _stateNames.Zip(slot.State, (name, state) => ($"{slot.Name}.{name}", state))),
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
            foreach (var (name, state) in _stateNames.Zip(slot.State))
            {
                state.copy_(file.Read($"{slot.Name}.{name}"));
            }
        }

        Steps = long.Parse(file.Metadata["steps"]);
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var state in _slots.SelectMany(slot => slot.State))
        {
            state.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    // Changes one parameter and its state, Steps being the number of this step from 1.
    private protected abstract void Move(Parameter parameter, Tensor gradient, Tensor[] state, double learningRate);

    // As torch.nn.utils.clip_grad_norm_, but gradients whose norm is not finite stay as they are, so that the bad one can be named.
    private double CutGradients()
    {
        var gradients = _slots.Select(slot => slot.Parameter.grad).OfType<Tensor>().ToArray();
        var norm = stack(gradients.Select(gradient => gradient.norm())).norm().to_type(ScalarType.Float64).item<double>();
        if (!double.IsFinite(norm))
        {
            throw new NonFiniteException($"the gradient of {FirstBadGradient()}");
        }

        var scale = Math.Min(1, _maxGradientNorm / (norm + 1e-6));
        foreach (var gradient in gradients)
        {
            gradient.mul_(scale);
        }

        return norm;
    }

    private string FirstBadGradient()
    {
        foreach (var (name, parameter, _) in _slots)
        {
            if (parameter.grad is { } gradient && !gradient.isfinite().all().item<bool>())
            {
                return name;
            }
        }

        return "all parameters together (each is finite, their norm is not)";
    }
}
