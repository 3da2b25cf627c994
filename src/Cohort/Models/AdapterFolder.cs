using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// An adapter as PEFT's library writes it: adapter_config.json and adapter_model.safetensors (float32). The base model lies elsewhere, where the
/// config says. A critic's folder holds its head too, as PEFT's modules_to_save.
/// </summary>
public static class AdapterFolder
{
    /// <summary>The file that says what the adapter is.</summary>
    public const string ConfigFile = "adapter_config.json";

    /// <summary>The matrices' file.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    // PEFT's model wraps LoRA's, which wraps the network.
    private const string Prefix = "base_model.model.";
    private const int LevelsUp = 4;

    // What tells a run's directory.
    private const string RunFile = "options.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>Whether a folder holds an adapter rather than a whole model.</summary>
    /// <param name="folder">Any folder.</param>
    public static bool Describes(string folder) => File.Exists(Path.Combine(folder, ConfigFile));

    /// <summary>Writes the adapters of a policy or a critic; each file is replaced as a whole.</summary>
    /// <param name="network">A network with adapters.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="baseFolder">The base model's folder, written down as a full path; empty where another file says it.</param>
    /// <param name="dropout">Of training, for the record.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(nn.Module network, string folder, string baseFolder, double dropout)
    {
        Directory.CreateDirectory(folder);
        var json = AdapterConfig.Of(network, dropout).ToJson(baseFolder == "" ? "" : Path.GetFullPath(baseFolder));
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), json.ToJsonString(Indented) + "\n");
        SafetensorsFile.Write(Path.Combine(folder, WeightsFile), Tensors(network).Select(pair => (Prefix + pair.Name, pair.Tensor)), Metadata);
    }

    /// <summary>How many numbers an adapter's file holds.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">The file is missing.</exception>
    public static long Count(string folder)
    {
        using var file = Open(folder);
        return file.Names.Sum(name => file.Entry(name).Shape.Aggregate(1L, (product, size) => product * size));
    }

    /// <summary>Gives a network the adapters of a folder and freezes the rest.</summary>
    /// <param name="network">A network without adapters.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">A file is missing or malformed, or the adapter is of another kind or of another model.</exception>
    public static void Attach(nn.Module network, string folder)
    {
        var config = AdapterConfig.Read(folder);
        using var file = Open(folder);
        var layers = Adapters.Layers(network).ToDictionary();
        Adapters.Freeze(network);
        foreach (var name in LayerNames(file))
        {
            if (!layers.TryGetValue(name, out var layer))
            {
                throw new ModelException(
                    $"{file.Path}: '{name}' is no linear layer of the blocks of this base model; adapters of embeddings, of the head or of another model "
                    + "cannot be loaded.");
            }

            layer.Attach(new LowRankAdapter(layer, config.ShapeAt(name)));
        }

        Read(network, file);
    }

    /// <summary>Reads the matrices of a network that has the folder's adapters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">The file is missing, a tensor is missing or has another shape.</exception>
    public static void ReadWeights(nn.Module network, string folder)
    {
        using var file = Open(folder);
        Read(network, file);
    }

    /// <summary>Loads the base model of an adapter folder, with the adapter on it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="placement">Where the base's weights should lie, and in which type.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ModelException">Adapter or base cannot be loaded.</exception>
    public static LanguageModel Load(string folder, Placement placement)
    {
        var model = ModelFolder.Load(BaseOf(folder), placement);
        try
        {
            Attach(model, folder);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The folder of the base model: base_model_name_or_path, absolute or relative to the adapter's folder. The adapter of a run keeps to the base of its
    /// own run directory, which may have been moved; else, where the named folder is gone, one of the same name beside the adapter or above it.
    /// </summary>
    /// <param name="folder">An adapter's folder.</param>
    /// <exception cref="ModelException">There is no such folder.</exception>
    public static string BaseOf(string folder)
    {
        var asked = AdapterConfig.Read(folder).BaseFolder;
        var full = Path.GetFullPath(folder);
        var named = Path.GetFullPath(asked, full);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(named));
        var above = Enumerable.Range(1, LevelsUp)
            .Select(levels => Path.GetFullPath(string.Concat(Enumerable.Repeat("../", levels)), full))
            .Select(parent => (Place: Path.Combine(parent, name), IsRun: File.Exists(Path.Combine(parent, RunFile))))
            .ToArray();
        string[] places = asked == "" ? [] : [.. above.Where(found => found.IsRun).Select(found => found.Place), named, .. above.Select(found => found.Place)];
        var place = places.FirstOrDefault(place => place != full && (HasShape(place) || (place == named && Describes(place)))) ?? throw new ModelException(
            $"{Path.Combine(folder, ConfigFile)} names the base model '{asked}', and there is no folder of it with a {ModelConfig.FileName}; download it, and set "
            + "base_model_name_or_path to its folder (absolute, or relative to the adapter's).");
        return !Describes(place) ? place : throw new ModelException(
            $"{Path.Combine(folder, ConfigFile)} names '{place}' as its base, which is itself an adapter. Merge that one first (`cohort merge`), and name the merged folder.");
    }

    private static bool HasShape(string folder) => File.Exists(Path.Combine(folder, ModelConfig.FileName));

    private static SafetensorsFile Open(string folder)
    {
        var path = Path.Combine(folder, WeightsFile);
        return File.Exists(path) ? SafetensorsFile.Open(path)
            : throw new ModelException($"'{folder}' has no {WeightsFile}; save the adapter in the safetensors format (PEFT: save_pretrained).");
    }

    private static IEnumerable<string> LayerNames(SafetensorsFile file)
    {
        foreach (var name in file.Names)
        {
            var known = name.StartsWith(Prefix, StringComparison.Ordinal)
                && (name.EndsWith("." + LowRankAdapter.DownName, StringComparison.Ordinal) || name.EndsWith("." + LowRankAdapter.UpName, StringComparison.Ordinal)
                    || Adapters.IsHead(name[Prefix.Length..]));
            if (!known)
            {
                throw new ModelException(
                    $"{file.Path} has the tensor '{name}'; only {Prefix}<layer>.{LowRankAdapter.DownName} and .{LowRankAdapter.UpName} of linear layers can be loaded.");
            }
        }

        return file.Names.Where(name => name.EndsWith("." + LowRankAdapter.DownName, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^(LowRankAdapter.DownName.Length + 1)]);
    }

    private static void Read(nn.Module network, SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var tensors = Tensors(network).ToArray();
        foreach (var (name, tensor) in tensors)
        {
            var full = Prefix + name;
            if (!file.Contains(full))
            {
                throw new ModelException($"{file.Path} has no tensor '{full}'; {ConfigFile} asks for it (shape [{string.Join(",", tensor.shape)}]).");
            }

            var shape = file.Entry(full).Shape;
            if (!shape.SequenceEqual(tensor.shape))
            {
                throw new ModelException(
                    $"{file.Path}: tensor '{full}' has shape [{string.Join(",", shape)}], but {ConfigFile} and the base model ask for "
                    + $"[{string.Join(",", tensor.shape)}].");
            }

            tensor.copy_(file.Read(full));
        }

        if (file.Names.Count != tensors.Length)
        {
            var extra = file.Names.Except(tensors.Select(pair => Prefix + pair.Name)).First();
            throw new ModelException($"{file.Path} has the tensor '{extra}', which has no place in this network.");
        }
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(nn.Module network)
    {
        var adapted = Adapters.Adapted(network).Select(pair => pair.Name + ".lora_").ToArray();
        return network.named_parameters()
            .Where(pair => Adapters.IsHead(pair.name) || adapted.Any(prefix => pair.name.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(pair => (pair.name, (Tensor)pair.parameter));
    }
}
