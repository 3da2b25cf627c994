using Cohort.Models;
using Cohort.Tensors;
using Cohort.Tests.Training;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class CriticTests
{
    [Fact]
    public void Value_of_a_column_does_not_change_when_its_token_changes()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var critic = Awake();
        var values = critic.Values(tensor(new long[] { 3, 7, 4, 9, 2, 5 }, [1, 6]));
        Assert.Equal([1L, 5L], values.shape);
        for (var t = 0; t < 5; t++)
        {
            var tokens = tensor(new long[] { 3, 7, 4, 9, 2, 5 }, [1, 6]);
            tokens[0, t + 1] = tensor(11L);
            var changed = critic.Values(tokens);
            Numbers.Same(values.narrow(1, 0, t + 1), changed.narrow(1, 0, t + 1), Tolerances.HandComputed);
            if (t < 4)
                Assert.True((values - changed).abs()[0, t + 1].item<float>() > 1e-3, $"Column {t + 1} has not read token {t + 1}.");
        }
    }

    // The seed's key condition: V(s_t) is read before token t+1.
    [Fact]
    public void No_value_depends_on_its_own_token_or_any_later_one()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var critic = Awake();
        long[] tokens = [3, 7, 4, 9, 2, 5];
        var values = critic.Values(tensor(tokens, [1, 6]));
        for (var t = 0; t < 5; t++)
        {
            var others = tokens.Select((token, i) => i > t ? (token + 6) % 13 : token).ToArray();
            var changed = critic.Values(tensor(others, [1, 6]));
            Numbers.Same(values.narrow(1, 0, t + 1), changed.narrow(1, 0, t + 1), Tolerances.HandComputed);
            if (t < 4)
                Assert.True((values - changed).abs()[0, t + 1].item<float>() > 1e-3, $"Column {t + 1} has not read token {t + 1}.");
        }
    }

    [Fact]
    public void Value_after_the_last_token_is_one_more_column()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var critic = Awake();
        var after = critic.AfterEach(tensor(new long[] { 3, 7, 4, 9 }, [1, 4]));
        Assert.Equal([1L, 4L], after.shape);
        Numbers.Same(critic.Values(tensor(new long[] { 3, 7, 4, 9 }, [1, 4])), after.narrow(1, 0, 3), Tolerances.Logits);
        Numbers.Same(critic.Values(tensor(new long[] { 3, 7, 4, 9, 8 }, [1, 5])), after, Tolerances.Logits);
    }

    [Fact]
    public void Rescaling_turns_every_output_by_factor_and_shift()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var critic = Awake(headBias: true);
        var tokens = tensor(new long[] { 3, 7, 4, 9 }, [1, 4]);
        critic.Rescale(factor: 1, shift: 0.3);
        var values = critic.Values(tokens);
        critic.Rescale(factor: 2.5, shift: -0.7);
        Numbers.Same((values * 2.5) - 0.7, critic.Values(tokens), 1e-5);
    }

    [Fact]
    public void Critic_without_a_bias_cannot_be_rescaled()
    {
        using var critic = Awake();
        Assert.Equal(
            "This critic's head has no bias; build it with headBias to rescale it.",
            Assert.Throws<InvalidOperationException>(() => critic.Rescale(2, 3)).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fresh_head_gives_zero(bool headBias)
    {
        using var scope = NewDisposeScope();
        using var critic = new Critic(TinyModels.Shape, headBias);
        InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
        Assert.Equal(headBias, critic.named_parameters().Any(pair => pair.name == "score.bias"));
        Numbers.Same(new double[3], critic.Values(tensor(new long[] { 3, 7, 4, 9 }, [1, 4])), 0);
    }

    [Fact]
    public void Values_start_at_zero_with_the_policys_trunk()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var policy = TinyModels.Policy();
        using var critic = new Critic(policy.Config);
        Weights.Copy(from: policy, to: critic);
        var tokens = tensor(new long[] { 3, 7, 4, 9 }, [1, 4]);
        Numbers.Same(new double[3], critic.Values(tokens), 0);
        Numbers.Same(policy.Trunk.Hidden(tokens), critic.Trunk.Hidden(tokens), 0);
    }

    [Fact]
    public void Group_relative_estimator_allocates_nothing()
    {
        using var policy = TinyModels.Policy();
        var before = LiveTensors.Count;
        using var estimator = Estimators.Create(policy, TinyTraining.Options(AlgorithmOptions.Grpo), new PhaseClock(), []);
        Assert.Equal(before, LiveTensors.Count);
        Assert.IsType<CriticFreeEstimator>(estimator);
        using var critic = Estimators.Create(policy, TinyTraining.Options(AlgorithmOptions.Ppo), new PhaseClock(), []);
        Assert.True(LiveTensors.Count > before, "A critic has parameters.");
    }

    private static Critic Awake(bool headBias = false)
    {
        var critic = new Critic(TinyModels.Shape, headBias);
        InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
        using var _ = no_grad();
        critic.named_parameters().Single(pair => pair.name == "score.weight").parameter.fill_(0.7f);
        return critic;
    }
}
