using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class ReturnScaleTests
{
    [Fact]
    public void Before_the_first_step_nothing_is_scaled()
    {
        var scale = new ReturnScale();
        Assert.Equal((0L, 0.0, 1.0), (scale.Steps, scale.Mean, scale.Deviation));
    }

    [Fact]
    public void First_steps_are_averaged_plainly()
    {
        var one = new ReturnScale().After(mean: 3, square: 13);
        Assert.Equal((1L, 3.0, 2.0), (one.Steps, one.Mean, one.Deviation));
        var two = one.After(mean: 5, square: 41);
        Assert.Equal((2L, 4.0, 27.0), (two.Steps, two.Mean, two.Square));
        Assert.Equal(Math.Sqrt(11), two.Deviation, Tolerances.Float64);
    }

    // With shares of 1/9 and of 1/10, not of 1/15.
    [Theory]
    [InlineData(8, 7.0 - (5 * 8 / 9.0), 58 - (50 * 8 / 9.0))]
    [InlineData(14, 2.5, 13.0)]
    public void Later_steps_move_them_by_a_tenth_of_the_way(long steps, double mean, double square)
    {
        var next = new ReturnScale { Steps = steps, Mean = 2, Square = 8 }.After(mean: 7, square: 58);
        Assert.Equal(steps + 1, next.Steps);
        Assert.Equal(mean, next.Mean, Tolerances.Float64);
        Assert.Equal(square, next.Square, Tolerances.Float64);
    }

    [Fact]
    public void Equal_returns_have_the_least_deviation() =>
        Assert.Equal(1e-4, new ReturnScale { Steps = 3, Mean = 3, Square = 9 }.Deviation, Tolerances.Float64);

    [Fact]
    public void Saved_statistics_come_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var scale = new ReturnScale { Steps = 7, Mean = 1.0 / 3, Square = Math.PI };
        scale.Save(folder.File("scale.json"));
        Assert.Equal(scale, ReturnScale.Load(folder.File("scale.json")));
    }
}
