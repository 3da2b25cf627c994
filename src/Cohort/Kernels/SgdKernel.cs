using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>
/// The step of stochastic gradient descent in one pass, weight by weight, rounded where <c>SgdOptimizer</c>'s operations on tensors round. State is the
/// velocity, or nothing. A task is a portion.
/// </summary>
/// <param name="parameters">What is changed.</param>
/// <param name="portions">Of the parameters.</param>
/// <param name="scale">The share of the gradient that is left after cutting.</param>
/// <param name="factors">What all weights share.</param>
internal sealed class SgdKernel(ParameterNumbers[] parameters, Portion[] portions, double scale, SgdFactors factors) : IKernel
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
        var velocities = state.Length > 0 ? portion.Of(state[0]) : [];
        var (cut, decay, rate) = (All(scale), All(factors.Decay), All(-factors.Rate));
        var (momentum, share) = (All(factors.Momentum), All(factors.Share));
        for (; i <= w.Length - T.Width; i += T.Width)
        {
            var weight = T.Load(ref w[i]);
            var gradient = T.MultiplyAdd(weight, decay, T.Load(ref g[i]) * cut);
            if (velocities.Length > 0)
            {
                var velocity = T.MultiplyAdd(gradient, share, T.Load(ref velocities[i]) * momentum);
                velocity.Store(ref velocities[i]);
                gradient = factors.Nesterov ? T.MultiplyAdd(velocity, momentum, gradient) : velocity;
            }

            T.MultiplyAdd(gradient, rate, weight).Store(ref w[i]);
        }

        return i;

        static T All(double factor) => T.All((float)factor);
    }
}
