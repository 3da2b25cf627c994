using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>The learning curve on held-out problems: which points it has, and that it is the same whatever happens to the run.</summary>
public sealed class CurveTests : IDisposable
{
    private static readonly string[] Curve = ["evaluation.every=0", "evaluation.curve.points=3", "evaluation.curve.problems=5", "evaluation.curve.samples=3"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Points_follow_the_first_step_that_reaches_each_share_of_the_budget()
    {
        var sink = new KeepingSink();
        TinyRun.Train("grpo", _folder.File("run"), sink, TinyRun.Never, Curve);

        var curve = EvaluationFile.Read(Place("run").Evaluations);
        Assert.Equal([0L, 3, 6, 8], curve.Select(point => point.Step)); // 3/8 >= 1/3, 6/8 >= 2/3, 8/8
        var tokens = sink.Steps.ToDictionary(step => step.Step, step => step[MetricNames.TotalSampledTokens]);
        Assert.Equal([0, tokens[3], tokens[6], tokens[8]], curve.Select(point => (double)point.SampledTokens));
        Assert.Equal(0, curve[0].Seconds);
        Assert.All(curve.Zip(curve.Skip(1)), pair => Assert.True(pair.First.Seconds < pair.Second.Seconds));
        Assert.All(curve.Zip(curve.Skip(1)), pair => Assert.True(pair.First.ProcessorSeconds < pair.Second.ProcessorSeconds));
        Assert.All(curve, point => Assert.Equal((5, 5, 5), (point.Scored.Count, point.Majority.Count, point.Greedy.Count)));
        Assert.All(curve, point => Assert.All(point.Scored.Zip(point.Passed), pair => Assert.True(pair.First == 3 && pair.Second <= 3)));
        foreach (var point in curve)
        {
            var step = sink.Steps.Single(line => line.Step == point.Step);
            Assert.Equal(point.Passed.Sum() / 15.0, step[MetricNames.HeldOutPass], 12);
            Assert.Equal(point.Passed.Count(passed => passed > 0) / 5.0, step[MetricNames.HeldOutPassAtK], 12);
            Assert.Equal(point.Majority.Average(), step[MetricNames.HeldOutMajority], 12);
            Assert.Equal(point.Greedy.Average(), step[MetricNames.HeldOutGreedy], 12);
        }

        Assert.Equal([0L, 3, 6, 8], sink.Steps.Where(step => !double.IsNaN(step[MetricNames.HeldOutPass])).Select(step => step.Step));
    }

    [Fact]
    public void Seconds_are_those_of_the_steps_without_measurements()
    {
        var sink = new KeepingSink();
        TinyRun.Train("ppo", _folder.File("run"), sink, TinyRun.Never, [.. Curve, "evaluation.every=2", "budget.steps=4"]);

        var steps = sink.Steps.Where(step => step.Step > 0).Sum(step => step["time/step_seconds"] - step["time/evaluation_seconds"]);
        Assert.InRange(EvaluationFile.Read(Place("run").Evaluations)[^1].Seconds, steps / 2, steps + 1e-6); // what a busy machine adds comes after it
        Assert.True(sink.Steps.Where(step => !double.IsNaN(step[MetricNames.HeldOutPass])).All(step => step["time/evaluation_seconds"] > 0));
    }

    [Fact]
    public void Measuring_changes_nothing_that_is_trained()
    {
        TinyRun.Train("grpo", _folder.File("plain"), "evaluation.every=0");
        TinyRun.Train("grpo", _folder.File("measured"), Curve);

        Assert.Equal(RunBits.Weights(Place("plain").Model), RunBits.Weights(Place("measured").Model));
        Assert.False(File.Exists(Place("plain").Evaluations));
    }

    [Fact]
    public void A_policy_that_stays_gives_the_same_point_each_time()
    {
        string[] still =
        [
            .. Curve, "evaluation.curve.points=2", "budget.steps=2", "rollout.maxRefills=0", "rollout.curriculum.leaveOut=0", "algorithm.kl.coefficient=0",
            "algorithm.kl.target=0", "algorithm.entropy.coefficient=0", "algorithm.entropy.target=0",
        ];
        TinyRun.Train("grpo", _folder.File("run"), new DelegateReward("mine", (_, _) => 0.25), TinyRun.Never, still);

        var curve = EvaluationFile.Read(Place("run").Evaluations);
        Assert.Equal(3, curve.Count);
        Assert.All(curve, point => Assert.Equal(curve[0].LengthMean, point.LengthMean));
    }

    [Theory]
    [InlineData("budget.tokens=300")]
    [InlineData("evaluation.patience=1", "evaluation.every=1", "budget.steps=1000")]
    public void Whatever_ends_a_run_ends_its_curve(params string[] sets)
    {
        var result = TinyRun.Train("grpo", _folder.File("run"), [.. Curve, .. sets]);

        var curve = EvaluationFile.Read(Place("run").Evaluations);
        Assert.Equal((0L, result.Step), (curve[0].Step, curve[^1].Step));
        Assert.Equal(result.SampledTokens, curve[^1].SampledTokens);
        Assert.InRange(result.Step, 1, 999);
        Assert.Equal(curve.Count, curve.Select(point => point.Step).Distinct().Count());
    }

    [Fact]
    public void A_run_that_goes_on_has_the_curve_of_one_that_never_stopped()
    {
        string[] sets = [.. Curve, "budget.steps=5"];
        TinyRun.Train("ppo", _folder.File("whole"), sets);
        GoesOn(stopAfter: 4, "");
        GoesOn(stopAfter: 4, "{\"step\":5,\"sampled_to");
        GoesOn(stopAfter: 4, "{\"step\":4}\n{\"step\":5}\n");
        GoesOn(stopAfter: 1, "\0\n"); // no checkpoint yet

        void GoesOn(int stopAfter, string tail)
        {
            using var stop = new CancellationTokenSource();
            TinyRun.Train("ppo", _folder.File("parts"), new StoppingSink(stopAfter, stop), () => stop.Token, sets);
            if (stopAfter == 1)
                Directory.Delete(Place("parts").Checkpoints, recursive: true);

            var before = stopAfter == 1 ? 0 : EvaluationFile.Read(Place("parts").Evaluations)[^1].Seconds;
            File.AppendAllText(Place("parts").Evaluations, tail);
            TinyRun.Resume("ppo", _folder.File("parts"));

            RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
            Assert.True(EvaluationFile.Read(Place("parts").Evaluations)[^1].Seconds > before);
            Directory.Delete(_folder.File("parts"), recursive: true);
        }
    }

    [Fact]
    public void A_last_point_that_could_not_be_measured_is_measured_once_the_reward_works()
    {
        const int BeforeTheEnd = (5 * 4 * 3) + (8 * 16);
        var calls = 0;
        var breaking = Letters(completion => Interlocked.Increment(ref calls) > BeforeTheEnd ? Score.None("server down") : TinyTraining.Letters(completion));
        string[] sets = [.. Curve, "rollout.maxRefills=0"];
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", _folder.File("run"), breaking, TinyRun.Never, sets));
        Assert.StartsWith("The reward mine gave no score to ", error.Message);
        Assert.Contains(" learning-curve answers", error.Message);
        Assert.Equal([0L, 3, 6], EvaluationFile.Read(Place("run").Evaluations).Select(point => point.Step));

        Assert.Equal(8, TinyRun.Resume(_folder.File("run"), Letters(TinyTraining.Letters)).Step);
        Assert.Equal([0L, 3, 6, 8], EvaluationFile.Read(Place("run").Evaluations).Select(point => point.Step));
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7, 8], MetricsFile.Read(Place("run").Metrics).Select(step => step.Step));
    }

    [Fact]
    public void A_reward_that_cannot_say_what_an_answer_votes_for_is_told_of_once_and_loses_nothing()
    {
        TinyRun.Train("grpo", _folder.File("whole"), Letters(TinyTraining.Letters), TinyRun.Never, Curve);
        var sink = new KeepingSink();
        using (var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File("grpo"), Curve), new Speechless(), sink))
            Assert.Equal(8, run.Train().Step);

        Assert.Equal(
            "Step 0: of 15 of 15 learning-curve answers the reward failed to say what they vote for, and held_out/majority_fraction counts none of these "
            + "votes: 15 x mine threw InvalidOperationException: no [31m answer. It is said once.",
            Assert.Single(sink.Notices, notice => notice.Contains("vote", StringComparison.Ordinal)));
        var (whole, curve) = (EvaluationFile.Read(Place("whole").Evaluations), EvaluationFile.Read(Place("run").Evaluations));
        Assert.Equal(whole.SelectMany(point => point.Passed), curve.SelectMany(point => point.Passed));
        Assert.Equal(RunBits.Weights(Place("whole").Model), RunBits.Weights(Place("run").Model));
    }

    [Fact]
    public void Problems_too_few_to_hold_out_are_refused()
    {
        File.WriteAllLines(_folder.File("few.jsonl"), Enumerable.Range(0, 19).Select(i => $$"""{"prompt": "{{(char)('a' + i)}}=", "answer": "b"}"""));
        string[] sets = [.. Curve, $$"""data={"kind": "file", "path": "{{_folder.File("few.jsonl")}}"}""", TinyRun.Folder(Model())];
        var error = Assert.Throws<OptionsException>(() => TinyRun.Train("grpo", _folder.File("run"), sets));

        Assert.Contains("evaluation.curve.points is 3, but the number of problems is 19, too few to hold some out", error.Message);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [Fact]
    public void Fewer_problems_than_asked_for_are_said()
    {
        var sink = new KeepingSink();
        string[] sets = [.. Curve, "evaluation.curve.problems=500", "evaluation.curve.samples=1", "budget.steps=1"];
        TinyRun.Train("grpo", _folder.File("run"), sink, TinyRun.Never, sets);

        var count = EvaluationFile.Read(Place("run").Evaluations)[0].Scored.Count;
        Assert.InRange(count, 1, 499);
        Assert.Contains($"The learning curve is of {count} problems, all of the test split; evaluation.curve.problems asks for 500.", sink.Notices);
    }

    [Fact]
    public void Runs_on_examples_have_no_curve() => Assert.Contains(
        "evaluation.curve.points is 2, but only `cohort train` measures a learning curve",
        Assert.Throws<OptionsException>(() => TinyRun.Train("sft", _folder.File("run"), "evaluation.curve.points=2")).Message);

    private static DelegateReward Letters(Func<Completion, Score> score) => new("mine", (_, completion, _) => ValueTask.FromResult(score(completion)));

    private RunDirectory Place(string name) => new(_folder.File(name));

    private string Model()
    {
        TinyRun.Train("sft", _folder.File("base"), "steps=1", "evaluation.every=0");
        return Place("base").Model;
    }

    /// <summary>Scores, but fails to read an answer.</summary>
    private sealed class Speechless : IRewardFunction
    {
        public string Name => "mine";

        public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) => new(TinyTraining.Letters(completion));

        public string AnswerOf(Completion completion) => throw new InvalidOperationException("no\u001b[31m answer.");
    }

    /// <summary>Stops a run after a number of steps.</summary>
    private sealed class StoppingSink(int after, CancellationTokenSource stop) : SilentSink
    {
        public override void Write(StepMetrics metrics)
        {
            if (metrics.Step == after)
                stop.Cancel();
        }
    }
}
