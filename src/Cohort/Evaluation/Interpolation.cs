namespace Cohort.Evaluation;

/// <summary>
/// A measured curve between its measurements, on straight lines: so curves of runs that were measured at different numbers of tokens are read at the same.
/// </summary>
public static class Interpolation
{
    /// <summary>The curve's value.</summary>
    /// <param name="curve">Points with X rising; points whose Y is NaN are left out.</param>
    /// <param name="x">Where to read it.</param>
    /// <returns>NaN before the first point and after the last: nothing is extrapolated.</returns>
    /// <exception cref="ArgumentException">X does not rise.</exception>
    public static double At(IReadOnlyList<(double X, double Y)> curve, double x)
    {
        var points = Measured(curve);
        var after = Array.FindIndex(points, point => point.X >= x);
        if (after < 0)
            return double.NaN;
        if (points[after].X == x)
            return points[after].Y;
        if (after == 0)
            return double.NaN;

        var (left, right) = (points[after - 1], points[after]);
        return left.Y + ((right.Y - left.Y) * (x - left.X) / (right.X - left.X));
    }

    /// <summary>The least X at which the curve is at or above a threshold: such as the tokens that a run needs to reach an accuracy.</summary>
    /// <param name="curve">Points with X rising; points whose Y is NaN are left out.</param>
    /// <param name="threshold">In units of Y.</param>
    /// <returns>NaN where the curve never reaches it.</returns>
    /// <exception cref="ArgumentException">X does not rise.</exception>
    public static double FirstReaching(IReadOnlyList<(double X, double Y)> curve, double threshold)
    {
        var points = Measured(curve);
        var at = Array.FindIndex(points, point => point.Y >= threshold);
        if (at < 0)
            return double.NaN;
        if (at == 0)
            return points[0].X;

        var (left, right) = (points[at - 1], points[at]);
        return left.X + ((right.X - left.X) * (threshold - left.Y) / (right.Y - left.Y));
    }

    private static (double X, double Y)[] Measured(IReadOnlyList<(double X, double Y)> curve)
    {
        for (var i = 1; i < curve.Count; i++)
        {
            if (!(curve[i].X > curve[i - 1].X))
                throw new ArgumentException($"Point {i} of the curve is at {curve[i].X} after {curve[i - 1].X}; X must rise.", nameof(curve));
        }

        return [.. curve.Where(point => !double.IsNaN(point.Y))];
    }
}
