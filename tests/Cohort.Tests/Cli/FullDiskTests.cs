using Cohort.Tests.Training.Runs;

namespace Cohort.Tests.Cli;

public sealed class FullDiskTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [SmallDiskFact]
    public void A_full_disk_ends_the_run_with_one_message_and_loses_nothing_that_was_saved()
    {
        var disk = tiny.File("disk");
        Directory.CreateDirectory(disk);
        var train = tiny.Train("disk/run", "--set", "checkpoints.every=3", "--set", "evaluation.every=0");
        // A disk on which the third or a later checkpoint does not fit; then a larger one.
        const string script = """
            mount -t tmpfs -o size=250k cohort-test "$1" || exit 9
            disk=$1; tool=$2; shift 2
            "$tool" "$@" --set budget.steps=1000; echo "code $?"
            ls "$disk/run/checkpoints" | tr '\n' ' '
            mount -o remount,size=4m cohort-test "$disk"
            "$tool" train --resume "$disk/run" --set budget.steps=25 --json
            """;

        using var process = new ChildProcess(
            SmallDisk.Unshare[0], [.. SmallDisk.Unshare[1..], "bash", "-c", script, "bash", disk, ChildProcess.Tool, .. train]);
        var line = process.Wait();

        Assert.Contains("code 1\n", line.Output);
        Assert.Matches(@"error: The checkpoint of step \d+ could not be written: No space left on device", line.Error);
        Assert.Contains("make room, then go on with --resume", line.Error);
        Assert.DoesNotContain("unfinished", line.Output);
        Assert.True(line.Code == 0, line.Error);
        Assert.Contains("\"step\":25,", line.Output);
    }
}
