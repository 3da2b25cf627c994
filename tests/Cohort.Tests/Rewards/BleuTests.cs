using System.Diagnostics;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Rewards;

public sealed class BleuTests
{
    // Papineni et al. 2002, section 2.1, examples 1 and 2.
    private static readonly string[] Party =
    [
        "It is a guide to action that ensures that the military will forever heed Party commands",
        "It is the guiding principle which guarantees the military forces always being under the command of the Party",
        "It is the practical guide for the army always to heed the directions of the party",
    ];

    [Theory]
    [InlineData("It is a guide to action which ensures that the military always obeys the commands of the party", 17, 18, 10, 17)]
    [InlineData("It is to insure the troops forever hearing the activity guidebook that party direct", 8, 14, 1, 13)]
    public void Precisions_are_those_of_the_papers_first_example(string candidate, int words, int ofWords, int pairs, int ofPairs)
    {
        var orders = Bleu.Compare(candidate, Party).Orders;
        Assert.Equal([new(words, ofWords), new(pairs, ofPairs)], orders.Take(2));
    }

    [Fact]
    public void A_word_counts_as_often_as_one_reference_has_it() => Assert.Equal(
        [new(2, 7), new(0, 6), new(0, 5), new(0, 4)],
        Bleu.Compare("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]).Orders);

    [Theory]
    [InlineData("Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;", "producţia de zahăr brut se exprimă în zahăr alb;", 0.08493, 1e-5)]
    [InlineData("test", "a test", 0.3678794411714425, 1e-12)]
    [InlineData("a test", "a test", 1, 1e-12)]
    [InlineData("this is a cat", "okay thanks", 0, 0)]
    [InlineData("", "okay thanks", 0, 0)]
    public void A_sentence_has_the_value_that_sacrebleu_gives_it(string candidate, string reference, double expected, double tolerance) =>
        Assert.Equal(expected, Bleu.Compare(candidate, [reference]).Value, tolerance);

    // Matches 4/6, 2/5, 1/4 and 0/3, which counts as 1/2 of 1/3: 1/90 in all; six words against eight: exp(1 - 8/6).
    [Fact]
    public void Value_is_the_geometric_mean_times_the_brevity_penalty()
    {
        var bleu = Bleu.Compare("am I am a character sequence", ["I am a symbol string sequence a a"]);

        Assert.Equal([new(4, 6), new(2, 5), new(1, 4), new(0, 3)], bleu.Orders);
        Assert.Equal(0.716531310573789, bleu.BrevityPenalty, 1e-12);
        Assert.Equal(0.716531310573789 * Math.Pow(1.0 / 90, 0.25), bleu.Value, 1e-12);
    }

    [Fact]
    public void Each_further_order_without_a_match_counts_half_as_much() =>
        Assert.Equal(Math.Pow(1.0 / 4 / (2 * 3) / (4 * 2) / (8 * 1), 0.25), Bleu.Compare("one b c d", ["e one f g"]).Value, 1e-12);

    [Theory]
    [InlineData(3, 1)]
    [InlineData(6, 0.513417119032592)] // exp(1 - 5/3)
    public void The_brevity_penalty_takes_the_reference_of_the_nearest_length(int otherLength, double expected) => Assert.Equal(
        expected, Bleu.Compare("x y z", ["x y z a b", string.Join(' ', Enumerable.Repeat("x", otherLength))]).BrevityPenalty, 1e-12);

    // By sacreBLEU's own patterns in Python.
    [Theory]
    [InlineData("It's 3,000.50 euros -- \"ok\" (a/b), 5-6; well-known.", "It's|3,000.50|euros|--|\"|ok|\"|(|a|/|b|)|,|5|-|6|;|well-known|.")]
    [InlineData("a..5 e.g. .5 1.,2", "a|.|.5|e|.|g|.|.|5|1|.|,|2")]
    [InlineData("über-\nall &lt;b&gt; 😀.x", "überall|<|b|>|😀|.|x")]
    public void Words_are_those_of_13a(string text, string expected) => Assert.Equal(expected.Split('|'), Bleu.Words(text));

    [Fact]
    public void No_references_are_refused() => Assert.Contains("There are 0 references", Assert.Throws<ArgumentException>(() => Bleu.Compare("a", [])).Message);

    [Fact]
    public void A_reward_compares_with_the_reference_or_with_a_fields_texts()
    {
        var problem = new Problem("7", "p", "a b c d")
        {
            Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("{\"one\": \"e f g h\", \"several\": [\"x y\", 5, \"i j k l\"], \"number\": 3}")!,
        };

        Assert.Equal((1, 1), Judge("", "a b c d"));
        Assert.Equal((1, 1), Judge("one", "e f g h"));
        Assert.Equal((1, 1), Judge("several", "i j k l"));
        Assert.Equal((Math.Exp(-1), Math.Exp(-1)), Judge("", "a b"));
        Assert.Equal(0, Judge("one", "a b c d").Total);
        Assert.Equal(
            Score.None("field \"number\" of problem 7 has no text of at least 1 words and at most 65536 characters"), new BleuReward("number").Judge(problem, "a"));
        Assert.IsType<Unscored>(new BleuReward("none").Judge(problem, "a"));
        Assert.Equal(
            Score.None("the reference of problem 8 has no text of at least 1 words and at most 65536 characters"),
            new BleuReward().Judge(new Problem("8", "p", " \n"), "a"));

        (double Total, double Brevity) Judge(string field, string answer)
        {
            var score = Assert.IsType<Scored>(new BleuReward(field).Judge(problem, answer));
            return (score.Total, score.Parts["brevity"]);
        }
    }

    [Fact]
    public void Hostile_answers_score_next_to_nothing_in_bounded_time()
    {
        var time = Stopwatch.StartNew();
        var problem = new Problem("1", "p", "seven men went home");
        foreach (var answer in HostileText.All.Append(Repeated("men ", 1_000_000)).Append(Repeated("men ", 60_000)).Append(Repeated("&lt;", 60_000)))
            Assert.InRange(Assert.IsType<Scored>(new BleuReward().Judge(problem, answer)).Total, 0, 1e-3);
        Assert.InRange(time.ElapsedMilliseconds, 0, 5_000);
    }

    private static string Repeated(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));
}
