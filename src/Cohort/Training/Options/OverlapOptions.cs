using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>Sentence BLEU in [0, 1] against the reference or several (Papineni et al. 2002; smoothed and split into words as sacreBLEU does).</summary>
public sealed record BleuOverlap : RewardOptions
{
    /// <summary>The field of a row that has the references, a text or a list of texts; empty for the problem's reference.</summary>
    public string Field { get; init; } = "";

    internal override bool IsGraded => true;

    internal override IEnumerable<(string Option, string Field)> RequiredFields => [("field", Field)];
}

/// <summary>ROUGE's F1 in [0, 1] against the reference, or the best of several (Lin 2004).</summary>
public sealed record RougeOverlap : RewardOptions
{
    /// <summary>What is counted: single words, pairs of words, or the longest common subsequence.</summary>
    public RougeVariant Variant { get; init; } = RougeVariant.RougeL;

    /// <summary>The field of a row that has the references, a text or a list of texts; empty for the problem's reference.</summary>
    public string Field { get; init; } = "";

    internal override bool IsGraded => true;

    internal override IEnumerable<(string Option, string Field)> RequiredFields => [("field", Field)];
}
