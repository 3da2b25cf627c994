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
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var names = new WeightNames(config);
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, ModelConfig.FileName), config.ToJson().ToJsonString(Indented) + "\n");
        SafetensorsFile.Write(
            Path.Combine(folder, WeightsFile),
            module.named_parameters().Select(pair => (pair.name, names.IsTransposed(pair.name) ? pair.parameter.t() : (Tensor)pair.parameter)),
            Metadata);
    }

    /// <summary>Reads a language model.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ModelException">A file is missing or does not fit the shape.</exception>
    public static LanguageModel Load(string folder)
    {
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
        var names = new WeightNames(ConfigOf(module));
        foreach (var (name, parameter) in module.named_parameters())
        {
            var target = names.IsTransposed(name) ? parameter.t() : parameter;
            var stored = names.Spellings(name).FirstOrDefault(file.Contains) ?? throw new ModelException(
                $"{path} has no tensor '{name}'; {ModelConfig.FileName} asks for it (shape [{string.Join(",", target.shape)}]).");
            var entry = file.Entry(stored);
            if (!entry.Shape.SequenceEqual(target.shape))
            {
                throw new ModelException(
                    $"{path}: tensor '{stored}' has shape [{string.Join(",", entry.Shape)}], but {ModelConfig.FileName} asks for "
                    + $"[{string.Join(",", target.shape)}].");
            }

            target.copy_(file.Read(stored));
        }
    }

    private static ModelConfig ConfigOf(nn.Module module) => module switch
    {
        LanguageModel model => model.Config,
        Critic critic => critic.Config,
        _ => throw new ArgumentException($"A {module.GetName()} has no folder; a {nameof(LanguageModel)} or a {nameof(Critic)} has.", nameof(module)),
    };
}
