namespace Cohort.Reports;

/// <summary>A scale from numbers to positions.</summary>
/// <param name="Ticks">Round numbers to draw.</param>
/// <param name="Low">The number at <paramref name="Start"/>.</param>
/// <param name="High">The number at <paramref name="End"/>.</param>
/// <param name="Start">Position of the lowest number.</param>
/// <param name="End">Position of the highest; smaller than the start on an axis that goes up.</param>
internal sealed record Axis(Ticks Ticks, double Low, double High, double Start, double End)
{
    /// <summary>The ticks that lie on the axis.</summary>
    public IEnumerable<double> Shown => Ticks.Values.Where(tick => tick >= Low - (Ticks.Step / 1000) && tick <= High + (Ticks.Step / 1000));

    /// <summary>A number's position; what lies beyond the axis comes to its end.</summary>
    public double At(double value) => Start + ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (End - Start));
}
