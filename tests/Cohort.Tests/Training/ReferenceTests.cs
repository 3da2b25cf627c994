using Cohort.Models;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class ReferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LanguageModel _policy = TinyModels.Policy();

    public ReferenceTests() => ModelFolder.Save(_policy, _policy.Config, _folder.File("base"));

    public void Dispose()
    {
        _policy.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_without_KL_has_no_second_model()
    {
        Assert.Same(_policy, Create(new NeverRefresh(), coefficient: 0).Network);
    }

    [Fact]
    public void It_stays_the_start_where_it_is_never_refreshed()
    {
        using var reference = Create(new NeverRefresh());
        Move(0.5);
        reference.After(1);
        Assert.Equal(-0.5, Distance(reference), 1e-5);
        reference.Save(_folder.Path);
        Assert.Equal([_folder.File("base")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void It_becomes_the_policy_after_every_so_many_steps()
    {
        using var reference = Create(new PeriodicRefresh { Steps = 3 });
        List<double> distances = [];
        for (var step = 1; step <= 7; step++)
        {
            Move(0.25);
            reference.After(step);
            distances.Add(Math.Round(Distance(reference), 4));
        }

        Assert.Equal([-0.25, -0.5, 0, -0.25, -0.5, 0, -0.25], distances);
    }

    [Fact]
    public void Its_moving_average_keeps_a_share_in_each_step()
    {
        using var reference = Create(new MovingAverage { Decay = 0.8 });
        Move(0.5);
        reference.After(1);
        Assert.Equal(0.8 * -0.5, Distance(reference), 1e-5);
        Move(0.25);
        reference.After(2);
        Assert.Equal(0.8 * ((0.8 * -0.5) - 0.25), Distance(reference), 1e-5);
    }

    // 8 bits of each weight's mantissa; a processor computes in float32 with them.
    [Fact]
    public void In_bfloat16_it_is_the_start_with_every_weight_rounded()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var reference = Create(new NeverRefresh(), type: WeightType.Bfloat16);
        Assert.All(reference.Network.parameters(), parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
        using var rounded = _policy.Copy();
        foreach (var parameter in rounded.parameters())
            parameter.copy_(parameter.to_type(ScalarType.BFloat16));
        var batch = new PackedRows(tensor(new long[] { 3, 7, 4, 9, 2, 11, 5, 12 }, [2, 4]), ones([2, 3], ScalarType.Bool));
        var found = LogProbs(reference.Network);
        Numbers.Same(LogProbs(rounded), found, Tolerances.LogProbs);
        Assert.InRange((LogProbs(_policy) - found).abs().max().item<float>(), 1e-3, 0.2);

        Tensor LogProbs(LanguageModel model) => PolicyForward.LogProbs(model, batch, temperature: 1.3, microBatchRows: 2);
    }

    [Fact]
    public void What_was_saved_comes_back()
    {
        using var reference = Create(new MovingAverage { Decay = 0.8 });
        Move(0.5);
        reference.After(1);
        reference.Save(_folder.Path);
        using var resumed = Create(new MovingAverage { Decay = 0.8 });
        resumed.Load(_folder.Path);
        foreach (var (one, other) in reference.Network.parameters().Zip(resumed.Network.parameters()))
            Numbers.Same(one, other, 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Over_adapters_it_is_the_start_and_only_the_adapter_is_its_own(bool saved)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Adapters.Attach(_policy, Adapters.AllLinear, new(2, 4, false), seed: 4);
        if (saved)
            Wake();

        using var reference = Create(new NeverRefresh(), adapter: saved ? new SavedAdapter() : new LowRankOptions());
        Assert.Equal(saved, Adapters.Any(reference.Network));
        Assert.DoesNotContain(reference.Network.parameters(), parameter => parameter.requires_grad);
        var start = Logits(_policy);
        Numbers.Same(start, Logits(reference.Network), 0);
        Wake();
        Numbers.Same(start, Logits(reference.Network), 0);
        Assert.True((Logits(_policy) - start).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Over_adapters_a_refresh_copies_the_adapter()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Adapters.Attach(_policy, Adapters.AllLinear, new(2, 4, false), seed: 4);
        var start = Logits(_policy);
        using var reference = Create(new PeriodicRefresh { Steps = 2 }, adapter: new LowRankOptions());
        Wake();
        reference.After(1);
        Numbers.Same(start, Logits(reference.Network), 0);
        reference.After(2);
        Numbers.Same(Logits(_policy), Logits(reference.Network), 0);
        reference.Save(_folder.Path);
        using var resumed = Create(new PeriodicRefresh { Steps = 2 }, adapter: new LowRankOptions());
        Wake();
        resumed.Load(_folder.Path);
        Numbers.Same(Logits(reference.Network), Logits(resumed.Network), 0);
    }

    private Reference Create(ReferenceRefresh refresh, double coefficient = 0.1, AdapterOptions? adapter = null, WeightType type = WeightType.Auto) =>
        new(_policy, _folder.File("base"), new RunOptions
        {
            Model = new FolderModel { Path = "unused", Adapter = adapter ?? new NoAdapter() },
            Algorithm = AlgorithmOptions.Grpo with { Kl = new() { Coefficient = coefficient, Refresh = refresh, ReferenceType = type } },
        });

    private static Tensor Logits(LanguageModel model) => model.Logits(model.Trunk.Hidden(tensor(new long[] { 3, 7, 4, 9 }, [1, 4])));

    private void Wake()
    {
        using var _ = no_grad();
        foreach (var (_, layer) in Adapters.Adapted(_policy))
            layer.Adapter!.Up.add_(0.2);
    }

    private void Move(double by)
    {
        using var _ = no_grad();
        foreach (var parameter in _policy.parameters())
            parameter.add_(by);
    }

    // Reference less policy, which is the same for every weight.
    private double Distance(Reference reference)
    {
        using var scope = NewDisposeScope();
        var differences = reference.Network.parameters().Zip(_policy.parameters(), (one, other) => (one - other).flatten()).ToArray();
        var all = cat(differences);
        Assert.Equal(all.min().item<float>(), all.max().item<float>(), 1e-5);
        return all.mean().item<float>();
    }
}
