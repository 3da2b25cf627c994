using System.Text;
using Cohort.Rollouts;
using Cohort.Tensors;

namespace Cohort.Tests.Rollouts;

public sealed class CompletionTextTests
{
    [Theory]
    [InlineData(false, "so 4")]
    [InlineData(true, "so 4</answer>")]
    public void Stop_string_over_several_tokens_ends_the_text_before_or_behind_it(bool include, string expected)
    {
        var tokenizer = ByteTokenizer.Of("so", " 4", "</", "ans", "wer", ">!");
        var text = new CompletionText(tokenizer, new RolloutSampling { Stop = ["</answer>"], IncludeStop = include });

        Assert.Equal([false, false, false, false, false, true], Enumerable.Range(0, 6).Select(token => text.Add(token, mayStop: true)));
        text.End();
        Assert.Equal(expected, text.ToString());
    }

    // Of those that one token completes, the one that begins first; of two that begin together, the shorter.
    [Theory]
    [InlineData(new[] { "cd", "bcd", "de" }, "a", "abcd")]
    [InlineData(new[] { "bcde", "bc" }, "a", "abc")]
    [InlineData(new[] { "de", "x" }, "abc", "abcde")]
    public void First_of_several_stop_strings_counts(string[] stops, string before, string including)
    {
        Assert.Equal(before, Ended(include: false));
        Assert.Equal(including, Ended(include: true));

        string Ended(bool include)
        {
            var text = new CompletionText(ByteTokenizer.Of("abcdef"), new RolloutSampling { Stop = [.. stops], IncludeStop = include });
            Assert.True(text.Add(0, mayStop: true));
            return text.ToString();
        }
    }

    [Fact]
    public void Stop_string_counts_only_where_a_token_that_may_stop_completes_it()
    {
        var text = new CompletionText(ByteTokenizer.Of("ab", "a", "b", "c"), new EvaluationSampling { Stop = ["ab", "bca"] });

        Assert.False(text.Add(0, mayStop: false)); // ab
        Assert.False(text.Add(3, mayStop: true));  // abc: "ab" is past
        Assert.True(text.Add(1, mayStop: true));   // abca
        Assert.Equal("a", text.ToString());
    }

    [Fact]
    public void Half_a_character_and_the_beginning_of_a_stop_string_wait()
    {
        var tokenizer = new ByteTokenizer([(byte)'a'], [0xC3], [0xA9], [(byte)'<'], "</"u8.ToArray(), [(byte)'b']);
        var text = new CompletionText(tokenizer, new RolloutSampling { Stop = ["</s>", "stop"] });

        string[] shown = [.. new[] { 0, 1, 2, 3, 4, 5, 3, 1 }.Select(token =>
        {
            text.Add(token, mayStop: true);
            return text.TakeNew();
        })];
        text.End();

        Assert.Equal(["a", "", "é", "", "<", "</b", "", ""], shown);
        Assert.Equal("<\uFFFD", text.TakeNew());
        Assert.Equal("aé<</b<\uFFFD", text.ToString());
    }

    // Against the plain way: after every token, decode all tokens and look for the stop strings in all of the text.
    [Fact]
    public void Random_texts_end_where_searching_the_whole_text_ends_them()
    {
        var tokenizer = ByteTokenizer.Of("a", "b", "ab", "ba", "é", "aéb", "", "bb", "😀", "a😀");
        var (stopped, longer) = (0, 0);
        for (var row = 0; row < 2000; row++)
        {
            var random = Seeds.Sequence(5, Purpose.TestTokens, 0, row);
            string[] stops = [.. Enumerable.Range(0, random.Next(3)).Select(_ => tokenizer.Decode(Draw(random, random.Next(1, 3)))).Where(s => s != "")];
            var sampling = new EvaluationSampling { Stop = [.. stops], IncludeStop = random.Next(2) == 0 };
            var (text, tokens, shown) = (new CompletionText(tokenizer, sampling), new List<int>(), new StringBuilder());
            var ended = false;
            foreach (var token in Draw(random, 12))
            {
                tokens.Add(token);
                ended = text.Add(token, mayStop: true);
                shown.Append(text.TakeNew());
                Assert.Equal(stops.Any(tokenizer.Decode(tokens).Contains), ended);
                if (ended)
                    break;
            }

            text.End();
            shown.Append(text.TakeNew());
            var whole = tokenizer.Decode(tokens);
            var cut = stops.Select(stop => (Index: whole.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(m => m.Index >= 0).Order().ToArray();
            var expected = cut is [var first, ..] ? whole[..(first.Index + (sampling.IncludeStop ? first.Length : 0))] : whole;
            Assert.Equal((expected, expected), (text.ToString(), shown.ToString()));
            (stopped, longer) = (stopped + (ended ? 1 : 0), longer + (ended && tokens.Count > 3 ? 1 : 0));
        }

        Assert.InRange(stopped, 500, 1900);
        Assert.True(longer > 100, $"Only {longer} texts ended behind the third token.");

        static int[] Draw(RandomSequence random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(10))];
    }
}
