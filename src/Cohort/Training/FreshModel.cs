using Cohort.Models;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>A model folder of a given shape with random weights: what `cohort init` makes.</summary>
/// <param name="Config">Its shape.</param>
/// <param name="Parameters">The number of weights.</param>
/// <param name="Bytes">Their size in the files.</param>
/// <param name="HasTokenizer">Whether a tokenizer was carried along.</param>
public sealed record FreshModel(ModelConfig Config, long Parameters, long Bytes, bool HasTokenizer)
{
    /// <summary>Makes the folder: shape, weights drawn from a seed, tokenizer, and what else the source carries along.</summary>
    /// <param name="source">A model folder, or its config.json; of the folder no weights are read.</param>
    /// <param name="tokenizer">A folder with the tokenizer; empty for the source's own, which may have none.</param>
    /// <param name="folder">Where the model goes; must not exist, or be empty.</param>
    /// <param name="seed">Of the weights; in another type they are the rounding of the same numbers.</param>
    /// <param name="type">The weights' type; automatic is float32.</param>
    /// <exception cref="ModelException">The shape cannot be used, the folder is not empty, or the tokenizer has more tokens than the shape.</exception>
    /// <exception cref="TokenizationException">The tokenizer cannot be read.</exception>
    /// <exception cref="IOException">A file cannot be written; nothing is left behind.</exception>
    public static FreshModel Create(string source, string tokenizer, string folder, ulong seed, WeightType type)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new ModelException($"'{folder}' is not empty; nothing is written over a model. Name another folder.");
        }

        var config = ModelConfig.Read(source);
        var home = File.Exists(source) ? Path.GetDirectoryName(Path.GetFullPath(source))! : source;
        var words = tokenizer != "" ? tokenizer : HasTokenizerFiles(home) ? home : "";
        if (words != "" && TokenizerFolder.Load(words).VocabularySize is var size && size > config.VocabularySize)
        {
            throw new ModelException(
                $"The tokenizer of '{words}' has {size} tokens, but the shape's vocab_size is {config.VocabularySize}; every token needs a row. Raise vocab_size, "
                + "or take the tokenizer that belongs to the shape.");
        }

        var placement = Placement.Of(DeviceKind.Cpu, type);
        using var model = placement.Build(() => new LanguageModel(config));
        InitialWeights.Draw(model, config, seed, Purpose.PolicyWeights);
        try
        {
            ModelFolder.Save(model, config, folder, source);
            if (words != "")
            {
                CarriedFiles.CopyTokenizer(words, folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        return new(
            config, Weights.Count(model), model.parameters().Sum(parameter => parameter.numel() * parameter.element_size()), words != "");
    }

    private static bool HasTokenizerFiles(string folder) => File.Exists(Path.Combine(folder, TokenizerFolder.TokenizerFile));
}
