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
        using var estimator = Estimators.Create(policy, TinyTraining.Options(AlgorithmOptions.Grpo));
        Assert.Equal(before, LiveTensors.Count);
        Assert.IsType<CriticFreeEstimator>(estimator);
        using var critic = Estimators.Create(policy, TinyTraining.Options(AlgorithmOptions.Ppo));
        Assert.True(LiveTensors.Count > before, "A critic has parameters.");
    }

    private static Critic Awake()
    {
        var critic = new Critic(TinyModels.Shape);
        InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
        using var _ = no_grad();
        critic.named_parameters().Single(pair => pair.name == "score.weight").parameter.fill_(0.7f);
        return critic;
    }
}
