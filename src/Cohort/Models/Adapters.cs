using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// LoRA (arXiv:2106.09685) on the linear layers of a network's blocks. A network with adapters has a frozen base: only A, B and a critic's head
/// are trained.
/// </summary>
public static class Adapters
{
    /// <summary>The target that stands for every linear layer of the blocks.</summary>
    public const string AllLinear = "all-linear";

    private const string Head = "score";

    /// <summary>Gives a network new adapters and freezes the rest: A is uniform in [-1/sqrt(inputs), 1/sqrt(inputs)], as PEFT draws it,
    /// the same on every device; B is 0.</summary>
    /// <param name="network">A <see cref="LanguageModel"/> or a <see cref="Critic"/> without adapters.</param>
    /// <param name="targets">
    /// Which layers: <see cref="AllLinear"/>, or names with commas between them, each the last part or more of a layer's name (q_proj,mlp.up_proj).
    /// </param>
    /// <param name="shape">Rank and scale.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ModelException">A target names no linear layer of the blocks.</exception>
    public static void Attach(nn.Module network, string targets, LowRankShape shape, ulong seed)
    {
        var layers = Targeted(network, targets);
        Freeze(network);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (row, layer) in layers.Index())
        {
            var adapter = new LowRankAdapter(layer, shape);
            using var generator = new Generator(Seeds.Bits(seed, Purpose.AdapterWeights, step: 0, row, position: 0));
            var bound = 1 / Math.Sqrt(adapter.Down.shape[1]);
            adapter.Down.copy_(empty(adapter.Down.shape, dtype: ScalarType.Float32, device: CPU).uniform_(-bound, bound, generator));
            adapter.Up.zero_();
            layer.Attach(adapter);
        }
    }

    /// <summary>Gives a network copies of another's adapters and freezes the rest.</summary>
    /// <param name="from">A network with adapters.</param>
    /// <param name="to">One of the same trunk, without.</param>
    public static void Copy(nn.Module from, nn.Module to)
    {
        Freeze(to);
        var layers = Layers(to).ToDictionary();
        foreach (var (name, layer) in Adapted(from))
        {
            layers[name].Attach(new LowRankAdapter(layers[name], layer.Adapter!.Shape));
        }

        Assign(from, to);
    }

    /// <summary>Makes the adapters of a network those of another, number by number.</summary>
    /// <param name="from">A network with adapters.</param>
    /// <param name="to">One that has adapters at the same layers.</param>
    internal static void Assign(nn.Module from, nn.Module to)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (own, other) in Adapted(to).Zip(Adapted(from)))
        {
            foreach (var (matrix, source) in own.Layer.Adapter!.Matrices.Zip(other.Layer.Adapter!.Matrices))
            {
                matrix.copy_(source);
            }
        }
    }

    /// <summary>Whether a network has adapters.</summary>
    /// <param name="network">Any network.</param>
    public static bool Any(nn.Module network) => Adapted(network).Any();

    /// <summary>Adds every adapter to its layer's weight, in place, and gives the model without adapters.</summary>
    /// <param name="model">A model that shares its weights with no other; it is used up.</param>
    /// <returns>Owned by the caller; every weight is trainable.</returns>
    public static LanguageModel Merge(LanguageModel model)
    {
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            foreach (var (_, layer) in Adapted(model))
            {
                layer.Weight.add_(layer.Adapter!.Product());
            }
        }

        var merged = model.Sharing();
        model.Dispose();
        foreach (var parameter in merged.parameters())
        {
            parameter.requires_grad_(true);
        }

        return merged;
    }

    /// <summary>Drops entries of the adapters' inputs until the result is disposed: for one micro-batch of supervised training, forward and backward.</summary>
    /// <param name="network">A network, with or without adapters.</param>
    /// <param name="share">The share that is dropped; 0 is none.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step.</param>
    /// <param name="part">The micro-batch's place in the step.</param>
    internal static IDisposable Dropping(nn.Module network, double share, ulong seed, long step, long part)
    {
        LowRankAdapter[] adapters = share == 0 ? [] : [.. Adapted(network).Select(pair => pair.Layer.Adapter!)];
        foreach (var (row, adapter) in adapters.Index())
        {
            adapter.Drop(share, Seeds.Bits(seed, Purpose.AdapterDropout, step, row, part));
        }

        return new DropoutPass(adapters);
    }

    /// <summary>The layers that have an adapter, with their names.</summary>
    internal static IEnumerable<(string Name, Projection Layer)> Adapted(nn.Module network) =>
        Layers(network).Where(pair => pair.Layer.Adapter is not null);

    /// <summary>The linear layers of the blocks, with their names; they are those with a block's number in it.</summary>
    internal static IEnumerable<(string Name, Projection Layer)> Layers(nn.Module network) =>
        Below("", network, []).Where(pair => IsOfBlock(pair.Name));

    /// <summary>Freezes what is no adapter's and no critic's head.</summary>
    internal static void Freeze(nn.Module network)
    {
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.requires_grad_(IsHead(name));
        }
    }

    /// <summary>Whether a parameter is of a critic's head.</summary>
    internal static bool IsHead(string name) => name.StartsWith(Head + ".", StringComparison.Ordinal);

    /// <summary>The layers that targets mean, of a network that is not there.</summary>
    /// <exception cref="ModelException">A target names no linear layer of the blocks.</exception>
    internal static IReadOnlyList<ParameterShape> Targeted(ModelConfig config, string targets)
    {
        const string Matrix = ".weight";
        var layers = ModelShapes.Of(config)
            .Where(parameter => parameter.Shape.Count == 2 && parameter.Name.EndsWith(Matrix, StringComparison.Ordinal) && IsOfBlock(parameter.Name))
            .ToDictionary(parameter => parameter.Name[..^Matrix.Length]);
        return [.. Chosen([.. layers.Keys], targets).Select(name => layers[name])];
    }

    private static bool IsOfBlock(string name) => name.Split('.').Any(part => int.TryParse(part, out _));

    // TorchSharp registers a module's fields too, after the names that its constructor gives.
    private static IEnumerable<(string Name, Projection Layer)> Below(string prefix, nn.Module module, HashSet<nn.Module> seen) =>
        module.named_children().Where(child => seen.Add(child.module)).SelectMany(child => child.module is Projection layer
            ? [(prefix + child.name, layer)]
            : Below($"{prefix}{child.name}.", child.module, seen));

    private static Projection[] Targeted(nn.Module network, string targets)
    {
        var layers = Layers(network).ToDictionary();
        return [.. Chosen([.. layers.Keys], targets).Select(name => layers[name])];
    }

    private static IEnumerable<string> Chosen(string[] layers, string targets)
    {
        if (targets == AllLinear)
        {
            return layers;
        }

        var names = targets.Split(',', StringSplitOptions.TrimEntries);
        foreach (var name in names.Where(name => !layers.Any(layer => Matches(layer, name))))
        {
            throw new ModelException(
                $"The adapter's target '{name}' is no linear layer of the model's blocks; they are {string.Join(", ", layers.Select(LastPart).Distinct())}. "
                + $"Name some of them, or {AllLinear}.");
        }

        return layers.Where(layer => names.Any(name => Matches(layer, name)));
    }

    /// <summary>The last part of a layer's name.</summary>
    internal static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static bool Matches(string layer, string target) => layer == target || layer.EndsWith("." + target, StringComparison.Ordinal);

    private sealed class DropoutPass(LowRankAdapter[] adapters) : IDisposable
    {
        public void Dispose()
        {
            foreach (var adapter in adapters)
            {
                adapter.Drop(0, 0);
            }
        }
    }
}
