using Cohort.Rollouts;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>What each number may be, on both sides of its borders, for the options that no run file reads yet and for the newest ones.</summary>
public sealed class RangeTests
{
    public static TheoryData<Func<object>, Func<object>, string> Borders => new()
    {
        { () => new EntropyBonus { Coefficient = 0 }, () => new EntropyBonus { Coefficient = -1e-9 }, "Coefficient must lie in [0, 10]." },
        { () => new EntropyBonus { Coefficient = 10 }, () => new EntropyBonus { Coefficient = 10.001 }, "Coefficient must lie in [0, 10]." },
        { () => new EntropyBonus { Target = 0 }, () => new EntropyBonus { Target = -1e-9 }, "Target must lie in [0, 1000]; 0 leaves the coefficient fixed." },
        { () => new EntropyBonus { Target = 1000 }, () => new EntropyBonus { Target = 1000.1 }, "Target must lie in [0, 1000]; 0 leaves the coefficient fixed." },
        { () => new EntropyBonus { Step = 1e-9 }, () => new EntropyBonus { Step = 0 }, "Step must lie in (0, 10]." },
        { () => new EntropyBonus { Step = 10 }, () => new EntropyBonus { Step = 10.001 }, "Step must lie in (0, 10]." },
        { () => new EntropyBonus { Highest = 0 }, () => new EntropyBonus { Highest = -1e-9 }, "Highest must lie in [0, 10]." },
        { () => new EntropyBonus { Highest = 10 }, () => new EntropyBonus { Highest = 10.001 }, "Highest must lie in [0, 10]." },
        { () => new EntropyBonus { Lowest = 0 }, () => new EntropyBonus { Lowest = -1e-9 }, "Lowest must lie in [0, 10]." },
        { () => new EntropyBonus { Lowest = 10 }, () => new EntropyBonus { Lowest = double.NaN }, "Lowest must lie in [0, 10]." },
        { () => new SoftOverlong { Buffer = 1 }, () => new SoftOverlong { Buffer = 0 }, "Buffer must lie in [1, 1000000]." },
        { () => new SoftOverlong { Buffer = 1_000_000 }, () => new SoftOverlong { Buffer = 1_000_001 }, "Buffer must lie in [1, 1000000]." },
        { () => new SoftOverlong { Penalty = 1e-9 }, () => new SoftOverlong { Penalty = 0 }, "Penalty must lie in (0, 1000000]." },
        { () => new SoftOverlong { Penalty = 1e6 }, () => new SoftOverlong { Penalty = 1.1e6 }, "Penalty must lie in (0, 1000000]." },
        { () => new ScaleTruncated { Factor = 0 }, () => new ScaleTruncated { Factor = -1e-9 }, "Factor must lie in [0, 1)." },
        { () => new ScaleTruncated { Factor = 0.999 }, () => new ScaleTruncated { Factor = 1 }, "Factor must lie in [0, 1)." },
        { () => new ReplaceTruncated { Score = -1e6 }, () => new ReplaceTruncated { Score = -1.1e6 }, "Score must lie in [-1000000, 1000000]." },
        { () => new ReplaceTruncated { Score = 1e6 }, () => new ReplaceTruncated { Score = 1.1e6 }, "Score must lie in [-1000000, 1000000]." },
        { () => new SgdOptions { Momentum = 0.999 }, () => new SgdOptions { Momentum = 1 }, "Momentum must lie in [0, 1)." },
        { () => new SgdOptions { Dampening = 0.999 }, () => new SgdOptions { Dampening = 1 }, "Dampening must lie in [0, 1)." },
        { () => new AdamOptions { DecayShare = 1 }, () => new AdamOptions { DecayShare = 1.001 }, "DecayShare must lie in (0, 1]; 1 falls from the start." },
        { () => new AdamOptions { DecayShare = 1e-9 }, () => new AdamOptions { DecayShare = 0 }, "DecayShare must lie in (0, 1]; 1 falls from the start." },
        { () => new AdamOptions { Cycles = 1000 }, () => new AdamOptions { Cycles = 0 }, "Cycles must lie in (0, 1000]." },
        { () => new AdamOptions { Power = 100 }, () => new AdamOptions { Power = 0 }, "Power must lie in (0, 100]." },
        { () => new AdamOptions { TimeScale = 0 }, () => new AdamOptions { TimeScale = -1 }, "TimeScale must be at least 0; 0 follows the warm-up." },
        { () => new Repetition { Run = 1 }, () => new Repetition { Run = 0 }, "Run must lie in [1, 1000]." },
        { () => new Repetition { Penalty = 1e6 }, () => new Repetition { Penalty = 0 }, "Penalty must lie in (0, 1000000]." },
        {
            () => new EvaluationSampling { RepetitionPenalty = 100 }, () => new EvaluationSampling { RepetitionPenalty = 0 },
            "RepetitionPenalty must lie in (0, 100]; 1 leaves the logits as they are."
        },
        { () => new EvaluationSampling { MinNewTokens = 0 }, () => new EvaluationSampling { MinNewTokens = -1 }, "MinNewTokens must be at least 0." },
        { () => new KlPenalty { Horizon = 1 }, () => new KlPenalty { Horizon = 0.999 }, "Horizon must be at least 1 completion, and finite." },
        { () => new KlPenalty { Target = 1000 }, () => new KlPenalty { Target = -1e-9 }, "Target must lie in [0, 1000]; 0 leaves the coefficient fixed." },
    };

    [Theory]
    [MemberData(nameof(Borders))]
    public void A_number_on_the_border_is_taken_and_one_beyond_is_refused(Func<object> on, Func<object> beyond, string rule)
    {
        Assert.NotNull(on());
        Assert.StartsWith(rule, Assert.Throws<ArgumentOutOfRangeException>(beyond).Message);
    }
}
