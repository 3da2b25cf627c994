using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Cli;
using Cohort.Telemetry;

namespace Cohort.Tests.Cli;

public sealed class ExportCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void A_run_is_exported_as_a_table_and_as_events()
    {
        var (csv, board) = (tiny.File("a.csv"), tiny.File("board"));
        var line = CommandLine.Succeed("export", tiny.Run, "--csv", csv, "--tensorboard", board);
        var steps = MetricsFile.Read(new RunDirectory(tiny.Run).Metrics);
        var rows = File.ReadAllLines(csv);
        Assert.Equal(steps.Count + 1, rows.Length);
        Assert.StartsWith("step,", rows[0]);
        Assert.Contains(MetricNames.StepSeconds, rows[0]);
        Assert.Equal(steps.Select(step => $"{step.Step}"), rows.Skip(1).Select(row => row.Split(',')[0]));
        var events = Assert.Single(Directory.GetFiles(board));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(events));
        Assert.Contains($"{csv} and {board}: {steps.Count} steps", line.Output);

        var before = File.ReadAllBytes(events);
        CommandLine.Succeed("export", tiny.Run, "--tensorboard", board, "--follow"); // the run has ended, and so does following it
        Assert.Equal(before, File.ReadAllBytes(Assert.Single(Directory.GetFiles(board))));
    }

    [Fact]
    public async Task A_run_that_goes_on_is_followed_to_its_end()
    {
        var (place, csv) = (new RunDirectory(tiny.File("live")), tiny.File("live.csv"));
        CommandLine.Succeed("sft", "--out", place.Root, "--threads", "1", "--set", "model.kind=new", "--set", $"data.path={tiny.Problems}", "--set", "steps=1");
        var lines = File.ReadAllLines(place.Metrics);
        File.Delete(place.Metrics);
        var following = Task.Run(() => CommandLine.Succeed("export", place.Root, "--csv", csv, "--follow"));
        File.WriteAllText(place.Metrics, lines[0] + "\n");
        File.SetLastWriteTimeUtc(place.Metrics, DateTime.UnixEpoch.AddYears(90)); // as written after the model
        while (!File.Exists(csv))
            await Task.Delay(20);

        Assert.False(following.IsCompleted);
        var next = JsonNode.Parse(lines[^1])!.AsObject();
        next["step"] = 9;
        next["reward/part/new"] = 0.5;
        File.AppendAllText(place.Metrics, next.ToJsonString() + "\n");
        File.SetLastWriteTimeUtc(place.Metrics, DateTime.UnixEpoch.AddYears(1)); // as written before the model
        await following;
        var rows = File.ReadAllLines(csv);
        Assert.Equal(3, rows.Length);
        Assert.EndsWith(",reward/part/new", rows[0]);
        Assert.EndsWith(",", rows[1]);
        Assert.Matches("^9,.*,0\\.5$", rows[2]);
    }

    [Fact]
    public void Mistakes_have_one_message()
    {
        CommandLine.Refuse(["export", tiny.Run], "--csv FILE, --tensorboard DIR");
        CommandLine.Refuse(["export", tiny.File("no-run"), "--csv", tiny.File("x.csv")], "holds no run");
        CommandLine.Refuse(["export", tiny.Run, "--csv", tiny.File("no/such/folder.csv")], "no/such");
        Directory.CreateDirectory(tiny.File("begun"));
        File.Copy(new RunDirectory(tiny.Run).Options, new RunDirectory(tiny.File("begun")).Options);
        CommandLine.Refuse(["export", tiny.File("begun"), "--csv", tiny.File("x.csv")], "has no finished step yet");
    }

    [Fact]
    public void A_listener_in_the_process_sees_the_numbers_of_every_run()
    {
        var seen = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MeterSink.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen.Add($"{instrument.Name} {tags[0].Value} {tags[1].Value}"));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen.Add($"{instrument.Name} {tags[0].Value} {tags[1].Value}"));
        listener.Start();
        CommandLine.Succeed(tiny.Train("heard"));
        CommandLine.Succeed(
            "sft", "--out", tiny.File("heard-too"), "--threads", "1", "--set", "model.kind=new", "--set", $"data.path={tiny.Problems}", "--set", "steps=1");
        Assert.Superset(
            new HashSet<string>
            {
                "cohort.run.sampled_tokens heard train", "cohort.reward.score_mean heard train",
                "cohort.time.step_seconds heard-too sft", "cohort.step heard-too sft",
            },
            seen);
    }
}
