using System.Globalization;
using Cohort.Audit;

namespace Cohort.Tests.Audit;

/// <summary>A table of biases, checked cell by cell: exact where something exact is claimed, pinned where it is measured.</summary>
internal static class Measured
{
    private const double Exact = 1e-10;
    private const double Pinned = 1e-6;

    // A biased estimator that missed the gradient by less would be pinned to noise.
    private const double Noticeable = 1e-3;

    /// <summary>Requires every claim of the rows, and the pinned measures of those that are biased.</summary>
    /// <param name="rows">Of one problem.</param>
    /// <param name="pins">Cosine, relative norm and projection of each biased row, in order.</param>
    public static void Same(IReadOnlyList<Bias> rows, params (double Cosine, double Norm, double Projection)[] pins)
    {
        foreach (var row in rows)
        {
            if (row.Claim is Claim.Biased)
                Assert.True(row.RelativeError > Noticeable, $"{row.Estimator} is not biased: {Line(row)}");
            else
                Assert.True(row.Deviation <= Exact, $"{row.Estimator} is not what is claimed: {row.Deviation:R}, {Line(row)}\n{Table(rows)}");
        }

        var biased = rows.Where(row => row.Claim is Claim.Biased).ToArray();
        Assert.True(biased.Length == pins.Length, $"{biased.Length} rows are biased, {pins.Length} are pinned:\n{Table(rows)}");
        foreach (var (row, pin) in biased.Zip(pins))
        {
            Assert.True(
                Math.Abs(row.Cosine - pin.Cosine) <= Pinned && Math.Abs(row.RelativeNorm - pin.Norm) <= Pinned
                && Math.Abs(row.Projection - pin.Projection) <= Pinned,
                $"{row.Estimator} has moved from {pin}:\n{Table(rows)}");
        }
    }

    private static string Table(IReadOnlyList<Bias> rows) => string.Join('\n', rows.Select(Line));

    private static string Line(Bias row) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {row.Estimator} | {row.Claim} | {row.Cosine:F7} | {row.RelativeNorm:F7} | {row.Projection:F7} | {row.RelativeError:F4} | {row.Variance:F3} |");
}
