using System.Diagnostics;
using Cohort.Data;
using Xunit.Abstractions;

namespace Cohort.Tests.Forging;

/// <summary>Every hostile answer, and every attempt of its own, at every reward that judges text by itself.</summary>
public sealed class ForgingTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Verifiers => [.. Verifier.All.Select(verifier => verifier.Name)];

    [Theory]
    [MemberData(nameof(Verifiers))]
    public async Task The_right_answer_scores(string name)
    {
        var verifier = Of(name);
        Assert.Equal(verifier.Full, Assert.IsType<Scored>(await Judge(verifier, verifier.Accepted)).Total);
        Assert.InRange(Assert.IsType<Scored>(await Judge(verifier, verifier.Wrong)).Total, double.MinValue, verifier.Most);
    }

    [Theory]
    [MemberData(nameof(Verifiers))]
    public async Task No_attempt_scores_or_hangs_or_crashes(string name)
    {
        var verifier = Of(name);
        var broken = new List<string>();
        foreach (var (attempt, text) in Attempts(verifier))
        {
            if (!verifier.IsFair(text) && await Breach(verifier, text) is not "" and var breach)
                broken.Add($"{attempt}: {breach}");
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void There_are_at_least_200_distinct_attempts()
    {
        var attempts = HostileAnswers.All.Select(attempt => attempt.Text).Concat(Verifier.All.SelectMany(verifier => verifier.Own)).Concat(ForgedMessages.All)
            .Distinct().Count();
        var trials = Verifier.All.Sum(verifier => Attempts(verifier).Count(attempt => !verifier.IsFair(attempt.Text)));
        output.WriteLine($"{attempts} distinct attempts, {trials} trials of {Verifier.All.Count} verifiers");
        Assert.True(attempts >= 200, $"There are {attempts}.");
    }

    private static Verifier Of(string name) => Verifier.All.Single(verifier => verifier.Name == name);

    private static IEnumerable<(string Name, string Text)> Attempts(Verifier verifier) =>
        HostileAnswers.All.Concat(verifier.Own.Select(text => (text, text))).Select(attempt => (attempt.Item1, attempt.Item2
            .Replace("§", verifier.Right, StringComparison.Ordinal).Replace("¤", verifier.Wrong, StringComparison.Ordinal)
            .Replace("¶", verifier.Problem.Prompt, StringComparison.Ordinal)));

    // What is wrong with how a text was judged; empty where nothing is.
    private static async Task<string> Breach(Verifier verifier, string text)
    {
        var completion = Completion(text);
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        Score score;
        try
        {
            score = await Judge(verifier, completion);
        }
        catch (Exception error)
        {
            return $"threw {error.GetType().Name}: {error.Message}";
        }

        var (allocated, mostAllocated) = (GC.GetAllocatedBytesForCurrentThread() - before, (1L << 20) + (512L * text.Length));
        return score is Unscored && verifier.IsGivenUp(text) ? ""
            : score is not Scored { Total: var total } ? $"gave {score}"
            : !(total <= verifier.Most) ? $"scored {total}"
            : watch.Elapsed > Longest ? $"took {watch.Elapsed.TotalSeconds} s"
            : allocated > mostAllocated ? $"allocated {allocated} bytes for {text.Length} characters" : "";
    }

    private static ValueTask<Score> Judge(Verifier verifier, string text) => Judge(verifier, Completion(text));

    private static ValueTask<Score> Judge(Verifier verifier, Completion completion) =>
        verifier.Reward.ScoreAsync(verifier.Problem, completion, new CancellationTokenSource(2 * Longest).Token);

    // A token for each character, as a character tokenizer gives them.
    private static Completion Completion(string text) =>
        new(0, 0, [1], text == "" ? [0] : [.. text.Select(character => (int)character)], [], FinishReason.Stop, text);
}
