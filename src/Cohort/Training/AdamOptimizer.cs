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
        if (options.WeightDecay > 0 && options.DecayInGradient)
        {
            gradient = gradient.add(weights, alpha: options.WeightDecay);
        }
        else if (options.WeightDecay > 0)
        {
            weights.mul_(1 - (learningRate * options.WeightDecay));
        }

        var (first, second) = (state[0], state[1]);
        first.mul_(options.Beta1).add_(gradient, alpha: 1 - options.Beta1);
        second.mul_(options.Beta2).addcmul_(gradient, gradient, value: 1 - options.Beta2);
        if (options.LargestMoment)
        {
            second = state[2].copy_(maximum(state[2], second));
        }

        var denominator = second.sqrt().div_(Math.Sqrt(1 - Math.Pow(options.Beta2, Steps))).add_(options.Epsilon);
        weights.addcdiv_(first, denominator, value: -learningRate / (1 - Math.Pow(options.Beta1, Steps)));
    }
}
