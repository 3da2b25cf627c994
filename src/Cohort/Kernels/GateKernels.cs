using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>x s u with s = sigmoid(x), number by number: a gate's SiLU times what it lets through (arXiv:2002.05202). A task is some numbers.</summary>
/// <param name="gate">[n], x.</param>
/// <param name="value">[n], u.</param>
/// <param name="output">[n], written.</param>
internal sealed class GateForward(Floats gate, Floats value, Floats output) : IKernel
{
    /// <summary>Numbers of a task.</summary>
    public const int TaskNumbers = 1 << 14;

    /// <summary>Pieces of work for so many numbers.</summary>
    public static int Tasks(long numbers) => (int)((numbers + TaskNumbers - 1) / TaskNumbers);

    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var first = (long)task * TaskNumbers;
        var count = (int)Math.Min(TaskNumbers, gate.Length - first);
        var x = gate.Slice(first, count);
        var u = value.Slice(first, count);
        var to = output.Slice(first, count);
        var i = 0;
        for (; i <= count - T.Width; i += T.Width)
            (T.Load(ref x[i]) / OnePlusExponential(T.Load(ref x[i])) * T.Load(ref u[i])).Store(ref to[i]);

        for (; i < count; i++)
            (Lane.All(x[i]) / OnePlusExponential(Lane.All(x[i])) * Lane.All(u[i])).Store(ref to[i]);
    }

    /// <summary>1 + e^-x, of which the sigmoid is the inverse.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OnePlusExponential<T>(T value)
        where T : struct, ILanes<T> => T.All(1) + RowKernels.Exponential(T.All(0) - value);
}

/// <summary>Gradients of <see cref="GateForward"/>. With the output's gradient y': x' = y' u s (1 + x (1 - s)) and u' = y' x s.</summary>
/// <param name="gate">[n], x.</param>
/// <param name="value">[n], u.</param>
/// <param name="incoming">[n], y'.</param>
/// <param name="ofGate">[n], written.</param>
/// <param name="ofValue">[n], written.</param>
internal sealed class GateBackward(Floats gate, Floats value, Floats incoming, Floats ofGate, Floats ofValue) : IKernel
{
    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var first = (long)task * GateForward.TaskNumbers;
        var count = (int)Math.Min(GateForward.TaskNumbers, gate.Length - first);
        var done = Turn<T>(first, count, 0);
        Turn<Lane>(first, count, done);
    }

    // From an index on, as far as whole vectors go; says how far.
    private int Turn<T>(long first, int count, int i)
        where T : struct, ILanes<T>
    {
        var x = gate.Slice(first, count);
        var u = value.Slice(first, count);
        var y = incoming.Slice(first, count);
        var ofX = ofGate.Slice(first, count);
        var ofU = ofValue.Slice(first, count);
        for (; i <= count - T.Width; i += T.Width)
        {
            var (number, gradient) = (T.Load(ref x[i]), T.Load(ref y[i]));
            var sigmoid = T.All(1) / GateForward.OnePlusExponential(number);
            (gradient * number * sigmoid).Store(ref ofU[i]);
            (gradient * T.Load(ref u[i]) * sigmoid * T.MultiplyAdd(number, T.All(1) - sigmoid, T.All(1))).Store(ref ofX[i]);
        }

        return i;
    }
}
