namespace Cohort.Tensors;

/// <summary>A safetensors file breaks a rule of the format. The message names the file, the tensor, the numbers and the rule.</summary>
public sealed class SafetensorsException : IOException
{
    internal SafetensorsException(string path, string problem, Exception? cause = null)
        : base($"{path}: {problem}", cause) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
