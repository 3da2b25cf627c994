namespace Cohort.Tests.Training.Runs;

public sealed class DeterminismTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    [InlineData("ppo-fresh")]
    [InlineData("sft-lora")]
    [InlineData("grpo-lora")]
    [InlineData("ppo-lora")]
    public void The_same_seed_twice_gives_the_same_bits(string kind)
    {
        TinyRun.Train(kind, _folder.File("a"));
        TinyRun.Train(kind, _folder.File("b"));

        RunBits.AssertSame(_folder.File("a"), _folder.File("b"));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    public void Another_seed_gives_other_bits(string kind)
    {
        var a = TinyRun.Train(kind, _folder.File("a"));
        var b = TinyRun.Train(kind, _folder.File("b"), "seed=8");

        Assert.NotEqual(RunBits.Weights(a.ModelFolder), RunBits.Weights(b.ModelFolder));
    }

    [Theory]
    [InlineData("sft", "steps")]
    [InlineData("reward-model", "steps")]
    [InlineData("grpo", "budget.steps")]
    [InlineData("ppo", "budget.steps")]
    public void More_steps_on_resume_equal_a_run_that_had_them_from_the_start(string kind, string budget)
    {
        TinyRun.Train(kind, _folder.File("whole"), $"{budget}=9");
        TinyRun.Train(kind, _folder.File("parts"), $"{budget}=6");
        TinyRun.Resume(kind, _folder.File("parts"), $"{budget}=9");

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }
}
