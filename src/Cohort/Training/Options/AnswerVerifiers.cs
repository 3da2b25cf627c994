using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>
/// 1 where the answer chooses the right letter of a multiple-choice question. The reference is the letter, or the text of one of the problem's choices:
/// its field "choices", or else "options".
/// </summary>
public sealed record ChoiceMatch : RewardOptions
{
    /// <summary>How many letters there are to choose from, from A.</summary>
    public int Letters
    {
        get;
        init => field = value is >= 2 and <= ChoiceLetter.MostLetters ? value
            : throw new ArgumentOutOfRangeException(nameof(Letters), value, $"Letters must lie in [2, {ChoiceLetter.MostLetters}].");
    } = 4;

    /// <summary>Where the answer's letter stands: in the last box, after the last ####, anywhere, between answer tags, or the first of the others.</summary>
    public AnswerPlace Where { get; init; }
}

/// <summary>1 where a regular expression of .NET matches the answer, or with a group: where that group is the reference.</summary>
public sealed record RegexMatch : RewardOptions
{
    /// <summary>The pattern; case, lines and so on are set in it, as in <c>(?i)^yes</c>.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>The name or number of the group that is compared with the reference, as in <c>answer: (?&lt;answer&gt;\w+)</c>; empty for none.</summary>
    public string Group { get; init; } = "";

    internal override IEnumerable<string> Problems(string path) =>
        RegexReward.Problem(Pattern, Group) is { Length: > 0 } problem ? [$"{path}.pattern: {problem}"] : [];
}

/// <summary>
/// 1 where the answer is one pair of think tags and then one pair of answer tags, and nothing else, right or wrong (arXiv:2501.12948, table 1).
/// </summary>
public sealed record AnswerTags : RewardOptions;

/// <summary>1 where the answer is an expression with + - * that reaches a target and uses each given number exactly once.</summary>
public sealed record ExpressionMatch : RewardOptions
{
    /// <summary>The problem's field with the numbers, a list.</summary>
    public string Numbers { get; init; } = "numbers";

    /// <summary>The problem's field with the target; empty for the field "target" where there is one, else the reference answer.</summary>
    public string Target { get; init; } = "";

    /// <summary>
    /// Where the answer's expression stands: in the last box, after the last ####, the whole answer, between answer tags, or the first of box, #### and
    /// whole that is there.
    /// </summary>
    public AnswerPlace Where { get; init; }

    internal override IEnumerable<(string Option, string Field)> RequiredFields => [("numbers", Numbers), ("target", Target)];

    internal override IEnumerable<string> Problems(string path) =>
        Numbers == "" ? [$"{path}.numbers is empty; name the problem's field with the numbers, as in \"numbers\"."] : [];
}
