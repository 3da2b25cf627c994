using Cohort.Tensors;

namespace Cohort.Models;

/// <summary>
/// What stands in a model folder beside shape and weights, and belongs into every folder that is made of it: the tokenizer's files, how to sample,
/// and under which licence. README.md does not: it speaks of the source.
/// </summary>
public static class CarriedFiles
{
    private static readonly string[] Tokenizer =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json",
        "merges.txt", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model",
    ];

    private static readonly string[] LicencePrefixes = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "USE_POLICY"];

    /// <summary>The paths of what decides a model's output: shape, weights, tokenizer and chat template, as far as they are there.</summary>
    /// <param name="folder">A model folder, or one that is gone.</param>
    /// <exception cref="SafetensorsException">A file of weights is malformed, or one that the index names is missing.</exception>
    internal static IEnumerable<string> OfModel(string folder)
    {
        string[] names = [ModelConfig.FileName, .. SafetensorsFolder.Exists(folder) ? SafetensorsFolder.FileNames(folder) : [], .. Tokenizer];
        return names.Select(name => Path.Combine(folder, name)).Where(File.Exists);
    }

    /// <summary>Copies a whole model: shape, weights as they are, and what is carried along but the tokenizer's files.</summary>
    /// <param name="source">A model folder.</param>
    /// <param name="target">Made where it does not exist.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void CopyModel(string source, string target)
    {
        Directory.CreateDirectory(target);
        CopyNamed(source, target, [ModelConfig.FileName, .. SafetensorsFolder.FileNames(source)]);
        Copy(source, target);
    }

    /// <summary>Copies a folder's generation_config.json and licence files.</summary>
    /// <param name="source">A model folder.</param>
    /// <param name="target">A folder that exists.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Copy(string source, string target)
    {
        CopyNamed(source, target, [ModelConfig.GenerationFileName]);
        CopyNamed(source, target, [.. Directory.GetFiles(source).Select(path => Path.GetFileName(path)).Where(IsLicence)]);
    }

    /// <summary>Copies a folder's tokenizer files.</summary>
    /// <param name="source">A folder with a tokenizer.</param>
    /// <param name="target">A folder that exists.</param>
    /// <returns>Whether there was any.</returns>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static bool CopyTokenizer(string source, string target) => CopyNamed(source, target, Tokenizer) > 0;

    private static bool IsLicence(string file) =>
        LicencePrefixes.Any(prefix => file.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        && !file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static int CopyNamed(string source, string target, string[] names)
    {
        string[] found = [.. names.Where(name => File.Exists(Path.Combine(source, name)))];
        if (Path.GetFullPath(source) != Path.GetFullPath(target))
        {
            foreach (var name in found)
            {
                using var content = File.OpenRead(Path.Combine(source, name));
                AtomicFile.Write(Path.Combine(target, name), content.CopyTo);
            }
        }

        return found.Length;
    }
}
