using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>What is done to the numbers of one row at a time: nothing here depends on other rows.</summary>
internal static class RowKernels
{
    /// <summary>What <see cref="Exponential{T}"/> takes for any lower number.</summary>
    public const float LowestExponent = -87.3f;

    /// <summary>Normalizes a row, by its root mean square, or as layer norms do.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="input">[n].</param>
    /// <param name="norm">Weights [n], and the biases of a layer norm.</param>
    /// <param name="output">[n]; may be the input.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize<T>(ReadOnlySpan<float> input, NormWeights norm, Span<float> output)
        where T : struct, ILanes<T>
    {
        var mean = norm.IsCentered ? Sum<T>(input) / input.Length : 0;
        var scale = 1 / MathF.Sqrt((SquaredDistance<T>(input, mean) / input.Length) + (float)norm.Epsilon);
        var done = Scale<T>(input, mean, scale, norm, output, 0);
        Scale<Lane>(input, mean, scale, norm, output, done);
    }

    /// <summary>Adds numbers to a row.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="row">[n], changed.</param>
    /// <param name="numbers">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(Span<float> row, ReadOnlySpan<float> numbers)
        where T : struct, ILanes<T>
    {
        var i = 0;
        for (; i <= row.Length - T.Width; i += T.Width)
            (T.Load(ref row[i]) + T.Load(in numbers[i])).Store(ref row[i]);

        for (; i < row.Length; i++)
            row[i] += numbers[i];
    }

    /// <summary>Multiplies a row by a number.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="row">[n], changed.</param>
    /// <param name="factor">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(Span<float> row, float factor)
        where T : struct, ILanes<T>
    {
        var i = 0;
        for (; i <= row.Length - T.Width; i += T.Width)
            (T.Load(ref row[i]) * T.All(factor)).Store(ref row[i]);

        for (; i < row.Length; i++)
            row[i] *= factor;
    }

    /// <summary>Turns a head by its position (arXiv:2104.09864), halves paired.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="head">[d], changed.</param>
    /// <param name="cos">[d/2].</param>
    /// <param name="sin">[d/2].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn<T>(Span<float> head, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin)
        where T : struct, ILanes<T>
    {
        var low = head[..cos.Length];
        var high = head[cos.Length..];
        var i = 0;
        for (; i <= cos.Length - T.Width; i += T.Width)
            TurnAt<T>(ref low[i], ref high[i], in cos[i], in sin[i]);

        for (; i < cos.Length; i++)
            TurnAt<Lane>(ref low[i], ref high[i], in cos[i], in sin[i]);
    }

    /// <summary>e^x with an error of at most two units in the last place; and no result below 1e-38.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="value">x, at most 88.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exponential<T>(T value)
        where T : struct, ILanes<T>
    {
        // e^x = 2^n e^r with |r| <= ln 2 / 2; ln 2 in two parts, and the minimax polynomial of Cephes' expf.
        value = T.Min(T.Max(value, T.All(LowestExponent)), T.All(88));
        var (whole, power) = T.RoundedPower(value * T.All(1.44269504088896341f));
        var rest = T.MultiplyAdd(whole, T.All(-0.693359375f), value);
        rest = T.MultiplyAdd(whole, T.All(2.12194440e-4f), rest);
        var sum = T.All(1.9875691500e-4f);
        sum = T.MultiplyAdd(sum, rest, T.All(1.3981999507e-3f));
        sum = T.MultiplyAdd(sum, rest, T.All(8.3334519073e-3f));
        sum = T.MultiplyAdd(sum, rest, T.All(4.1665795894e-2f));
        sum = T.MultiplyAdd(sum, rest, T.All(1.6666665459e-1f));
        sum = T.MultiplyAdd(sum, rest, T.All(0.5f));
        sum = T.MultiplyAdd(sum, rest * rest, rest + T.All(1));
        return sum * power;
    }

    /// <summary>The largest number.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="numbers">At least one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest<T>(ReadOnlySpan<float> numbers)
        where T : struct, ILanes<T>
    {
        var (i, largest) = (0, numbers[0]);
        if (numbers.Length >= T.Width)
        {
            var lanes = T.Load(in numbers[0]);
            for (i = T.Width; i <= numbers.Length - T.Width; i += T.Width)
                lanes = T.Max(lanes, T.Load(in numbers[i]));

            largest = T.Largest(lanes);
        }

        for (; i < numbers.Length; i++)
            largest = MathF.Max(largest, numbers[i]);

        return largest;
    }

    /// <summary>Replaces numbers by e^(x - shift), and adds these up.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="numbers">[n], changed.</param>
    /// <param name="shift">At least the largest of them.</param>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials<T>(Span<float> numbers, float shift)
        where T : struct, ILanes<T>
    {
        var (i, sums) = (0, T.All(0));
        for (; i <= numbers.Length - T.Width; i += T.Width)
        {
            var lanes = Exponential(T.Load(ref numbers[i]) - T.All(shift));
            lanes.Store(ref numbers[i]);
            sums += lanes;
        }

        var sum = T.Sum(sums);
        for (; i < numbers.Length; i++)
        {
            numbers[i] = Exponential(numbers[i] - shift);
            sum += numbers[i];
        }

        return sum;
    }

    /// <summary>The sum of e^(x - shift).</summary>
    /// <inheritdoc cref="Exponentials" path="/typeparam"/>
    /// <param name="numbers">[n].</param>
    /// <param name="shift">At least the largest of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfExponentials<T>(ReadOnlySpan<float> numbers, float shift)
        where T : struct, ILanes<T>
    {
        var (i, sums) = (0, T.All(0));
        for (; i <= numbers.Length - T.Width; i += T.Width)
            sums += Exponential(T.Load(in numbers[i]) - T.All(shift));

        var sum = T.Sum(sums);
        for (; i < numbers.Length; i++)
            sum += Exponential(numbers[i] - shift);

        return sum;
    }

    /// <inheritdoc cref="Exponential{T}"/>
    public static float Exponential(float value) => Single(Exponential(Lane.All(value)));

    /// <summary>The sum of some numbers.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="numbers">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum<T>(ReadOnlySpan<float> numbers)
        where T : struct, ILanes<T>
    {
        var (i, sums) = (0, T.All(0));
        for (; i <= numbers.Length - T.Width; i += T.Width)
            sums += T.Load(in numbers[i]);

        var sum = T.Sum(sums);
        for (; i < numbers.Length; i++)
            sum += numbers[i];

        return sum;
    }

    /// <summary>The sum of products.</summary>
    /// <inheritdoc cref="Normalize" path="/typeparam"/>
    /// <param name="one">[n].</param>
    /// <param name="other">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot<T>(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
        where T : struct, ILanes<T>
    {
        var (i, sums) = (0, T.All(0));
        for (; i <= one.Length - T.Width; i += T.Width)
            sums = T.MultiplyAdd(T.Load(in one[i]), T.Load(in other[i]), sums);

        var sum = T.Sum(sums);
        for (; i < one.Length; i++)
            sum += one[i] * other[i];

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquaredDistance<T>(ReadOnlySpan<float> numbers, float center)
        where T : struct, ILanes<T>
    {
        var (i, sums) = (0, T.All(0));
        for (; i <= numbers.Length - T.Width; i += T.Width)
        {
            var distance = T.Load(in numbers[i]) - T.All(center);
            sums = T.MultiplyAdd(distance, distance, sums);
        }

        var sum = T.Sum(sums);
        for (; i < numbers.Length; i++)
            sum += (numbers[i] - center) * (numbers[i] - center);

        return sum;
    }

    // From an index on, as far as whole vectors go; says how far.
    private static int Scale<T>(ReadOnlySpan<float> input, float mean, float scale, NormWeights norm, Span<float> output, int i)
        where T : struct, ILanes<T>
    {
        for (; i <= input.Length - T.Width; i += T.Width)
        {
            var scaled = (T.Load(in input[i]) - T.All(mean)) * T.All(scale) * T.Load(in norm.Weights[i]);
            (norm.Biases.Length == 0 ? scaled : scaled + T.Load(in norm.Biases[i])).Store(ref output[i]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnAt<T>(ref float low, ref float high, ref readonly float cos, ref readonly float sin)
        where T : struct, ILanes<T>
    {
        var (x, y, c, s) = (T.Load(ref low), T.Load(ref high), T.Load(in cos), T.Load(in sin));
        ((x * c) - (y * s)).Store(ref low);
        ((y * c) + (x * s)).Store(ref high);
    }

    private static float Single(Lane lane) => Lane.Sum(lane);
}
