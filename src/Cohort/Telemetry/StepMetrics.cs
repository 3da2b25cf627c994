namespace Cohort.Telemetry;

/// <summary>One step's numbers, by the names of <see cref="MetricNames"/>, in the order they were measured.</summary>
/// <param name="Step">The step, from 1; 0 is the starting model.</param>
/// <param name="Values">Name and value; names end in their unit.</param>
public sealed record StepMetrics(long Step, IReadOnlyList<KeyValuePair<string, double>> Values)
{
    /// <summary>A metric's value, or NaN where the step has none.</summary>
    /// <param name="name">A name of <see cref="MetricNames"/>.</param>
    public double this[string name]
    {
        get
        {
            foreach (var (key, value) in Values)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return double.NaN;
        }
    }
}
