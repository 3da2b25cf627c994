using System.Text.RegularExpressions;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where a .NET regular expression matches the answer, else 0. With a group: 1 where that group of the first match is the reference, or what the
/// reference marks as its answer, white space at both ends aside;
/// parts "correct", and "format": whether the pattern matches. The pattern is the user's and never a model's. It is matched without
/// backtracking, in time proportional to the answer, where it can be (no lookarounds, back references or atomic groups); in any case a match that
/// takes longer than <see cref="LongestMatch"/> gives no score.
/// </summary>
public sealed class RegexReward : TextReward
{
    private readonly Regex _pattern;
    private readonly string _group;

    /// <summary>A reward for a pattern.</summary>
    /// <param name="pattern">The pattern, not empty; options stand in it, as in <c>(?s)</c>.</param>
    /// <param name="group">The name or number of a group in it; empty for none.</param>
    /// <exception cref="ArgumentException">The pattern is none, or has no such group.</exception>
    public RegexReward(string pattern, string group = "")
    {
        if (Problem(pattern, group) is { Length: > 0 } problem)
            throw new ArgumentException(problem, nameof(pattern));

        (_pattern, _group) = (Compile(pattern), group);
    }

    /// <summary>How long one match may take: 1 second.</summary>
    public static TimeSpan LongestMatch { get; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Name => "regex";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        try
        {
            var match = _pattern.Match(answer);
            return _group == "" ? Score.Of(match.Success ? 1 : 0) : Grade.Of(IsReference(match.Groups[_group], problem), match.Success);
        }
        catch (RegexMatchTimeoutException)
        {
            return Score.None($"the pattern took more than {LongestMatch.TotalSeconds} s on an answer of {answer.Length} characters");
        }
    }

    /// <summary>What the group matches, or without a group the whole text; empty also where a match takes too long.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion)
    {
        try
        {
            return _group == "" ? completion.Text.Trim() : _pattern.Match(completion.Text).Groups[_group].Value.Trim();
        }
        catch (RegexMatchTimeoutException)
        {
            return "";
        }
    }

    /// <summary>What is wrong with a pattern and a group, as a sentence; empty where nothing is.</summary>
    internal static string Problem(string pattern, string group)
    {
        if (pattern == "")
            return "The pattern is empty, which matches everything; give one, as in \"^yes\".";

        try
        {
            var names = Compile(pattern).GetGroupNames();
            return group == "" || names.Contains(group) ? ""
                : $"The pattern has no group \"{group}\", only {string.Join(", ", names)}; name one of these, or write one as in \"(?<{group}>...)\".";
        }
        catch (RegexParseException error)
        {
            return $"The pattern is no regular expression of .NET: {error.Message}";
        }
    }

    private static bool IsReference(Group group, Problem problem)
    {
        var reference = problem.Reference.AsSpan().Trim();
        var marked = MarkedAnswer.Find(reference, AnswerPlace.Any);
        var given = group.ValueSpan.Trim();
        return group.Success && (given.SequenceEqual(reference) || (!marked.IsEmpty && given.SequenceEqual(marked)));
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, LongestMatch);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, LongestMatch);
        }
    }
}
