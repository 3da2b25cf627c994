using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Tensors;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Cohort.Tests.Properties;

/// <summary>Identities that hold for every batch: FsCheck draws the batches, and shrinks what breaks one.</summary>
public sealed class EquationProperties
{
    private static readonly Config Hundred = Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(1, 7);

    /// <summary>P groups of G responses of up to T tokens: everything that an equation may ask of a batch follows from the seed.</summary>
    public sealed record Batch(int Groups, int GroupSize, int Width, int Seed)
    {
        public int Rows => Groups * GroupSize;

        public double[] Numbers(int count, int stream, double spread = 2)
        {
            var random = new System.Random(HashCode.Combine(Seed, stream, 5));
            return [.. Enumerable.Range(0, count).Select(_ => spread * ((2 * random.NextDouble()) - 1))];
        }

        public Tensor PerRow(int stream, double spread = 2) => tensor(Numbers(Rows, stream, spread));

        public Tensor PerToken(int stream, double spread = 2) => tensor(Numbers(Rows * Width, stream, spread), [Rows, Width]);

        /// <summary>Responses of unequal lengths, some of none, some with a hole.</summary>
        public Tensor Mask() => PerToken(99) > -0.8;

        public Tensor All() => ones(Rows, ScalarType.Bool);
    }

    private static Arbitrary<Batch> Batches => (
        from groups in Gen.Choose(1, 4)
        from size in Gen.Choose(2, 5)
        from width in Gen.Choose(1, 6)
        from seed in Gen.Choose(0, 1 << 20)
        select new Batch(groups, size, width, seed)).ToArbitrary();

    private static readonly (string Name, Func<Tensor, Batch, Tensor> Of)[] ComparedInGroups =
    [
        ("group", (scores, batch) => GroupRelativeAdvantage.PerResponse(scores, batch.All(), batch.GroupSize, GroupScale.GroupDeviation, 1e-4)),
        ("no deviation", (scores, batch) => GroupRelativeAdvantage.PerResponse(scores, batch.All(), batch.GroupSize, GroupScale.None, 1e-4)),
        ("siblings", (scores, batch) => GroupRelativeAdvantage.PerResponse(
            scores, batch.All(), batch.GroupSize, GroupScale.GroupDeviation, 1e-4, DeviationKind.LeaveOneOut)),
        ("leave one out", (scores, batch) => LeaveOneOutAdvantage.PerResponse(scores, batch.All(), batch.GroupSize)),
        ("length weighted", (scores, batch) => LengthWeightedBaseline.PerResponse(scores, batch.All(), batch.Mask(), batch.GroupSize)),
        ("best of group", (scores, batch) => BestOfGroupAdvantage.PerResponse(scores, batch.All(), batch.GroupSize, GroupScale.None, 1e-4)),
        ("GPG", (scores, batch) => GpgAdvantage.PerResponse(scores, batch.All(), batch.GroupSize)),
    ];

    [Fact]
    public void A_constant_added_to_a_groups_scores_changes_no_advantage() => Holds(batch =>
    {
        var shift = tensor(batch.Numbers(batch.Groups, 3, 100)).repeat_interleave(batch.GroupSize);
        return ComparedInGroups.All(one => Close(one.Of(batch.PerRow(1), batch), one.Of(batch.PerRow(1) + shift, batch), 1e-7));
    });

    [Fact]
    public void A_flat_group_has_no_advantage_and_huge_scores_have_finite_ones() => Holds(batch =>
    {
        var flat = tensor(batch.Numbers(batch.Groups, 2, 1e30)).repeat_interleave(batch.GroupSize);
        return ComparedInGroups.All(one => one.Of(flat, batch).count_nonzero().item<long>() == 0
            && one.Of(batch.PerRow(1, 1e30), batch).isfinite().all().item<bool>());
    });

    [Fact]
    public void Lambda_1_gives_the_discounted_reward_to_go_less_the_value() => Holds(batch =>
    {
        var (rewards, values, mask) = (batch.PerToken(1), batch.PerToken(2), batch.Mask());
        var expected = Masked.Zero(DiscountedReturns.PerToken(rewards, mask, 0.9) - values, mask);
        return Close(expected, GeneralizedAdvantage.PerToken(rewards, values, mask, 0.9, lambda: 1), 1e-12);
    });

    [Fact]
    public void Observation_tokens_in_between_change_no_actions_advantage() => Holds(batch =>
    {
        var (rewards, values, mask) = (batch.PerToken(1), batch.PerToken(2), batch.Mask());
        var at = (int)(Math.Abs(batch.Numbers(1, 4)[0]) * batch.Width / 2);
        var alone = GeneralizedAdvantage.PerToken(rewards, values, mask, 0.9, 0.8);
        var among = GeneralizedAdvantage.PerToken(With(rewards, 7.7), With(values, -3.3), With(mask, 0), 0.9, 0.8);
        return Close(With(alone, 0), among, 1e-12);

        Tensor With(Tensor perToken, double observation) => cat(
            [perToken.narrow(1, 0, at), full_like(perToken.narrow(1, 0, 1), observation), perToken.narrow(1, at, batch.Width - at)], 1);
    });

    [Fact]
    public void Padding_columns_change_no_loss_and_no_gradient() => Holds(batch => PolicyLossSamples().All(loss =>
    {
        var (mask, padding) = (batch.Mask(), zeros(batch.Rows, 3, ScalarType.Bool));
        return Close(
            Gradient(loss, batch.PerToken(1), batch.PerToken(2), batch.PerToken(3), mask),
            Gradient(loss, Wider(1), Wider(2), Wider(3), cat([mask, padding], 1)).narrow(1, 0, batch.Width), 1e-12);

        Tensor Wider(int stream) => cat([batch.PerToken(stream), full_like(padding, 9.5, ScalarType.Float64)], 1);
    }));

    [Fact]
    public void A_split_into_micro_batches_changes_no_gradient() => Holds(batch => PolicyLossSamples().All(loss => Enum.GetValues<Reduction>().All(reduction =>
    {
        var (first, mask) = (1 + (Math.Abs(batch.Seed) % (batch.Rows - 1)), batch.Mask());
        var totals = Totals(mask);
        return Close(
            Share(0, batch.Rows),
            cat([Share(0, first), Share(first, batch.Rows - first)], 0), 1e-12);

        Tensor Share(int start, int count)
        {
            var rows = mask.narrow(0, start, count);
            return Numbers.Gradient(batch.PerToken(1).narrow(0, start, count), at => TokenLoss.Share(
                PolicyLosses.PerToken(
                    loss, at, batch.PerToken(2).narrow(0, start, count), batch.PerToken(3).narrow(0, start, count), rows, zeros_like(rows)),
                rows, reduction, totals));
        }
    })));

    [Fact]
    public void Ratio_1_gives_the_gradient_of_reinforce() => Holds(batch =>
    {
        var (logProbs, advantages, mask) = (batch.PerToken(1), batch.PerRow(3).unsqueeze(1).expand(-1, batch.Width).contiguous(), batch.Mask());
        var reinforce = Gradient(new ReinforceLoss(), logProbs, logProbs, advantages, mask);
        return PolicyLossSamples().All(loss => Close(reinforce, Gradient(loss, logProbs, logProbs, advantages, mask), 1e-12));
    });

    private static PolicyLoss[] PolicyLossSamples() =>
    [
        new ClippedLoss { DualClip = 3 }, new ClippedLoss { Ratio = RatioLevel.Sequence }, new ClippedLoss { Ratio = RatioLevel.SequenceToken },
        new UnclippedLoss(), new ReinforceLoss(), new CispoLoss(), new SapoLoss(), new GeometricMeanLoss(), new DppoLoss(), new DroLoss(), new VespoLoss(),
    ];

    private static Tensor Gradient(PolicyLoss loss, Tensor logProbs, Tensor old, Tensor advantages, Tensor mask) => Numbers.Gradient(
        logProbs,
        at => TokenLoss.Share(PolicyLosses.PerToken(loss, at, old, advantages, mask, zeros_like(mask)), mask, Reduction.ResponseSum, Totals(mask)));

    private static StepTotals Totals(Tensor mask) => new(mask.any(1).sum().item<long>(), mask.sum().item<long>(), 5);

    private static bool Close(Tensor expected, Tensor actual, double tolerance) =>
        (expected - actual).abs().max().item<double>() <= tolerance * (1 + expected.abs().max().item<double>());

    private static void Holds(Func<Batch, bool> property) => Prop.ForAll(Batches, batch =>
    {
        using var scope = NewDisposeScope();
        return property(batch);
    }).Check(Hundred);
}
