using System.Diagnostics;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Tests.Parsing;
using static Cohort.Rewards.RougeVariant;

namespace Cohort.Tests.Rewards;

public sealed class RougeTests
{
    // Lin 2004, section 3.1, sentences S1 (the reference) to S4.
    [Theory]
    [InlineData("police kill the gunman", RougeL, 3.0 / 4)]
    [InlineData("the gunman kill police", RougeL, 2.0 / 4)]
    [InlineData("the gunman police killed", RougeL, 2.0 / 4)]
    [InlineData("police kill the gunman", Rouge2, 1.0 / 3)]
    [InlineData("the gunman kill police", Rouge2, 1.0 / 3)]
    [InlineData("the gunman police killed", Rouge2, 2.0 / 3)]
    [InlineData("the gunman kill police", Rouge1, 3.0 / 4)]
    public void Values_are_those_of_the_papers_example(string candidate, RougeVariant variant, double expected)
    {
        var rouge = Rouge.Compare(candidate, "police killed the gunman", variant);
        Assert.Equal((expected, expected), (rouge.Precision, rouge.Recall));
        Assert.Equal(expected, rouge.F1, 1e-12);
    }

    // The values that the tests of the package rouge_score expect.
    [Theory]
    [InlineData("testing", Rouge1, 1, 1.0 / 3, 1.0 / 2)]
    [InlineData("testing one", Rouge2, 1, 1.0 / 2, 2.0 / 3)]
    [InlineData("testing one", RougeL, 1, 2.0 / 3, 4.0 / 5)]
    [InlineData("testing two", RougeL, 1, 2.0 / 3, 4.0 / 5)]
    [InlineData("testing one", Rouge1, 1, 2.0 / 3, 4.0 / 5)]
    [InlineData("", RougeL, 0, 0, 0)]
    [InlineData("/", Rouge2, 0, 0, 0)]
    public void Values_are_those_of_rouge_score(string candidate, RougeVariant variant, double precision, double recall, double f1)
    {
        var rouge = Rouge.Compare(candidate, "testing one two", variant);
        Assert.Equal((precision, recall), (rouge.Precision, rouge.Recall));
        Assert.Equal(f1, rouge.F1, 1e-12);
    }

    [Fact]
    public void A_repeated_word_counts_as_often_as_the_reference_has_it() =>
        Assert.Equal(new RougeScore(2.0 / 5, 2.0 / 3), Rouge.Compare("so so so so so", "so it so", Rouge1));

    [Theory]
    [InlineData("It's 3,000.50: OK_now", "it|s|3|000|50|ok|now")]
    [InlineData("Ünïcode — नमस्ते १२!", "ünïcode|नमस्ते|१२")]
    [InlineData("e\u0301te\u0301 a\uD800b 𝐀1", "e\u0301te\u0301|a|b|𝐀1")]
    public void Words_are_runs_of_letters_digits_and_marks_in_lower_case(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Rouge.Words(text));

    [Fact]
    public void The_common_subsequence_is_as_long_as_the_quadratic_table_says()
    {
        var random = new Random(4);
        for (var trial = 0; trial < 300; trial++)
        {
            var letters = random.Next(1, 30);
            int[] first = [.. Enumerable.Range(0, random.Next(300)).Select(_ => random.Next(letters))];
            int[] second = [.. Enumerable.Range(0, random.Next(300)).Select(_ => random.Next(letters + 1))];
            Assert.Equal(Table(first, second), CommonSubsequence.Length(first, second));
        }
    }

    [Fact]
    public void A_reward_takes_the_best_reference_of_a_field()
    {
        var problem = new Problem("7", "p", "alone")
        {
            Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("{\"several\": [\"a b x\", \"a b c d\"]}")!,
        };

        var score = Assert.IsType<Scored>(new RougeReward(RougeL, "several").Judge(problem, "A, b, c!"));
        Assert.Equal((1, 3.0 / 4), (score.Parts["precision"], score.Parts["recall"]));
        Assert.Equal(6.0 / 7, score.Total, 1e-12);
        Assert.Equal(1, Assert.IsType<Scored>(new RougeReward(Rouge1).Judge(problem, "alone")).Total);
        Assert.Equal(
            Score.None("the reference of problem 7 has no text of at least 2 words and at most 65536 characters"),
            new RougeReward(Rouge2).Judge(problem, "alone"));
    }

    [Fact]
    public void Hostile_answers_score_next_to_nothing_in_bounded_time()
    {
        var time = Stopwatch.StartNew();
        var problem = new Problem("1", "p", "seven men went home");
        foreach (var variant in Enum.GetValues<RougeVariant>())
            foreach (var answer in HostileText.All.Append(Repeated("men ", 1_000_000)).Append(Repeated("men ", 60_000)))
                Assert.InRange(Assert.IsType<Scored>(new RougeReward(variant).Judge(problem, answer)).Total, 0, 1e-3);
        Assert.InRange(time.ElapsedMilliseconds, 0, 5_000);
    }

    [Fact]
    public void The_longest_texts_are_compared_in_bounded_time()
    {
        var time = Stopwatch.StartNew();
        var longest = Repeated("a b ", 65_536);
        Assert.Equal(1, Assert.IsType<Scored>(new RougeReward(RougeL).Judge(new Problem("1", "p", longest), longest)).Total);
        Assert.InRange(time.ElapsedMilliseconds, 0, 5_000);
    }

    private static string Repeated(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));

    private static int Table(int[] first, int[] second)
    {
        var lengths = new int[first.Length + 1, second.Length + 1];
        for (var i = 1; i <= first.Length; i++)
            for (var j = 1; j <= second.Length; j++)
                lengths[i, j] = first[i - 1] == second[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
        return lengths[first.Length, second.Length];
    }
}
