using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>Gradients by central differences in float64, against those of autograd.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-5;

    /// <summary>(f(x + h) - f(x - h)) / 2h, entry by entry.</summary>
    public static Tensor Of(Tensor at, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var slopes = zeros_like(at).flatten();
        for (var i = 0L; i < slopes.shape[0]; i++)
        {
            var step = zeros_like(slopes);
            step[i] = Step;
            slopes[i] = (function(at + step.view_as(at)) - function(at - step.view_as(at))) / (2 * Step);
        }

        return slopes.view_as(at).MoveToOuterDisposeScope();
    }

    /// <summary>Requires that the gradient of a scalar function agrees with its differences to 1e-7, relative to the largest entry.</summary>
    public static void Agree(Tensor at, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var differences = Of(at, function);
        Numbers.Same(differences, Numbers.Gradient(at, function), 1e-7 * Math.Max(1, differences.abs().max().item<double>()));
    }
}
