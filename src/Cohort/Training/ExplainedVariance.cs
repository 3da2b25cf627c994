using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>How much of the spread of the returns the values explain.</summary>
internal static class ExplainedVariance
{
    /// <summary>1 - Var(R - V) / Var(R) over the tokens that count; 1 is all, 0 what any constant explains, below 0 is worse than that.</summary>
    /// <param name="values">[B,T], V.</param>
    /// <param name="returns">[B,T], R.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>NaN where the returns do not differ.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static double Of(Tensor values, Tensor returns, Tensor mask)
    {
        Shapes.RequireSame(values, returns);
        using var scope = NewDisposeScope();
        var spread = Variance(returns);
        return spread > 0 ? 1 - (Variance(returns - values) / spread) : double.NaN;

        double Variance(Tensor numbers)
        {
            var precise = Moments.Precise(numbers);
            return Masked.Mean((precise - Masked.Mean(precise, mask)).square(), mask).cpu().to_type(ScalarType.Float64).item<double>();
        }
    }
}
