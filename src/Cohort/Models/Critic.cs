using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>V_phi(s_t): a network of its own, with a trunk like the policy's and a scalar head that starts at zero.</summary>
public sealed class Critic : nn.Module
{
    private readonly Linear _head;

    /// <summary>Builds the critic; the trunk's weights are not initialized.</summary>
    /// <param name="config">A valid shape; its own, not necessarily the policy's.</param>
    public Critic(ModelConfig config)
        : base(nameof(Critic))
    {
        Trunk = new Transformer(config);
        _head = nn.Linear(config.HiddenSize, 1, hasBias: false);
        register_module("model", Trunk);
        register_module("score", _head);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _head.weight!.zero_();
    }

    /// <summary>Everything below the head.</summary>
    public Transformer Trunk { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config => Trunk.Config;

    /// <summary>Values of states: column t is V(s) before token t+1 is read, so that token cannot change it.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <returns>[B, T] float32, T = S - 1, owned by the caller's scope; carries gradient; not masked.</returns>
    public Tensor Values(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var hidden = Trunk.Hidden(tokens.narrow(1, 0, tokens.shape[1] - 1));
        return _head.forward(hidden).squeeze(-1).MoveToOuterDisposeScope();
    }
}
