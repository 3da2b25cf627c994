using System.Text.Json;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A Hugging Face folder: config.json and model.safetensors (float32). The tokenizer's files lie beside them.</summary>
public static class ModelFolder
{
    /// <summary>The weights' file name.</summary>
    public const string WeightsFile = "model.safetensors";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>Writes a policy or a critic; each file is replaced as a whole.</summary>
    /// <param name="module">The network.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(nn.Module module, ModelConfig config, string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, ModelConfig.FileName), config.ToJson().ToJsonString(Indented) + "\n");
        SafetensorsFile.Write(
            Path.Combine(folder, WeightsFile),
            module.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)),
            Metadata);
    }

    /// <summary>Reads a language model; of an adapter's folder (<see cref="AdapterFolder"/>), the base with the adapter on it.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ModelException">A file is missing or does not fit the shape.</exception>
    public static LanguageModel Load(string folder)
    {
        if (AdapterFolder.Describes(folder))
        {
            return AdapterFolder.Load(folder);
        }

        var model = new LanguageModel(ModelConfig.Read(folder));
        try
        {
            ReadWeights(model, folder);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Where the tokenizer of a model lies: in its folder, or for an adapter without one, in its base's.</summary>
    /// <param name="folder">The folder of a model or of an adapter.</param>
    /// <exception cref="ModelException">The adapter's base is missing.</exception>
    public static string TokenizerOf(string folder) =>
        AdapterFolder.Describes(folder) && !File.Exists(Path.Combine(folder, "tokenizer.json")) ? AdapterFolder.BaseOf(folder) : folder;

    /// <summary>Reads the weights of a module whose shape is known.</summary>
    /// <param name="module">Built with the folder's config.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">The file is missing, a tensor is missing or has another shape.</exception>
    public static void ReadWeights(nn.Module module, string folder)
    {
        var path = Path.Combine(folder, WeightsFile);
        if (!File.Exists(path))
        {
            throw new ModelException($"'{folder}' has no {WeightsFile}; the weights must be there in one file.");
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (!file.Contains(name))
            {
                throw new ModelException(
                    $"{path} has no tensor '{name}'; {ModelConfig.FileName} asks for it (shape [{string.Join(",", parameter.shape)}]).");
            }

            var entry = file.Entry(name);
            if (!entry.Shape.SequenceEqual(parameter.shape))
            {
                throw new ModelException(
                    $"{path}: tensor '{name}' has shape [{string.Join(",", entry.Shape)}], but {ModelConfig.FileName} asks for "
                    + $"[{string.Join(",", parameter.shape)}].");
            }

            parameter.copy_(file.Read(name));
        }
    }
}
