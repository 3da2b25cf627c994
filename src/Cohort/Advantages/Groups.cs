using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>What the estimators that compare the completions of one prompt share.</summary>
internal static class Groups
{
    /// <summary>Requires scores in groups of adjacent rows, finite where they are scored.</summary>
    public static void Require(Tensor scores, Tensor scored, int groupSize)
    {
        Shapes.RequireMask(scores, scored);
        Guards.RequireGroups(scores.shape[0], groupSize);
        Guards.RequireFinite(scores, scored);
    }

    /// <summary>Requires a finite epsilon above 0.</summary>
    public static void RequireEpsilon(double epsilon) =>
        Guards.Require(epsilon is > 0 and < double.PositiveInfinity, epsilon, "ε must be a finite number above 0");

    /// <summary>[B] to [P,G].</summary>
    public static Tensor Of(Tensor rows, int groupSize) => rows.reshape(-1, groupSize);

    /// <summary>Rows that are scored and have a scored sibling: all others get 0 and leave the statistics of the batch.</summary>
    /// <returns>[B] bool, owned by the caller's scope.</returns>
    public static Tensor Comparable(Tensor scored, int groupSize)
    {
        using var scope = NewDisposeScope();
        var groups = Of(scored, groupSize);
        return groups.logical_and(Moments.Number(groups) > 1).flatten().MoveToOuterDisposeScope();
    }

    /// <summary>s_i less the mean of the other scored members.</summary>
    /// <param name="groups">[P,G].</param>
    /// <param name="counts">[P,G] bool.</param>
    /// <returns>[P,G], float64, 0 where fewer than two count, owned by the caller's scope.</returns>
    public static Tensor LessTheOthers(Tensor groups, Tensor counts)
    {
        using var scope = NewDisposeScope();
        var number = Moments.Number(counts);
        return (Moments.Centred(groups, counts) * number / (number - 1).clamp(min: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Divides by the deviation that the options name. Where it is 0, scores are not divided.</summary>
    /// <param name="numerator">[P,G], float64.</param>
    /// <param name="groups">[P,G], the scores.</param>
    /// <param name="counts">[P,G] bool.</param>
    /// <param name="scale">What to divide by.</param>
    /// <param name="kind">Which deviation.</param>
    /// <param name="epsilon">ε, added to it.</param>
    /// <returns>[P,G], float64, owned by the caller's scope.</returns>
    public static Tensor Scaled(Tensor numerator, Tensor groups, Tensor counts, GroupScale scale, DeviationKind kind, double epsilon)
    {
        using var scope = NewDisposeScope();
        var divided = scale switch
        {
            GroupScale.GroupDeviation => Divided(numerator, Deviation(groups, counts, kind), epsilon),
            GroupScale.BatchDeviation => Divided(
                numerator, Deviation(groups.reshape(1, -1), counts.reshape(1, -1), kind).expand(1, groups.numel()).reshape(groups.shape), epsilon),
            GroupScale.None => numerator.alias(),
            _ => throw new UnreachableException(),
        };
        return divided.MoveToOuterDisposeScope();
    }

    private static Tensor Divided(Tensor numerator, Tensor deviation, double epsilon) =>
        numerator / where(deviation > 0, deviation + epsilon, 1.0);

    private static Tensor Deviation(Tensor groups, Tensor counts, DeviationKind kind) => kind switch
    {
        DeviationKind.Sample => Moments.Deviation(groups, counts, correction: 1),
        DeviationKind.Population => Moments.Deviation(groups, counts, correction: 0),
        DeviationKind.LeaveOneOut => OthersDeviation(groups, counts),
        _ => throw new UnreachableException(),
    };

    // Every row's siblings as a group of their own, so that equal siblings have a deviation of exactly 0.
    private static Tensor OthersDeviation(Tensor groups, Tensor counts)
    {
        var size = groups.shape[1];
        var others = counts.unsqueeze(1).logical_and(~eye(size, dtype: ScalarType.Bool, device: groups.device));
        return Moments.Deviation(groups.unsqueeze(1).expand(-1, size, -1), others, correction: 1).squeeze(2);
    }
}
