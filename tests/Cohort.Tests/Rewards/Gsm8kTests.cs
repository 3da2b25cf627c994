using System.IO.Compression;
using System.Text.Json;
using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

/// <summary>The whole of GSM8K (arXiv:2110.14168; MIT licence beside the data): 7,473 problems to train on and 1,319 to test on.</summary>
public sealed class Gsm8kTests
{
    private static readonly IReadOnlyList<string> Solutions = [.. Read("train"), .. Read("test")];

    [Fact]
    public void Every_reference_answer_is_extracted()
    {
        Assert.Equal(8_792, Solutions.Count);
        foreach (var solution in Solutions)
        {
            Assert.True(Quantity.TryFind(solution, AnswerPlace.Hash, out var quantity), solution);
            Assert.Equal(new Quantity(Rational.Of(decimal.Parse(Final(solution).Replace(",", ""))), IsPercent: false), quantity);
        }
    }

    [Fact]
    public void Every_reference_solution_scores_1()
    {
        foreach (var solution in Solutions)
        {
            Assert.Equal(1, Total(solution, solution));
            Assert.Equal(1, Total($"Thus \\boxed{{{Final(solution)}}}.", solution));
            Assert.Equal(1, Total($"The answer is ${Final(solution)}.", solution));
        }
    }

    [Fact]
    public void Every_solution_with_its_final_number_changed_scores_0()
    {
        foreach (var solution in Solutions)
        {
            var right = decimal.Parse(Final(solution).Replace(",", ""));
            foreach (var wrong in (decimal[])[right + 1, right - 1, -right - 1, (10 * right) + 3, right + 0.01m])
                Assert.Equal(0, Total(solution.Replace($"#### {Final(solution)}", $"#### {wrong}"), solution));
        }
    }

    private static double Total(string answer, string reference) =>
        Assert.IsType<Scored>(new NumberReward().Judge(new Problem("1", "p", reference), answer)).Total;

    private static string Final(string solution) => solution[(solution.LastIndexOf("#### ", StringComparison.Ordinal) + 5)..];

    private static IEnumerable<string> Read(string split)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Golden", "gsm8k", $"{split}.jsonl.gz"));
        using var lines = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()!;
    }
}
