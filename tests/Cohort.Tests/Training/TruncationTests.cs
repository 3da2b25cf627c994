using Cohort.Data;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class TruncationTests
{
    public static TheoryData<TruncationOptions, int, FinishReason, double> Scores => new()
    {
        { new KeepTruncated(), 50, FinishReason.Length, 0.8 },
        { new MaskTruncated(), 50, FinishReason.Length, 0.8 },
        { new SoftOverlong { Buffer = 20, Penalty = 0.6 }, 35, FinishReason.Stop, 0.65 }, // 5 of 20 tokens over: a quarter of 0.6
        { new SoftOverlong { Buffer = 20, Penalty = 0.6 }, 50, FinishReason.Length, 0.2 },
        { new ScaleTruncated { Factor = 0.25 }, 50, FinishReason.Length, 0.2 },
        { new ScaleTruncated { Factor = 0.25 }, 50, FinishReason.Stop, 0.8 },
        { new ReplaceTruncated { Score = -0.5 }, 50, FinishReason.Length, -0.5 },
        { new ReplaceTruncated { Score = -0.5 }, 50, FinishReason.Stop, 0.8 },
    };

    [Theory]
    [MemberData(nameof(Scores))]
    public void Score_is_the_hand_computed_one(TruncationOptions options, int length, FinishReason finish, double expected) =>
        Assert.Equal(expected, Truncation.Total(options, 0.8, length, longest: 50, finish), Tolerances.Float64);
}
