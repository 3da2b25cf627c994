namespace Cohort.Models;

/// <summary>
/// What a family calls the parts of its network. Modules are registered under these names, so that a parameter has in memory the name that
/// it has in a folder.
/// </summary>
internal sealed record PartNames
{
    public static PartNames Llama { get; } = new();

    public static PartNames Gemma3 { get; } = new()
    {
        FeedForwardNorm = "pre_feedforward_layernorm",
        AttentionOutputNorm = "post_attention_layernorm",
        FeedForwardOutputNorm = "post_feedforward_layernorm",
    };

    public static PartNames Gpt2 { get; } = new()
    {
        Trunk = "transformer",
        Embedding = "wte",
        Positions = "wpe",
        Blocks = "h",
        FinalNorm = "ln_f",
        AttentionNorm = "ln_1",
        Attention = "attn",
        AttentionInput = "c_attn",
        AttentionOutput = "c_proj",
        FeedForwardNorm = "ln_2",
        Up = "c_fc",
        Down = "c_proj",
    };

    /// <summary>The output head, in every family.</summary>
    public const string Head = "lm_head";

    public string Trunk { get; init; } = "model";

    public string Embedding { get; init; } = "embed_tokens";

    /// <summary>The table of learned positions.</summary>
    public string Positions { get; init; } = "embed_positions";

    public string Blocks { get; init; } = "layers";

    public string FinalNorm { get; init; } = "norm";

    public string AttentionNorm { get; init; } = "input_layernorm";

    public string Attention { get; init; } = "self_attn";

    public string Query { get; init; } = "q_proj";

    public string Key { get; init; } = "k_proj";

    public string Value { get; init; } = "v_proj";

    /// <summary>Queries, keys and values at once.</summary>
    public string AttentionInput { get; init; } = "qkv_proj";

    public string AttentionOutput { get; init; } = "o_proj";

    public string QueryNorm { get; init; } = "q_norm";

    public string KeyNorm { get; init; } = "k_norm";

    public string AttentionOutputNorm { get; init; } = "post_attention_output_layernorm";

    public string FeedForwardNorm { get; init; } = "post_attention_layernorm";

    public string FeedForward { get; init; } = "mlp";

    public string Gate { get; init; } = "gate_proj";

    public string Up { get; init; } = "up_proj";

    public string Down { get; init; } = "down_proj";

    public string FeedForwardOutputNorm { get; init; } = "post_feedforward_layernorm";
}
