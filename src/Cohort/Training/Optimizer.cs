using System.Diagnostics;
using Cohort.Kernels;
using Cohort.Tensors;
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
    private readonly OptimizerSlot[] _slots;

    private protected Optimizer(nn.Module module, OptimizerOptions options, params string[] stateNames)
    {
        (_maxGradientNorm, _stateNames) = (options.MaxGradientNorm, stateNames);
        _slots = module.named_parameters()
            .Where(pair => pair.parameter.requires_grad)
            .Select(pair => new OptimizerSlot(pair.name, pair.parameter, stateNames.Length))
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
            slot.ZeroGradient();
        }
    }

    /// <summary>Cuts the gradient to its largest norm and takes one step, which uses the gradients up: they may be changed.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <returns>The gradient's norm before cutting.</returns>
    /// <exception cref="NonFiniteException">The norm is not finite; nothing was changed.</exception>
    public double Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var lists = Lists();
        var norm = GradientNorm(lists);
        var scale = Math.Min(1, _maxGradientNorm / (norm + 1e-6));
        Steps++;
        foreach (var list in lists)
        {
            using var part = NewDisposeScope();
            if (list is [{ IsReached: false } single])
            {
                Move(single.Weights, single.Gradient().mul_(scale), single.State, learningRate);
            }
            else
            {
                ParameterNumbers[] numbers = [.. list.Select(slot => slot.Numbers())];
                var portions = Portion.Cut(numbers.Select(parameter => parameter.Weights.Length));
                Vectors.Run(Kernel(numbers, portions, scale, learningRate), portions.Length, get_num_threads());
            }

            foreach (var moved in list)
            {
                moved.Publish();
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

    // Changes one parameter's weights and state, Steps being the number of this step from 1. The gradient is cut.
    private protected abstract void Move(Tensor weights, Tensor gradient, Tensor[] state, double learningRate);

    // Does the same to many parameters in one pass over their numbers, and cuts the gradients on the way.
    private protected abstract IKernel Kernel(ParameterNumbers[] parameters, Portion[] portions, double scale, double learningRate);

    private IEnumerable<(string Name, Tensor Tensor)> Stored(OptimizerSlot slot)
    {
        var state = _stateNames.Zip(slot.State, (name, tensor) => ($"{slot.Name}.{name}", tensor));
        return slot.HasMaster ? state.Append(($"{slot.Name}.master", slot.Weights)) : state;
    }

    // Parameters with a gradient: in one list those that kernels reach as they are; alone each of the others, so that of gradients in another type than
    // the weights' no more than one is there in both.
    private OptimizerSlot[][] Lists()
    {
        var slots = _slots.Where(slot => slot.HasGradient).ToArray();
        var together = slots.Where(slot => slot is { IsReached: true, HasMaster: false }).ToArray();
        var alone = slots.Except(together).Select(slot => new[] { slot });
        return together.Length > 0 ? [together, .. alone] : [.. alone];
    }

    // Gradients are cut as by torch.nn.utils.clip_grad_norm_, but where the norm is not finite they stay as they are, so that the bad one can be named.
    private double GradientNorm(OptimizerSlot[][] lists)
    {
        var squares = 0.0;
        var norms = new List<Tensor>();
        foreach (var list in lists)
        {
            using var scope = NewDisposeScope();
            if (list is [{ IsReached: false } single])
            {
                norms.Add(single.Gradient().norm().MoveToOuterDisposeScope());
                continue;
            }

            Floats[] gradients = [.. list.Select(slot => slot.GradientNumbers())];
            var portions = Portion.Cut(gradients.Select(gradient => gradient.Length));
            var sums = new double[portions.Length];
            Vectors.Run(new SquaresKernel(gradients, portions, sums), portions.Length, get_num_threads());
            squares = sums.Aggregate(squares, (total, sum) => total + sum);
        }

        var rest = norms.Count > 0 ? stack(norms).norm().cpu().to_type(ScalarType.Float64).item<double>() : 0;
        var norm = double.Hypot(Math.Sqrt(squares), rest);
        return double.IsFinite(norm) ? norm : throw new NonFiniteException($"the gradient of {FirstBadGradient()}");
    }

    private string FirstBadGradient()
    {
        foreach (var slot in _slots)
        {
            if (slot.HasGradient && !slot.Gradient().isfinite().all().item<bool>())
            {
                return slot.Name;
            }
        }

        return "all parameters together (each is finite, their norm is not)";
    }
}
