using Cohort.Comparison;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

public sealed class ComparisonPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ComparisonPlanTests() => File.WriteAllText(_folder.File("sort.json"), """{"model": {"path": "m"}, "optimizer": {"schedule": "linear"}}""");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cells_come_seed_by_seed_and_name_their_directories()
    {
        string[] expected =
        [
            "runs/sort/usual/ppo/seed-7", "runs/sort/usual/drGrpo/seed-7", "runs/sort/variant/slow/seed-7",
            "runs/sort/usual/ppo/seed-8", "runs/sort/usual/drGrpo/seed-8", "runs/sort/variant/slow/seed-8",
        ];
        var plan = Plan();

        Assert.Equal(expected, plan.Cells.Select(cell => cell.Path));
        Assert.All(plan.Cells, cell => Assert.Equal(cell.Seed, plan.OptionsOf(cell).Seed));
        Assert.Equal(1e-5, plan.OptionsOf(plan.Cells.Last()).Optimizer.LearningRate);
    }

    [Fact]
    public void Plan_reads_back_as_it_was_written()
    {
        var plan = Plan().WithSeeds(3, finishedRuns: 6, TimeProvider.System);
        ComparisonPlanFile.Write(_folder.File("comparison.json"), plan);
        var read = ComparisonPlanFile.Read(_folder.File("comparison.json"));

        Assert.Equal(plan.Contenders, read.Contenders);
        Assert.Equal(plan.Seeds, read.Seeds);
        Assert.Equal(plan with { Contenders = [], Seeds = [] }, read with { Contenders = [], Seeds = [] });
    }

    [Fact]
    public void Seeds_that_are_added_follow_the_last_and_say_how_much_could_be_looked_at()
    {
        var plan = Plan().WithSeeds(4, finishedRuns: 6, TimeProvider.System);

        Assert.Equal([(7UL, 0), (8UL, 0), (9UL, 6), (10UL, 6)], plan.Seeds.Select(seed => (seed.Seed, seed.FinishedRuns)));
        Assert.Equal(plan.Seeds, plan.WithSeeds(4, finishedRuns: 12, TimeProvider.System).Seeds);
    }

    [Theory]
    [InlineData("{}", "is not the plan of a comparison")]
    [InlineData("not json", "is not the plan of a comparison")]
    public void Damaged_plan_is_refused(string content, string message)
    {
        File.WriteAllText(_folder.File("comparison.json"), content);
        Assert.Contains(message, Assert.Throws<TrainingException>(() => ComparisonPlanFile.Read(_folder.File("comparison.json"))).Message);
    }

    private ComparisonPlan Plan() => ComparisonPlan.Of(
        new()
        {
            RunFiles = [_folder.File("sort.json")],
            Algorithms = [AlgorithmPreset.Ppo, AlgorithmPreset.DrGrpo],
            Arms = [Arm.Usual],
            Variants = [Variant.Parse("slow optimizer.learningRate=1e-5")],
            Tokens = 1000,
        },
        firstSeed: 7,
        seeds: 2,
        TimeProvider.System);
}
