namespace Cohort.Audit;

/// <summary>What is said of an estimator's expected gradient.</summary>
public abstract record Claim
{
    private protected Claim()
    {
    }

    /// <summary>It is exactly a multiple of the exact gradient: 1 unbiased, another number a change of the learning rate only.</summary>
    /// <param name="Factor">The multiple.</param>
    public sealed record Multiple(double Factor) : Claim;

    /// <summary>It is not a multiple of the exact gradient.</summary>
    /// <param name="Why">The reason, a few words.</param>
    public sealed record Biased(string Why) : Claim;

    /// <summary>It is zero: nothing is learned.</summary>
    public sealed record Zero : Claim;
}
