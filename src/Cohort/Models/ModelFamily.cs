namespace Cohort.Models;

/// <summary>
/// What sets one family of decoder-only transformers apart from another: a description, not a network of its own. What varies between the
/// members of a family is in <see cref="ModelConfig"/>.
/// </summary>
public sealed record ModelFamily
{
    private ModelFamily()
    {
    }

    /// <summary>model_type in config.json.</summary>
    public required string ModelType { get; init; }

    /// <summary>The one entry of architectures in config.json.</summary>
    public required string ArchitectureName { get; init; }

    /// <summary>The same of a network of this family with a head that scores sequences in place of the one that gives tokens.</summary>
    public required string ScorerName { get; init; }

    /// <summary>How the parts of the network are called, in memory and in a folder.</summary>
    internal PartNames Names { get; private init; } = PartNames.Llama;

    /// <summary>How activations are normalized.</summary>
    internal NormKind Norm { get; private init; } = NormKind.RootMeanSquare;

    /// <summary>Biases of queries, keys and values.</summary>
    internal BiasRule AttentionBias { get; private init; } = BiasRule.Configured;

    /// <summary>Bias of attention's output.</summary>
    internal BiasRule AttentionOutputBias { get; private init; } = BiasRule.Configured;

    /// <summary>Biases of the feed-forward layer.</summary>
    internal BiasRule FeedForwardBias { get; private init; } = BiasRule.Never;

    /// <summary>Whether a norm over each head follows the projections of queries and keys.</summary>
    internal bool NormalizesQueriesAndKeys { get; private init; }

    /// <summary>Whether attention and feed-forward each end in a norm of their own, besides the one that they begin with.</summary>
    internal bool NormalizesOutputs { get; private init; }

    /// <summary>Whether embeddings are multiplied by sqrt(H).</summary>
    internal bool ScalesEmbeddings { get; private init; }

    /// <summary>Whether positions are a table of weights rather than rotary.</summary>
    internal bool LearnsPositions { get; private init; }

    /// <summary>Whether one matrix gives queries, keys and values, and folders store matrices as [inputs, outputs].</summary>
    internal bool IsFusedAndTransposed { get; private init; }

    /// <summary>Whether the feed-forward layer is gated: down(f(gate(x)) * up(x)), else down(f(up(x))).</summary>
    internal bool IsGated { get; private init; } = true;

    /// <summary>Which layers see a window, and which turn their queries and keys, where config.json says it in its own way.</summary>
    internal LayerRule Layers { get; private init; } = LayerRule.Alike;

    /// <summary>The key of config.json that names the activation.</summary>
    internal string ActivationKey { get; private init; } = "hidden_act";

    /// <summary>Keys of config.json that change the numbers, and the one value of each that is computed.</summary>
    internal IReadOnlyList<(string Key, string Value)> Fixed { get; private init; } = [];

    /// <summary>What a key of config.json that is not there stands for.</summary>
    internal ConfigDefaults Defaults { get; private init; } = new();

    /// <summary>Llama 1, 2 and 3 (arXiv:2302.13971, arXiv:2307.09288, arXiv:2407.21783).</summary>
    public static ModelFamily Llama { get; } = new()
    {
        ModelType = "llama",
        ArchitectureName = "LlamaForCausalLM",
        ScorerName = "LlamaForSequenceClassification",
        FeedForwardBias = BiasRule.Configured,
    };

    /// <summary>Mistral (arXiv:2310.06825): every layer may see a window.</summary>
    public static ModelFamily Mistral { get; } = new()
    {
        ModelType = "mistral",
        ArchitectureName = "MistralForCausalLM",
        ScorerName = "MistralForSequenceClassification",
        AttentionBias = BiasRule.Never,
        AttentionOutputBias = BiasRule.Never,
        Layers = LayerRule.AllSlide,
        Defaults = new() { KeyValueHeads = 8 },
    };

    /// <summary>Qwen2 and Qwen2.5 (arXiv:2407.10671, arXiv:2412.15115).</summary>
    public static ModelFamily Qwen2 { get; } = new()
    {
        ModelType = "qwen2",
        ArchitectureName = "Qwen2ForCausalLM",
        ScorerName = "Qwen2ForSequenceClassification",
        AttentionBias = BiasRule.Always,
        AttentionOutputBias = BiasRule.Never,
        Layers = LayerRule.LaterSlide,
    };

    /// <summary>Qwen3, the dense models (arXiv:2505.09388).</summary>
    public static ModelFamily Qwen3 { get; } = new()
    {
        ModelType = "qwen3",
        ArchitectureName = "Qwen3ForCausalLM",
        ScorerName = "Qwen3ForSequenceClassification",
        NormalizesQueriesAndKeys = true,
        Layers = LayerRule.LaterSlide,
        Defaults = new() { HeadSize = 128 },
    };

    /// <summary>SmolLM3: some layers know no positions (arXiv:2501.18795).</summary>
    public static ModelFamily SmolLm3 { get; } = new()
    {
        ModelType = "smollm3",
        ArchitectureName = "SmolLM3ForCausalLM",
        ScorerName = "SmolLM3ForSequenceClassification",
        FeedForwardBias = BiasRule.Configured,
        Layers = LayerRule.SomeDoNotTurn,
        Defaults = new() { KeyValueHeads = 4, TieEmbeddings = true, RopeTheta = 2e6 },
    };

    /// <summary>Gemma 3, text only (arXiv:2503.19786).</summary>
    public static ModelFamily Gemma3 { get; } = new()
    {
        ModelType = "gemma3_text",
        ArchitectureName = "Gemma3ForCausalLM",
        ScorerName = "Gemma3TextForSequenceClassification",
        Names = PartNames.Gemma3,
        Norm = NormKind.RootMeanSquareAroundOne,
        NormalizesQueriesAndKeys = true,
        NormalizesOutputs = true,
        ScalesEmbeddings = true,
        Layers = LayerRule.MostSlide,
        ActivationKey = "hidden_activation",
        Fixed = [("attn_logit_softcapping", "null"), ("final_logit_softcapping", "null"), ("use_bidirectional_attention", "false")],
        Defaults = new()
        {
            KeyValueHeads = 4,
            HeadSize = 256,
            TieEmbeddings = true,
            RopeTheta = 1e6,
            QueryPreAttentionScalar = 256,
            Activation = Activation.GeluTanh,
        },
    };

    /// <summary>GPT-2 (Radford et al. 2019).</summary>
    public static ModelFamily Gpt2 { get; } = new()
    {
        ModelType = "gpt2",
        ArchitectureName = "GPT2LMHeadModel",
        ScorerName = "GPT2ForSequenceClassification",
        Names = PartNames.Gpt2,
        Norm = NormKind.Layer,
        AttentionBias = BiasRule.Always,
        AttentionOutputBias = BiasRule.Always,
        FeedForwardBias = BiasRule.Always,
        LearnsPositions = true,
        IsFusedAndTransposed = true,
        IsGated = false,
        ActivationKey = "activation_function",
        Fixed = [("scale_attn_weights", "true"), ("scale_attn_by_inverse_layer_idx", "false"), ("add_cross_attention", "false")],
        Defaults = new() { TieEmbeddings = true, NormEpsilon = 1e-5, Activation = Activation.GeluTanh },
    };

    /// <summary>Every family that Cohort computes.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } = [Llama, Mistral, Qwen2, Qwen3, SmolLm3, Gemma3, Gpt2];
}

/// <summary>Whether a linear layer has a bias.</summary>
internal enum BiasRule
{
    Never,
    Always,

    /// <summary>config.json says it: attention_bias, mlp_bias.</summary>
    Configured,
}

/// <summary>How a family's config.json tells its layers apart.</summary>
internal enum LayerRule
{
    /// <summary>It does not: every layer sees everything and turns.</summary>
    Alike,

    /// <summary>sliding_window holds for every layer.</summary>
    AllSlide,

    /// <summary>layer_types, else use_sliding_window and max_window_layers: the layers from that one on see a window.</summary>
    LaterSlide,

    /// <summary>no_rope_layers, else every no_rope_layer_interval-th layer does not turn; these see a window where use_sliding_window says so.</summary>
    SomeDoNotTurn,

    /// <summary>layer_types, else all but every sliding_window_pattern-th layer see a window, and turn by a rotary base of their own.</summary>
    MostSlide,
}

/// <summary>What a missing key of config.json stands for, where the families differ.</summary>
internal sealed record ConfigDefaults
{
    /// <summary>num_key_value_heads; 0 stands for the number of heads.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>head_dim; 0 stands for hidden_size / num_attention_heads.</summary>
    public int HeadSize { get; init; }

    /// <summary>tie_word_embeddings.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>rope_theta.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>query_pre_attn_scalar; 0 where the family has no such key.</summary>
    public double QueryPreAttentionScalar { get; init; }

    /// <summary>rms_norm_eps or layer_norm_epsilon.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>The activation.</summary>
    public Activation Activation { get; init; } = Activation.Silu;
}
