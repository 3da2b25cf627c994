using Cohort.Kernels;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Adam with decoupled weight decay (arXiv:1711.05101, algorithm 2), with the decay in the gradient (arXiv:1412.6980) or with the largest second
/// moment (AMSGrad) where the options ask for it.
/// </summary>
internal sealed class AdamOptimizer(nn.Module module, AdamOptions options)
    : Optimizer(module, options, options.LargestMoment ? ["first", "second", "largest"] : ["first", "second"])
{
    private protected override void Move(Tensor weights, Tensor gradient, Tensor[] state, double learningRate)
    {
        using var scope = NewDisposeScope();
        var factors = Factors(learningRate);
        if (factors.GradientDecay > 0)
        {
            gradient = gradient.add(weights, alpha: factors.GradientDecay);
        }

        if (factors.WeightShare < 1)
        {
            weights.mul_(factors.WeightShare);
        }

        var (first, second) = (state[0], state[1]);
        first.mul_(factors.Beta1).add_(gradient, alpha: 1 - factors.Beta1);
        second.mul_(factors.Beta2).addcmul_(gradient, gradient, value: 1 - factors.Beta2);
        if (options.LargestMoment)
        {
            second = state[2].copy_(maximum(state[2], second));
        }

        var denominator = second.sqrt().div_(factors.RootCorrection).add_(factors.Epsilon);
        weights.addcdiv_(first, denominator, value: -factors.Rate);
    }

    private protected override IKernel Kernel(ParameterNumbers[] parameters, Portion[] portions, double scale, double learningRate) =>
        new AdamKernel(parameters, portions, scale, Factors(learningRate));

    private AdamFactors Factors(double learningRate) => new(
        WeightShare: options.DecayInGradient ? 1 : 1 - (learningRate * options.WeightDecay),
        GradientDecay: options.DecayInGradient ? options.WeightDecay : 0,
        options.Beta1,
        options.Beta2,
        RootCorrection: Math.Sqrt(1 - Math.Pow(options.Beta2, Steps)),
        options.Epsilon,
        Rate: learningRate / (1 - Math.Pow(options.Beta1, Steps)));
}
