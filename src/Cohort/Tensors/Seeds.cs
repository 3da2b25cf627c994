namespace Cohort.Tensors;

/// <summary>What a random number is for; numbers of different purposes are independent.</summary>
public enum Purpose
{
    /// <summary>Initial weights of a policy.</summary>
    PolicyWeights = 1,

    /// <summary>Initial weights of a critic.</summary>
    CriticWeights = 2,

    /// <summary>Training problems: which, or how generated.</summary>
    TrainingProblems = 3,

    /// <summary>Held-out problems of a bundled task.</summary>
    HeldOutProblems = 4,

    /// <summary>Tokens sampled in training.</summary>
    TrainingTokens = 5,

    /// <summary>Tokens sampled in evaluation while training.</summary>
    ValidationTokens = 6,

    /// <summary>Tokens sampled in the final evaluation.</summary>
    TestTokens = 7,

    /// <summary>Order of the rows in an epoch's minibatches.</summary>
    Minibatches = 8,

    /// <summary>Demonstrations for supervised fine-tuning.</summary>
    Demonstrations = 9,

    /// <summary>Tokens sampled by `cohort generate`.</summary>
    GeneratedTokens = 10,

    /// <summary>Which tokens a loss selects among several candidates.</summary>
    TokenChoice = 11,

    /// <summary>Completions drawn to audit an estimator.</summary>
    AuditedCompletions = 12,

    /// <summary>Initial weights of adapters.</summary>
    AdapterWeights = 13,

    /// <summary>Inputs that adapters drop in supervised training.</summary>
    AdapterDropout = 14,

    /// <summary>Generated preferences, and the order of training on them.</summary>
    Preferences = 15,

    /// <summary>Which problems a curriculum leaves out.</summary>
    Curriculum = 16,

    /// <summary>Which values a bootstrap draws again.</summary>
    Resamples = 20,
}

/// <summary>
/// Every random number of a run is a hash of (seed, purpose, step, row, position). Nothing is carried from one draw to the next, so
/// no number depends on batching, on the frequency of evaluation, or on where a run was resumed.
/// </summary>
public static class Seeds
{
    /// <summary>64 random bits for one address.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the number is for.</param>
    /// <param name="step">Step of the run, or an index of its own for purposes without steps.</param>
    /// <param name="row">Row within the step.</param>
    /// <param name="position">Position within the row.</param>
    public static ulong Bits(ulong seed, Purpose purpose, long step, long row, long position)
    {
        var state = Mix(seed + 0x9E3779B97F4A7C15);
        state = Mix(state ^ ((ulong)purpose * 0xD1B54A32D192ED03));
        state = Mix(state ^ (unchecked((ulong)step) * 0x8CB92BA72F3D8DD7));
        state = Mix(state ^ (unchecked((ulong)row) * 0xAEF17502108EF2D9));
        return Mix(state ^ (unchecked((ulong)position) * 0xDB4F0B9175AE2165));
    }

    /// <summary>A number in [0, 1) with 53 random bits for one address.</summary>
    /// <inheritdoc cref="Bits" path="/param"/>
    public static double Uniform(ulong seed, Purpose purpose, long step, long row, long position) =>
        (Bits(seed, purpose, step, row, position) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A stream of numbers for one row, where the number of draws is not known beforehand.</summary>
    /// <inheritdoc cref="Bits" path="/param"/>
    public static RandomSequence Sequence(ulong seed, Purpose purpose, long step, long row) => new(seed, purpose, step, row);

    /// <summary>A random order of 0 .. count-1 (Fisher-Yates).</summary>
    /// <param name="count">How many.</param>
    /// <param name="random">Source of the order.</param>
    public static int[] Permutation(int count, RandomSequence random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var last = count - 1; last > 0; last--)
        {
            var other = random.Next(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }

    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014), a bijection on 64 bits with full avalanche.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

/// <summary>The numbers of one (seed, purpose, step, row), drawn by position 0, 1, 2, ...</summary>
public sealed class RandomSequence
{
    private readonly ulong _seed;
    private readonly Purpose _purpose;
    private readonly long _step;
    private readonly long _row;
    private long _position;

    internal RandomSequence(ulong seed, Purpose purpose, long step, long row) =>
        (_seed, _purpose, _step, _row) = (seed, purpose, step, row);

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Seeds.Bits(_seed, _purpose, _step, _row, _position++);

    /// <summary>The next number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next integer in [0, bound); unbiased to 2^-32 for bounds of ordinary size.</summary>
    /// <param name="bound">Exclusive upper bound, at least 1.</param>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>The next integer in [low, high], both included.</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value, at least <paramref name="low"/>.</param>
    public int Next(int low, int high) => low + Next(high - low + 1);
}
