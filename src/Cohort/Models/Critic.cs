using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>V_phi(s_t): a network of its own, with a trunk like the policy's and a scalar head that starts at zero.</summary>
public sealed class Critic : ScalarModel
{
    /// <summary>Builds the critic; the trunk's weights are not initialized. The head is float32 whatever the trunk's type is: values are sums.</summary>
    /// <param name="config">A valid shape; its own, not necessarily the policy's.</param>
    /// <param name="headBias">Whether the head has a bias, as <see cref="Rescale"/> needs it.</param>
    public Critic(ModelConfig config, bool headBias = false)
        : this(new Transformer(config), headBias)
    {
    }

    private Critic(Transformer trunk, bool headBias)
        : base(nameof(Critic), trunk, headBias)
    {
    }

    /// <summary>A critic whose trunk shares its weights, frozen, with a policy's; its head is its own.</summary>
    /// <param name="policy">The policy, with or without adapters, which the critic does not take over.</param>
    /// <param name="headBias">Whether the head has a bias.</param>
    /// <returns>Owned by the caller.</returns>
    public static Critic Sharing(LanguageModel policy, bool headBias) => new(policy.Trunk.Sharing(), headBias);

    /// <summary>Values of states: column t is V(s) before token t+1 is read, so that token cannot change it.</summary>
    /// <param name="tokens">[B, S] int64, right-padded.</param>
    /// <param name="mask">[B, T] bool, T = S - 1; true where a value is asked for.</param>
    /// <returns>[B, T] float32, 0 outside the mask, owned by the caller's scope; carries gradient.</returns>
    public Tensor Values(Tensor tokens, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return TokenLogProbs.Spread(Read(Trunk.HiddenAt(tokens, mask)), mask).MoveToOuterDisposeScope();
    }

    /// <summary>V of the state after the last token of each row.</summary>
    /// <param name="tokens">[B, S] int64, right-padded.</param>
    /// <param name="lengths">[B] int64: tokens of each row.</param>
    /// <returns>[B] float32, owned by the caller's scope; carries gradient.</returns>
    public Tensor FinalValues(Tensor tokens, Tensor lengths) => ReadLast(tokens, lengths);

    /// <summary>V of the state after each token.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <returns>[B, S] float32, owned by the caller's scope; carries gradient; not masked.</returns>
    public Tensor AfterEach(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return Read(Trunk.Hidden(tokens)).MoveToOuterDisposeScope();
    }

    /// <summary>Turns every output v into factor · v + shift, by the head's weight and bias alone (PopArt, arXiv:1602.07714).</summary>
    /// <param name="factor">Multiplies weight and bias.</param>
    /// <param name="shift">Added to the bias.</param>
    /// <exception cref="InvalidOperationException">The head has no bias.</exception>
    public void Rescale(double factor, double shift)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var bias = Head.Bias ?? throw new InvalidOperationException("This critic's head has no bias; build it with headBias to rescale it.");
        Head.Weight.mul_(factor);
        bias.mul_(factor).add_(shift);
    }
}
