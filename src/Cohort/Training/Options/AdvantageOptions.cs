using System.Globalization;
using System.Text.Json.Serialization;
using Cohort.Advantages;
using Cohort.Data;

namespace Cohort.Training;

/// <summary>How advantages are estimated: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CriticAdvantage), "critic")]
[JsonDerivedType(typeof(GroupRelative), "group")]
[JsonDerivedType(typeof(LeaveOneOut), "leaveOneOut")]
[JsonDerivedType(typeof(BatchBaseline), "batch")]
[JsonDerivedType(typeof(ReinforcePlusPlus), "reinforcePlusPlus")]
[JsonDerivedType(typeof(GroupBaseline), "groupBaseline")]
[JsonDerivedType(typeof(GreedyBaseline), "greedy")]
[JsonDerivedType(typeof(LengthWeighted), "lengthWeighted")]
[JsonDerivedType(typeof(OptimalToken), "optimalToken")]
[JsonDerivedType(typeof(BestOfGroup), "bestOfGroup")]
[JsonDerivedType(typeof(PerReward), "perReward")]
[JsonDerivedType(typeof(SignalScaled), "signalScaled")]
[JsonDerivedType(typeof(ProcessRelative), "process")]
public abstract record AdvantageOptions
{
    private protected AdvantageOptions()
    {
    }

    /// <summary>The paths of the files that the run begins with besides the policy's, as far as they are there.</summary>
    internal virtual IEnumerable<string> Files => [];

    /// <summary>Whether completions of one prompt are compared, so that a prompt needs at least two.</summary>
    internal virtual bool ComparesGroup => true;

    /// <summary>Whether the score of each prompt's greedy completion is needed.</summary>
    internal virtual bool NeedsGreedy => false;

    /// <summary>Whether the expected gradient is that of the score itself, neither divided nor shrunk.</summary>
    internal virtual bool KeepsScale => false;

    /// <summary>Named parts of the score that are needed.</summary>
    internal virtual IReadOnlyList<string> PartNames => [];

    /// <summary>Whether what is compared inside a group is all equal, so that there is nothing to learn from it.</summary>
    /// <param name="scores">The group's scores, at least two.</param>
    internal virtual bool IsFlat(IReadOnlyList<Scored> scores) => scores.All(score => score.Total == scores[0].Total);
}

/// <summary>Scores compared inside a group of completions of one prompt (GRPO, arXiv:2402.03300; without deviation: arXiv:2503.20783).</summary>
public sealed record GroupRelative : AdvantageOptions
{
    /// <summary>What centred scores are divided by.</summary>
    public GroupScale Scale { get; init; } = GroupScale.GroupDeviation;

    /// <summary>Which standard deviation.</summary>
    public DeviationKind Deviation { get; init; } = DeviationKind.Sample;

    /// <summary>Added to the standard deviation; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-4;
}

/// <summary>Each score less the mean of its siblings' (RLOO, arXiv:2402.14740).</summary>
public sealed record LeaveOneOut : AdvantageOptions
{
    internal override bool KeepsScale => true;
}

/// <summary>Each score less the mean of the batch: REINFORCE with one baseline for all prompts.</summary>
public sealed record BatchBaseline : AdvantageOptions
{
    internal override bool ComparesGroup => false;
}

/// <summary>Rewards to go, normalized over the batch's tokens (REINFORCE++, arXiv:2501.03262).</summary>
public sealed record ReinforcePlusPlus : AdvantageOptions
{
    /// <summary>γ in (0, 1].</summary>
    public double Discount
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Discount), value, "Discount must lie in (0, 1].");
    } = 1;

    internal override bool ComparesGroup => false;
}

/// <summary>Each score less its group's mean, normalized over the batch's tokens (REINFORCE++ with baseline, arXiv:2501.03262).</summary>
public sealed record GroupBaseline : AdvantageOptions;

/// <summary>Rewards to go less the score of the prompt's greedy completion (ReMax, arXiv:2310.10505), which costs one more completion.</summary>
public sealed record GreedyBaseline : AdvantageOptions
{
    internal override bool ComparesGroup => false;

    internal override bool NeedsGreedy => true;

    internal override bool KeepsScale => true;
}

/// <summary>Each score less its group's mean weighted by length (OPO, arXiv:2505.23585).</summary>
public sealed record LengthWeighted : AdvantageOptions;

/// <summary>Rewards to go less the baseline of least variance at each token, after verl's; costs one forward pass.</summary>
public sealed record OptimalToken : AdvantageOptions
{
    /// <summary>Whether tokens that no sibling reaches get their whole reward to go, as in verl; otherwise they get 0.</summary>
    public bool LoneTail { get; init; }
}

/// <summary>The best score of a group less the second best, given to the best alone: it learns pass@G instead of pass@1 (arXiv:2503.19595).</summary>
public sealed record BestOfGroup : AdvantageOptions
{
    /// <summary>What the difference is divided by; nothing in the paper.</summary>
    public GroupScale Scale { get; init; } = GroupScale.None;

    /// <summary>Which standard deviation.</summary>
    public DeviationKind Deviation { get; init; } = DeviationKind.Sample;

    /// <summary>Added to the standard deviation; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-4;
}

/// <summary>Each named part of the score normalized in its group, then added up, then normalized over the batch (GDPO, arXiv:2601.05242).</summary>
public sealed record PerReward : AdvantageOptions
{
    private const string DefaultParts = "correct=1, format=1";

    /// <summary>
    /// Names of the score's parts with their weights, as in <c>correct=1, format=0.2</c>; empty is the run's rewards with their weights where it has
    /// several, else <c>correct=1, format=1</c>.
    /// </summary>
    public string Parts
    {
        get;
        init => field = IsGood(value) ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Parts), value, "Parts must be names with weights other than 0, each name once, as in \"correct=1, format=0.2\".");
    } = "";

    /// <summary>Added to the standard deviations; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-4;

    internal override IReadOnlyList<string> PartNames => [.. Split(Parts).Select(part => part.Name)];

    internal override bool IsFlat(IReadOnlyList<Scored> scores) =>
        PartNames.All(name => scores.Select(score => score.Parts.GetValueOrDefault(name)).Distinct().Count() == 1);

    /// <summary>One weight per part.</summary>
    internal IReadOnlyList<double> Weights => [.. Split(Parts).Select(part => part.Weight)];

    /// <summary>The options with the parts chosen, where they leave them open and the run has several rewards.</summary>
    /// <param name="reward">The run's rewards.</param>
    internal PerReward Of(RewardOptions reward) => Parts != "" || reward is not SeveralRewards several ? this : this with
    {
        Parts = string.Join(", ", several.Rewards.Where(each => each.Value.Weight != 0)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key}={each.Value.Weight}"))),
    };

    private static bool IsGood(string text)
    {
        var parts = Split(text);
        return parts.All(part => part.Name != "" && Math.Abs(part.Weight) is > 0 and <= 1e6) && parts.DistinctBy(part => part.Name).Count() == parts.Length;
    }

    private static (string Name, double Weight)[] Split(string text) => [.. (text == "" ? DefaultParts : text).Split(',').Select(part =>
    {
        var equals = part.LastIndexOf('=');
        var isNumber = double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight);
        return (part[..Math.Max(0, equals)].Trim(), isNumber ? weight : double.NaN);
    })];
}

/// <summary>Each score less its group's mean, scaled up by the share of groups that have a signal (GPG, arXiv:2504.02546).</summary>
public sealed record SignalScaled : AdvantageOptions;

/// <summary>
/// The rewards of a response's steps normalized over those of its group, and summed from each token on (DeepSeekMath's process supervision,
/// arXiv:2402.03300, section 4.1.3).
/// </summary>
public sealed record ProcessRelative : AdvantageOptions
{
    /// <summary>Added to the standard deviation; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-4;

    internal override bool IsFlat(IReadOnlyList<Scored> scores) =>
        scores.SelectMany(score => score.Steps.Count == 0 ? [score.Total] : score.Steps.Select(step => step.Value)).Distinct().Count() == 1
        && base.IsFlat(scores);
}
