using Cohort.Kernels;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// θ ← θ - lr v, v ← μ v + (1 - d) g, with v = g at the first step and g the gradient plus the weight decay; with Nesterov's form, θ moves along
/// g + μ v.
/// </summary>
internal sealed class SgdOptimizer(nn.Module module, SgdOptions options) : Optimizer(module, options, options.Momentum > 0 ? ["velocity"] : [])
{
    private protected override void Move(Tensor weights, Tensor gradient, Tensor[] state, double learningRate)
    {
        using var scope = NewDisposeScope();
        var factors = Factors(learningRate);
        if (factors.Decay > 0)
        {
            gradient = gradient.add(weights, alpha: factors.Decay);
        }

        if (state is [var velocity])
        {
            velocity.mul_(factors.Momentum).add_(gradient, alpha: factors.Share);
            gradient = factors.Nesterov ? gradient.add(velocity, alpha: factors.Momentum) : velocity;
        }

        weights.add_(gradient, alpha: -factors.Rate);
    }

    private protected override IKernel Kernel(ParameterNumbers[] parameters, Portion[] portions, double scale, double learningRate) =>
        new SgdKernel(parameters, portions, scale, Factors(learningRate));

    private SgdFactors Factors(double learningRate) => new(
        options.WeightDecay, options.Momentum, Share: Steps == 1 ? 1 : 1 - options.Dampening, options.Nesterov, learningRate);
}
