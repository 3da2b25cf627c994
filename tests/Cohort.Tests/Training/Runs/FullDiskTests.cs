using Cohort.Checkpoints;

namespace Cohort.Tests.Training.Runs;

public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FullDiskTests() => File.WriteAllText(_folder.File("run.json"), TinyRun.File("ppo"));

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public void A_checkpoint_that_does_not_fit_ends_the_run_with_one_message_and_older_ones_stay()
    {
        var (code, output) = Run(
            "2m",
            $"""
            {Train("budget.steps=3")}
            fill 48
            {Train("budget.steps=8")} && exit 1
            (cd $disk/run/checkpoints && ls -d * && sha256sum */policy/model.safetensors > $disk/../sums)
            (cd $disk/run/checkpoints && sha256sum --quiet -c $disk/../sums)
            empty
            {Train()}
            cp -r $disk/run $disk/../resumed
            """);

        Assert.Equal(
            $"BudgetUsed at step 3\nThe checkpoint of step 4 could not be written: No space left on device : '{_folder.File("disk/run/checkpoints")}"
            + "/step-000004.unfinished/…' The checkpoint of step 3 is whole; make room, then go on with --resume.\nstep-000002\nstep-000003\n"
            + "BudgetUsed at step 8\n",
            System.Text.RegularExpressions.Regex.Replace(output, "unfinished/[^']*'", "unfinished/…'"));
        Assert.Equal(0, code);
        AssertSameAsOnALargeDisk();
    }

    [SmallDiskFact]
    public void Options_and_logs_that_do_not_fit_end_the_run_with_one_message_each()
    {
        var (code, output) = Run(
            "2m",
            $"""
            {Train("budget.steps=3")}
            fill 0
            {Train("budget.steps=8")} && exit 1
            empty
            fill 4
            {Train("budget.steps=8", "checkpoints.every=100", "evaluation.patience=99")} && exit 1
            empty
            {Train("budget.steps=8")}
            cp -r $disk/run $disk/../resumed
            """);

        Assert.Matches(
            "^BudgetUsed at step 3\n.*/options.json cannot be written: No space left on device : '.*/options.json.tmp' Nothing was changed; make room, "
            + "then go on with --resume.\nStep [4-8] could not be written: No space left on device : '.*/(metrics|rollouts).jsonl' The checkpoint of "
            + "step 3 is whole; make room, then go on with --resume.\nBudgetUsed at step 8\n$",
            output);
        Assert.Equal(0, code);
        AssertSameAsOnALargeDisk();
    }

    [SmallDiskFact]
    public void A_run_that_does_not_fit_is_not_begun()
    {
        var (code, output) = Run(
            "1m",
            $"""
            fill 8
            {Train()} && exit 1
            ls $disk
            empty
            {Train()}
            cp -r $disk/run $disk/../resumed
            """);

        Assert.Matches(
            "^The run directory '.*/disk/run' cannot be made: No space left on device : '.*' Make room, or name a directory that you may write to, "
            + "then begin again.\nballast\nBudgetUsed at step 8\n$",
            output);
        Assert.Equal(0, code);
        AssertSameAsOnALargeDisk();
    }

    private (int Code, string Output) Run(string size, string script)
    {
        using var child = SmallDisk.Start(_folder.File("disk"), size, script);
        return child.Finish();
    }

    private string Train(params string[] sets) =>
        string.Join(' ', ChildRun.Command("ppo", "$disk/run", _folder.File("run.json"), sets));

    private void AssertSameAsOnALargeDisk()
    {
        TinyRun.Train("ppo", _folder.File("whole"));
        RunBits.AssertSame(_folder.File("whole"), _folder.File("resumed"));
    }
}
