using System.Text.RegularExpressions;
using Cohort.Data.Tasks;

namespace Cohort.Tests.Data.Tasks;

public sealed class EquationsTaskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void The_reference_solves_the_equation_and_nothing_else_does(int size)
    {
        var signs = new HashSet<int>();
        for (var round = 0; round < 500; round++)
        {
            var problem = new EquationsTask(size).Generate(BundledTaskTests.Random(round));
            var parts = Regex.Match(problem.Prompt, @"^(\d+)\*x([+-]\d+)=(-?\d+),x=$").Groups;
            var (factor, term, value) = (long.Parse(parts[1].Value), long.Parse(parts[2].Value), long.Parse(parts[3].Value));

            Assert.Equal((size, size + 1), (parts[1].Length, parts[2].Length));
            Assert.True(factor >= 2);
            Assert.Equal(value, (factor * long.Parse(problem.Reference)) + term);
            signs.Add(Math.Sign(long.Parse(problem.Reference)));
        }

        Assert.Superset(new HashSet<int> { -1, 1 }, signs);
    }
}
