using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>
/// Adam's step in one pass, weight by weight, rounded where <c>AdamOptimizer</c>'s operations on tensors round. State is the first and second moment, and
/// the largest second moment where there is a third. A task is a portion.
/// </summary>
/// <param name="parameters">What is changed.</param>
/// <param name="portions">Of the parameters.</param>
/// <param name="scale">The share of the gradient that is left after cutting.</param>
/// <param name="factors">What all weights share.</param>
internal sealed class AdamKernel(ParameterNumbers[] parameters, Portion[] portions, double scale, AdamFactors factors) : IKernel
{
    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var done = Move<T>(portions[task], 0);
        Move<Lane>(portions[task], done);
    }

    // From an index on, as far as whole vectors go; says how far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Move<T>(Portion portion, int i)
        where T : struct, ILanes<T>
    {
        var (weights, gradients, state) = parameters[portion.List];
        var w = portion.Of(weights);
        var g = portion.Of(gradients);
        var m = portion.Of(state[0]);
        var v = portion.Of(state[1]);
        var largest = state.Length > 2 ? portion.Of(state[2]) : [];
        var (cut, decay, share) = (All(scale), All(factors.GradientDecay), All(factors.WeightShare));
        var (beta1, beta2, rest1, rest2) = (All(factors.Beta1), All(factors.Beta2), All(1 - factors.Beta1), All(1 - factors.Beta2));
        var (correction, epsilon, rate) = (All(factors.RootCorrection), All(factors.Epsilon), All(-factors.Rate));
        for (; i <= w.Length - T.Width; i += T.Width)
        {
            var weight = T.Load(ref w[i]);
            var gradient = T.MultiplyAdd(weight, decay, T.Load(ref g[i]) * cut);
            var first = T.MultiplyAdd(gradient, rest1, T.Load(ref m[i]) * beta1);
            var second = (T.Load(ref v[i]) * beta2) + (rest2 * gradient * gradient);
            first.Store(ref m[i]);
            second.Store(ref v[i]);
            if (largest.Length > 0)
            {
                second = T.Max(second, T.Load(ref largest[i]));
                second.Store(ref largest[i]);
            }

            ((weight * share) + (rate * first / ((T.SquareRoot(second) / correction) + epsilon))).Store(ref w[i]);
        }

        return i;

        static T All(double factor) => T.All((float)factor);
    }
}
