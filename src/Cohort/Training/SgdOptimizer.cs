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
        if (options.WeightDecay > 0)
        {
            gradient = gradient.add(weights, alpha: options.WeightDecay);
        }

        if (state is [var velocity])
        {
            velocity.mul_(options.Momentum).add_(gradient, alpha: Steps == 1 ? 1 : 1 - options.Dampening);
            gradient = options.Nesterov ? gradient.add(velocity, alpha: options.Momentum) : velocity;
        }

        weights.add_(gradient, alpha: -learningRate);
    }
}
