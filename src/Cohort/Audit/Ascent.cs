using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// The path of steepest ascent of J, in steps so short that its gradient hardly turns in any of them: J rises all along it, and two policies' paths can
/// be compared by how far they led.
/// </summary>
/// <param name="policy">Moved; kept, not owned.</param>
/// <param name="tree">Completions.</param>
/// <param name="scores">[N].</param>
internal sealed class Ascent(ITreePolicy policy, CompletionTree tree, Tensor scores)
{
    // Of one step: KL(before || after) of whole responses in nats at most, and the cosine of the gradients at its ends at least.
    private const double StepKl = 4e-4;
    private const double StepCosine = 0.95;
    private const double FirstStep = 0.02;
    private const double Growth = 1.5;
    private const int MostSteps = 5000;
    private const int Halvings = 40;

    /// <summary>Climbs until a number that grows on the way has reached its goal; the last step is shortened to end there.</summary>
    /// <param name="progress">The number, of the policy's distributions [K,V]; below the goal at first.</param>
    /// <param name="goal">Its goal.</param>
    /// <param name="at">Told the path's length at its start and after each step, in units of the parameters, and the distributions there.</param>
    /// <exception cref="InvalidOperationException">The goal is out of reach.</exception>
    public void Climb(Func<Tensor, double> progress, double goal, Action<double, Tensor> at)
    {
        using var scope = NewDisposeScope();
        var (length, step, here) = (0.0, FirstStep, Look());
        at(0, here.Distributions);
        for (var count = 0; count < MostSteps; count++)
        {
            using var part = NewDisposeScope();
            var (kept, next) = Step(here, Growth * step);
            if (progress(next.Distributions) >= goal)
            {
                kept = Shortened(here.Uphill, kept, progress, goal);
                at(length + kept, Distributions());
                return;
            }

            (step, length) = (kept, length + kept);
            here = (next.Distributions.MoveToOuterDisposeScope(), next.Uphill.MoveToOuterDisposeScope());
            at(length, here.Distributions);
        }

        throw new InvalidOperationException($"The ascent of J did not reach {goal} in {MostSteps} steps.");
    }

    // Moves by as much of the length as keeps the bounds of a step; gives that and what is seen at its end.
    private (double Length, (Tensor Distributions, Tensor Uphill) Seen) Step((Tensor Distributions, Tensor Uphill) from, double length)
    {
        for (var halving = 0; halving < Halvings; halving++)
        {
            Move(from.Uphill, length);
            var seen = Look();
            var kl = ExactObjectives.SequenceKl(tree, from.Distributions, seen.Distributions).item<double>();
            if (kl <= StepKl && seen.Uphill.dot(from.Uphill).item<double>() >= StepCosine)
                return (length, seen);

            Move(from.Uphill, -length);
            length /= 2;
        }

        throw new InvalidOperationException("The gradient of J turns in the shortest of steps.");
    }

    // From the step's end back to where the goal is reached.
    private double Shortened(Tensor uphill, double length, Func<Tensor, double> progress, double goal)
    {
        var (low, high, now) = (0.0, length, length);
        for (var halving = 0; halving < Halvings; halving++)
        {
            using var part = NewDisposeScope();
            var middle = (low + high) / 2;
            Move(uphill, middle - now);
            now = middle;
            (low, high) = progress(Distributions()) < goal ? (middle, high) : (low, middle);
        }

        return now;
    }

    // [K,V] nats without gradient; and [D], the direction in which J rises fastest, of length 1.
    private (Tensor Distributions, Tensor Uphill) Look()
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var distributions = policy.Distributions(tree);
        var objective = ExactObjectives.ExpectedScore(tree, distributions, scores);
        var gradient = cat([.. autograd.grad([objective], [.. policy.Parameters]).Select(part => part.flatten())]);
        return (distributions.detach().MoveToOuterDisposeScope(), (gradient / gradient.square().sum().sqrt()).MoveToOuterDisposeScope());
    }

    private Tensor Distributions()
    {
        using var _ = no_grad();
        return policy.Distributions(tree);
    }

    private void Move(Tensor direction, double length)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (by, first) = (direction * length, 0L);
        foreach (var parameter in policy.Parameters)
        {
            parameter.add_(by.narrow(0, first, parameter.numel()).view_as(parameter));
            first += parameter.numel();
        }
    }
}
