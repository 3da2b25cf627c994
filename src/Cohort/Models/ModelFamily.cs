namespace Cohort.Models;

/// <summary>What sets one family of decoder-only transformers apart from another: a description, not a network of its own.</summary>
/// <param name="ModelType">model_type in config.json.</param>
/// <param name="ArchitectureName">The one entry of architectures in config.json.</param>
/// <param name="AttentionBias">Whether queries, keys and values have a bias; the attention's output never has one.</param>
public sealed record ModelFamily(string ModelType, string ArchitectureName, bool AttentionBias)
{
    /// <summary>Llama (arXiv:2302.13971, arXiv:2307.09288).</summary>
    public static ModelFamily Llama { get; } = new("llama", "LlamaForCausalLM", AttentionBias: false);

    /// <summary>Qwen2 and Qwen2.5 (arXiv:2407.10671).</summary>
    public static ModelFamily Qwen2 { get; } = new("qwen2", "Qwen2ForCausalLM", AttentionBias: true);

    /// <summary>Every family that Cohort computes.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } = [Llama, Qwen2];
}
