using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cohort.Kernels;

/// <summary>Some float32 numbers that are computed with at once: one vector register, or a single number.</summary>
/// <typeparam name="T">The implementing type.</typeparam>
internal interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>How many.</summary>
    static abstract int Width { get; }

    /// <summary>The same number in every lane.</summary>
    static abstract T All(float value);

    /// <summary>The numbers at a place in memory, as many as there are lanes.</summary>
    static abstract T Load(ref readonly float from);

    /// <summary>The two bfloat16 numbers of each 32-bit word: those of the low halves, and those of the high ones.</summary>
    static abstract (T Low, T High) LoadHalves(ref readonly uint words);

    /// <summary>a b + c, rounded once.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>The larger number of each lane.</summary>
    static abstract T Max(T a, T b);

    /// <summary>The smaller number of each lane.</summary>
    static abstract T Min(T a, T b);

    /// <summary>The square root of each lane, rounded once.</summary>
    static abstract T SquareRoot(T value);

    /// <summary>The nearest whole number, and 2 to its power; of numbers in [-126, 127].</summary>
    static abstract (T Whole, T Power) RoundedPower(T value);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(T value);

    /// <summary>The sums of all lanes of four vectors.</summary>
    static abstract Vector128<float> Sums(T a, T b, T c, T d);

    /// <summary>The largest lane.</summary>
    static abstract float Largest(T value);

    /// <summary>Writes the numbers to a place in memory.</summary>
    void Store(ref float to);
}

/// <summary>512 bits: AVX-512.</summary>
internal readonly struct Lanes16(Vector512<float> value) : ILanes<Lanes16>
{
    private readonly Vector512<float> _value = value;

    public static int Width => 16;

    public static Lanes16 All(float value) => new(Vector512.Create(value));

    public static Lanes16 Load(ref readonly float from) => new(Vector512.LoadUnsafe(in from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes16 Low, Lanes16 High) LoadHalves(ref readonly uint words)
    {
        var both = Vector512.LoadUnsafe(in words);
        return (new((both << 16).AsSingle()), new((both & Vector512.Create(0xFFFF0000)).AsSingle()));
    }

    public static Lanes16 MultiplyAdd(Lanes16 a, Lanes16 b, Lanes16 c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    public static Lanes16 operator +(Lanes16 a, Lanes16 b) => new(a._value + b._value);

    public static Lanes16 operator -(Lanes16 a, Lanes16 b) => new(a._value - b._value);

    public static Lanes16 operator *(Lanes16 a, Lanes16 b) => new(a._value * b._value);

    public static Lanes16 operator /(Lanes16 a, Lanes16 b) => new(a._value / b._value);

    public static Lanes16 Max(Lanes16 a, Lanes16 b) => new(Vector512.Max(a._value, b._value));

    public static Lanes16 Min(Lanes16 a, Lanes16 b) => new(Vector512.Min(a._value, b._value));

    public static Lanes16 SquareRoot(Lanes16 value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes16 Whole, Lanes16 Power) RoundedPower(Lanes16 value)
    {
        var whole = Vector512.Round(value._value);
        return (new(whole), new(((Vector512.ConvertToInt32Native(whole) + Vector512.Create(127)) << 23).AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes16 value) => Lanes8.Sum(Folded(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Lanes16 a, Lanes16 b, Lanes16 c, Lanes16 d) => Lanes8.Sums(Folded(a), Folded(b), Folded(c), Folded(d));

    private static Lanes8 Folded(Lanes16 value) => new(value._value.GetLower() + value._value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes16 value) => Lanes8.Largest(new(Vector256.Max(value._value.GetLower(), value._value.GetUpper())));

    public void Store(ref float to) => _value.StoreUnsafe(ref to);
}

/// <summary>256 bits: AVX2.</summary>
internal readonly struct Lanes8(Vector256<float> value) : ILanes<Lanes8>
{
    private readonly Vector256<float> _value = value;

    public static int Width => 8;

    public static Lanes8 All(float value) => new(Vector256.Create(value));

    public static Lanes8 Load(ref readonly float from) => new(Vector256.LoadUnsafe(in from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes8 Low, Lanes8 High) LoadHalves(ref readonly uint words)
    {
        var both = Vector256.LoadUnsafe(in words);
        return (new((both << 16).AsSingle()), new((both & Vector256.Create(0xFFFF0000)).AsSingle()));
    }

    public static Lanes8 MultiplyAdd(Lanes8 a, Lanes8 b, Lanes8 c) => new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    public static Lanes8 operator +(Lanes8 a, Lanes8 b) => new(a._value + b._value);

    public static Lanes8 operator -(Lanes8 a, Lanes8 b) => new(a._value - b._value);

    public static Lanes8 operator *(Lanes8 a, Lanes8 b) => new(a._value * b._value);

    public static Lanes8 operator /(Lanes8 a, Lanes8 b) => new(a._value / b._value);

    public static Lanes8 Max(Lanes8 a, Lanes8 b) => new(Vector256.Max(a._value, b._value));

    public static Lanes8 Min(Lanes8 a, Lanes8 b) => new(Vector256.Min(a._value, b._value));

    public static Lanes8 SquareRoot(Lanes8 value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes8 Whole, Lanes8 Power) RoundedPower(Lanes8 value)
    {
        var whole = Vector256.Round(value._value);
        return (new(whole), new(((Vector256.ConvertToInt32Native(whole) + Vector256.Create(127)) << 23).AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes8 value) => Lanes4.Sum(Folded(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Lanes8 a, Lanes8 b, Lanes8 c, Lanes8 d) => Lanes4.Sums(Folded(a), Folded(b), Folded(c), Folded(d));

    private static Lanes4 Folded(Lanes8 value) => new(value._value.GetLower() + value._value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes8 value) => Lanes4.Largest(new(Vector128.Max(value._value.GetLower(), value._value.GetUpper())));

    public void Store(ref float to) => _value.StoreUnsafe(ref to);
}

/// <summary>128 bits: SSE, and what ARM has.</summary>
internal readonly struct Lanes4(Vector128<float> value) : ILanes<Lanes4>
{
    private readonly Vector128<float> _value = value;

    public static int Width => 4;

    public static Lanes4 All(float value) => new(Vector128.Create(value));

    public static Lanes4 Load(ref readonly float from) => new(Vector128.LoadUnsafe(in from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes4 Low, Lanes4 High) LoadHalves(ref readonly uint words)
    {
        var both = Vector128.LoadUnsafe(in words);
        return (new((both << 16).AsSingle()), new((both & Vector128.Create(0xFFFF0000)).AsSingle()));
    }

    public static Lanes4 MultiplyAdd(Lanes4 a, Lanes4 b, Lanes4 c) => new(Vector128.FusedMultiplyAdd(a._value, b._value, c._value));

    public static Lanes4 operator +(Lanes4 a, Lanes4 b) => new(a._value + b._value);

    public static Lanes4 operator -(Lanes4 a, Lanes4 b) => new(a._value - b._value);

    public static Lanes4 operator *(Lanes4 a, Lanes4 b) => new(a._value * b._value);

    public static Lanes4 operator /(Lanes4 a, Lanes4 b) => new(a._value / b._value);

    public static Lanes4 Max(Lanes4 a, Lanes4 b) => new(Vector128.Max(a._value, b._value));

    public static Lanes4 Min(Lanes4 a, Lanes4 b) => new(Vector128.Min(a._value, b._value));

    public static Lanes4 SquareRoot(Lanes4 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes4 Whole, Lanes4 Power) RoundedPower(Lanes4 value)
    {
        var whole = Vector128.Round(value._value);
        return (new(whole), new(((Vector128.ConvertToInt32Native(whole) + Vector128.Create(127)) << 23).AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes4 value) => Vector128.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Lanes4 a, Lanes4 b, Lanes4 c, Lanes4 d)
    {
        if (!Sse.IsSupported)
            return Vector128.Create(Sum(a), Sum(b), Sum(c), Sum(d));

        // Lanes of two vectors side by side, then of four.
        var ab = Sse.UnpackLow(a._value, b._value) + Sse.UnpackHigh(a._value, b._value);
        var cd = Sse.UnpackLow(c._value, d._value) + Sse.UnpackHigh(c._value, d._value);
        return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes4 value) =>
        MathF.Max(MathF.Max(value._value[0], value._value[1]), MathF.Max(value._value[2], value._value[3]));

    public void Store(ref float to) => _value.StoreUnsafe(ref to);
}

/// <summary>One number at a time, where there are no vectors.</summary>
internal readonly struct Lane(float value) : ILanes<Lane>
{
    private readonly float _value = value;

    public static int Width => 1;

    public static Lane All(float value) => new(value);

    public static Lane Load(ref readonly float from) => new(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lane Low, Lane High) LoadHalves(ref readonly uint words) =>
        (new(BitConverter.UInt32BitsToSingle(words << 16)), new(BitConverter.UInt32BitsToSingle(words & 0xFFFF0000)));

    public static Lane MultiplyAdd(Lane a, Lane b, Lane c) => new(MathF.FusedMultiplyAdd(a._value, b._value, c._value));

    public static Lane operator +(Lane a, Lane b) => new(a._value + b._value);

    public static Lane operator -(Lane a, Lane b) => new(a._value - b._value);

    public static Lane operator *(Lane a, Lane b) => new(a._value * b._value);

    public static Lane operator /(Lane a, Lane b) => new(a._value / b._value);

    public static Lane Max(Lane a, Lane b) => new(MathF.Max(a._value, b._value));

    public static Lane Min(Lane a, Lane b) => new(MathF.Min(a._value, b._value));

    public static Lane SquareRoot(Lane value) => new(MathF.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lane Whole, Lane Power) RoundedPower(Lane value)
    {
        var whole = MathF.Round(value._value);
        return (new(whole), new(BitConverter.Int32BitsToSingle(((int)whole + 127) << 23)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lane value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Lane a, Lane b, Lane c, Lane d) => Vector128.Create(a._value, b._value, c._value, d._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lane value) => value._value;

    public void Store(ref float to) => to = _value;
}
