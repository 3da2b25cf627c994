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

    /// <summary>J.</summary>
    public double Score()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return ExactObjectives.ExpectedScore(tree, policy.Distributions(tree), scores).item<double>();
    }

    /// <summary>Climbs until a number that grows on the way has reached its goal; the last step is shortened to end there.</summary>
    /// <param name="progress">The number; below the goal at first.</param>
    /// <param name="goal">Its goal.</param>
    /// <param name="at">Told the path's length at its start and after each step, in units of the parameters.</param>
    /// <exception cref="InvalidOperationException">The goal is out of reach.</exception>
    public void Climb(Func<double> progress, double goal, Action<double> at)
    {
        using var scope = NewDisposeScope();
        var (length, step, uphill) = (0.0, FirstStep, Uphill());
        at(0);
        for (var count = 0; count < MostSteps; count++)
        {
            using var part = NewDisposeScope();
            var (kept, next) = Step(uphill, Growth * step);
            if (progress() >= goal)
            {
                at(length + Shortened(uphill, kept, progress, goal));
                return;
            }

            (step, length) = (kept, length + kept);
            uphill = next.MoveToOuterDisposeScope();
            at(length);
        }

        throw new InvalidOperationException($"The ascent of J did not reach {goal} in {MostSteps} steps.");
    }

    // Moves by as much of the length as keeps the bounds of a step; gives that and the direction at its end.
    private (double Length, Tensor Uphill) Step(Tensor uphill, double length)
    {
        var before = Distributions();
        for (var halving = 0; halving < Halvings; halving++)
        {
            Move(uphill, length);
            var next = Uphill();
            if (Kl(before) <= StepKl && next.dot(uphill).item<double>() >= StepCosine)
                return (length, next);

            Move(uphill, -length);
            length /= 2;
        }

        throw new InvalidOperationException("The gradient of J turns in the shortest of steps.");
    }

    // From the step's end back to where the goal is reached.
    private double Shortened(Tensor uphill, double length, Func<double> progress, double goal)
    {
        var (low, high, now) = (0.0, length, length);
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            Move(uphill, middle - now);
            now = middle;
            (low, high) = progress() < goal ? (middle, high) : (low, middle);
        }

        return now;
    }

    // [D], the direction in which J rises fastest, of length 1.
    private Tensor Uphill()
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var objective = ExactObjectives.ExpectedScore(tree, policy.Distributions(tree), scores);
        var gradient = cat([.. autograd.grad([objective], [.. policy.Parameters]).Select(part => part.flatten())]);
        return (gradient / gradient.square().sum().sqrt()).MoveToOuterDisposeScope();
    }

    private Tensor Distributions()
    {
        using var _ = no_grad();
        return policy.Distributions(tree);
    }

    private double Kl(Tensor before)
    {
        using var scope = NewDisposeScope();
        return ExactObjectives.SequenceKl(tree, before, Distributions()).item<double>();
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
