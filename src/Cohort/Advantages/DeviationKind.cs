namespace Cohort.Advantages;

/// <summary>Which standard deviation of n scores.</summary>
public enum DeviationKind
{
    /// <summary>The sample's, with Bessel's n - 1.</summary>
    Sample,

    /// <summary>The population's, with n.</summary>
    Population,

    /// <summary>For each row that of the other rows, with Bessel's correction; then the mean is the other rows' too.</summary>
    LeaveOneOut,
}
