using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Adam with decoupled weight decay (arXiv:1711.05101, algorithm 2), with its moments as tensors that save and load bit for bit.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly OptimizerOptions _options;
    private readonly (string Name, Parameter Parameter, Tensor First, Tensor Second)[] _slots;

    /// <summary>Creates an optimizer with zero moments.</summary>
    /// <param name="module">Its trainable parameters are optimized.</param>
    /// <param name="options">Betas, epsilon, weight decay, largest gradient norm.</param>
    public AdamW(nn.Module module, OptimizerOptions options)
    {
        _options = options;
        _slots = module.named_parameters()
            .Where(pair => pair.parameter.requires_grad)
            .Select(pair => (pair.name, pair.parameter, Moment(pair.parameter), Moment(pair.parameter)))
            .ToArray();

        static Tensor Moment(Tensor parameter) => zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();
    }

    /// <summary>Optimizer steps taken.</summary>
    public long Steps { get; private set; }

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
        var firstCorrection = 1 - Math.Pow(_options.Beta1, Steps);
        var secondCorrection = 1 - Math.Pow(_options.Beta2, Steps);
        foreach (var (_, parameter, first, second) in _slots)
        {
            if (parameter.grad is not { } gradient)
            {
                continue;
            }

            if (_options.WeightDecay > 0)
            {
                parameter.mul_(1 - (learningRate * _options.WeightDecay));
            }

            first.mul_(_options.Beta1).add_(gradient, alpha: 1 - _options.Beta1);
            second.mul_(_options.Beta2).addcmul_(gradient, gradient, value: 1 - _options.Beta2);
            var denominator = second.sqrt().div_(Math.Sqrt(secondCorrection)).add_(_options.Epsilon);
            parameter.addcdiv_(first, denominator, value: -learningRate / firstCorrection);
        }

        return norm;
    }

    /// <summary>Writes the moments; the number of steps is the caller's to save.</summary>
    /// <param name="path">A safetensors file.</param>
    public void Save(string path) => SafetensorsFile.Write(
        path,
        _slots.SelectMany(slot => new[] { ($"{slot.Name}.first", slot.First), ($"{slot.Name}.second", slot.Second) }),
        new Dictionary<string, string> { ["steps"] = Steps.ToString() });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">A safetensors file of the same network.</param>
    public void Load(string path)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, _, first, second) in _slots)
        {
            first.copy_(file.Read($"{name}.first"));
            second.copy_(file.Read($"{name}.second"));
        }

        Steps = long.Parse(file.Metadata["steps"]);
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
        }
    }

    // As torch.nn.utils.clip_grad_norm_, but gradients whose norm is not finite stay as they are, so that the bad one can be named.
    private double CutGradients()
    {
        var gradients = _slots.Select(slot => slot.Parameter.grad).OfType<Tensor>().ToArray();
        var norm = stack(gradients.Select(gradient => gradient.norm())).norm().to_type(ScalarType.Float64).item<double>();
        if (!double.IsFinite(norm))
        {
            throw new NonFiniteException($"the gradient of {FirstBadGradient()}");
        }

        var scale = Math.Min(1, _options.MaxGradientNorm / (norm + 1e-6));
        foreach (var gradient in gradients)
        {
            gradient.mul_(scale);
        }

        return norm;
    }

    private string FirstBadGradient()
    {
        foreach (var (name, parameter, _, _) in _slots)
        {
            if (parameter.grad is { } gradient && !gradient.isfinite().all().item<bool>())
            {
                return name;
            }
        }

        return "all parameters together (each is finite, their norm is not)";
    }
}
