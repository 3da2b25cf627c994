using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A trunk like a policy's with a scalar head that starts at zero: what a critic and a reward model are.</summary>
public abstract class ScalarModel : nn.Module
{
    /// <summary>The head's matrix in a folder.</summary>
    internal const string HeadWeight = "score.weight";

    // The head is float32 whatever the trunk's type is: what it gives are sums.
    private protected ScalarModel(string name, Transformer trunk, bool headBias)
        : base(name)
    {
        Trunk = trunk;
        Head = new Placement(trunk.EmbeddingWeight.device, ScalarType.Float32).Build(() => new Projection(trunk.Config.HiddenSize, 1, headBias));
        register_module(trunk.Config.Family.Names.Trunk, Trunk);
        register_module("score", Head);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var parameter in Head.parameters())
        {
            parameter.zero_();
        }
    }

    /// <summary>Everything below the head.</summary>
    public Transformer Trunk { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config => Trunk.Config;

    private protected Projection Head { get; }

    // [B] float32, read from the state after the last token of each row, of right-padded tokens [B, S] and lengths [B].
    private protected Tensor ReadLast(Tensor tokens, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var places = arange(tokens.shape[1], ScalarType.Int64, device: tokens.device);
        return Read(Trunk.HiddenAt(tokens, places == (lengths - 1).unsqueeze(1))).MoveToOuterDisposeScope();
    }

    // From hidden states [..., H] to [...] float32.
    private protected Tensor Read(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return Head.forward(hidden.to_type(Head.Weight.dtype)).squeeze(-1).MoveToOuterDisposeScope();
    }
}
