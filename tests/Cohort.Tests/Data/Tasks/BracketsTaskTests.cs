using Cohort.Data.Tasks;

namespace Cohort.Tests.Data.Tasks;

public sealed class BracketsTaskTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(32)]
    public void Prompt_and_reference_together_are_balanced(int size)
    {
        var depths = new HashSet<int>();
        for (var round = 0; round < 500; round++)
        {
            var problem = new BracketsTask(size).Generate(BundledTaskTests.Random(round));
            Assert.Equal(size + 1, problem.Prompt.Length);
            Assert.Equal("", Reduce(problem.Prompt.TrimEnd(':') + problem.Reference));
            depths.Add(problem.Reference.Length);
        }

        Assert.InRange(depths.Count, 2, size);
    }

    // Another way than a stack: an empty pair is taken out until there is none.
    private static string Reduce(string text)
    {
        for (var before = -1; before != text.Length;)
        {
            before = text.Length;
            text = text.Replace("()", "").Replace("[]", "").Replace("{}", "").Replace("<>", "");
        }

        return text;
    }
}
