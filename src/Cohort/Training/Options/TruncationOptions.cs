using System.Text.Json.Serialization;

namespace Cohort.Training;

/// <summary>What becomes of completions that the length limit cuts off: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(KeepTruncated), "keep")]
[JsonDerivedType(typeof(MaskTruncated), "mask")]
[JsonDerivedType(typeof(SoftOverlong), "softOverlong")]
[JsonDerivedType(typeof(ScaleTruncated), "scale")]
[JsonDerivedType(typeof(ReplaceTruncated), "replace")]
public abstract record TruncationOptions
{
    private protected TruncationOptions()
    {
    }
}

/// <summary>They are scored and trained on as any other.</summary>
public sealed record KeepTruncated : TruncationOptions;

/// <summary>They keep their score in their group, and are in no policy loss; a critic learns from them.</summary>
public sealed record MaskTruncated : TruncationOptions;

/// <summary>Scores fall over the last tokens before the limit, cut off or not (DAPO, arXiv:2503.14476, eq. 13).</summary>
public sealed record SoftOverlong : TruncationOptions
{
    /// <summary>Tokens before the limit over which the penalty grows.</summary>
    public int Buffer
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Buffer), value, "Buffer must lie in [1, 1000000].");
    } = 1;

    /// <summary>What a completion as long as the limit loses, in units of the score; above 0.</summary>
    public double Penalty
    {
        get;
        init => field = value is > 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Penalty), value, "Penalty must lie in (0, 1000000].");
    } = 1;
}

/// <summary>Their scores are multiplied by a factor (the stop-properly penalty of ProRL, arXiv:2505.24864, as OpenRLHF has it).</summary>
public sealed record ScaleTruncated : TruncationOptions
{
    /// <summary>The factor, in [0, 1).</summary>
    public double Factor
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value, "Factor must lie in [0, 1).");
    }
}

/// <summary>Their scores are replaced by one score.</summary>
public sealed record ReplaceTruncated : TruncationOptions
{
    /// <summary>The score.</summary>
    public double Score
    {
        get;
        init => field = value is >= -1e6 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Score), value, "Score must lie in [-1000000, 1000000].");
    }
}
