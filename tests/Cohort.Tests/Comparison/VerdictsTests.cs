using Cohort.Comparison;
using Cohort.Data;
using Cohort.Training;
using static Cohort.Tests.Comparison.SyntheticRuns;

namespace Cohort.Tests.Comparison;

public class VerdictsTests
{
    [Fact]
    public void A_difference_is_told_in_points_with_interval_seeds_problems_and_scope()
    {
        var result = ComparisonAnalysis.Of(Ten, new());
        var difference = result.Arms[0].Pairs[0].PassAt1;
        Assert.StartsWith(
            "Controlled arm (only the credit differs), sort. ppo's pass@1 on the test problems is 31.7 points higher than grpo's (95 % interval "
            + $"{Verdicts.Range(difference)}, p {Verdicts.P(difference.PValue)}, 5 seeds, 24 problems) after 1,000 sampled tokens, and ",
            result.Headline);
        Assert.EndsWith("This holds for this base model.", result.Headline);
    }

    [Fact]
    public void The_other_order_of_contenders_turns_the_sign()
    {
        var result = ComparisonAnalysis.Of([.. Ten.Reverse()], new());
        Assert.Equal(Conclusion.Worse, result.Arms[0].Pairs[0].Conclusion);
        Assert.Contains("grpo's pass@1 on the test problems is 31.7 points lower than ppo's", result.Headline);
    }

    [Fact]
    public void Without_a_conclusion_the_seeds_that_would_be_needed_are_told()
    {
        var result = ComparisonAnalysis.Of(Four, new());
        var difference = result.Arms[0].Pairs[0].PassAt1;
        Assert.Contains(
            "Nothing yet: ppo's pass@1 on the test problems is 18.8 points higher than grpo's (95 % interval -181.1 to 218.6, p 0.44, 2 seeds",
            result.Headline);
        Assert.Contains($"about {difference.SeedsNeeded - 2} more seeds would be needed", result.Headline);
        Assert.DoesNotContain("base model", result.Headline);
        Assert.Contains("This holds for this base model.", result.Limits);
    }

    [Fact]
    public void One_seed_allows_no_conclusion_however_large_the_difference()
    {
        var result = ComparisonAnalysis.Of([.. Ten.Where(run => run.Cell.Seed == 3)], new());
        Assert.Equal(Conclusion.OneSeed, result.Arms[0].Pairs[0].Conclusion);
        Assert.Contains(
            "sort. No conclusion: with one seed, ppo's pass@1 on the test problems is "
            + $"{Verdicts.Number(result.Arms[0].Pairs[0].PassAt1.Interval.Estimate)} points higher than grpo's, which says nothing about other seeds",
            result.Headline);
    }

    [Fact]
    public void Runs_that_failed_are_counted_by_contender_and_whom_their_absence_favours_is_told()
    {
        var runs = Ten.Where(run => run.Cell is not { Contender: "ppo", Seed: 2 or 4 } and not { Contender: "grpo", Seed: 5 });
        JobEnd[] failed =
        [
            Failed("runs/sort/controlled/ppo/seed-2"), Failed("runs/sort/controlled/ppo/seed-4"), Failed("runs/sort/controlled/grpo/seed-5"),
            Failed("probes/sort/controlled/ppo/g4-n8", JobKind.Probe, "no room." + new string('\n', 400)),
        ];
        var result = ComparisonAnalysis.Of([.. runs], new() { Failed = failed });

        Assert.EndsWith(" Failed and left out: 2 runs of ppo, 1 run of grpo.", result.Headline);
        Assert.Contains(
            "sort, controlled arm: ppo lacks seed 2, 4, which the differences leave out; where a run failed, as by diverging, that favours ppo.",
            result.Limits);
        Assert.Equal(300, result.Failed[3].Message.Length);
        Assert.StartsWith("no room.  ", result.Failed[3].Message);
        Assert.Single(result.Limits, limit => limit.StartsWith(
            "Cost was not measured, as the short run failed, by probes/sort/controlled/ppo/g4-n8: no room.  ", StringComparison.Ordinal));

        static JobEnd Failed(string path, JobKind kind = JobKind.Run, string message = "diverged") =>
            new(new(kind, path, new RunOptions(), KeepsModel: false), JobState.Failed, message);
    }

    [Fact]
    public void Several_tasks_are_told_together()
    {
        var undecided = Four.Select(run => run with { Cell = run.Cell with { Task = "max" } });
        var result = ComparisonAnalysis.Of([.. Ten, .. undecided], new());
        Assert.Equal(
            "Controlled arm (only the credit differs): ppo is ahead of grpo on 1 of 2 tasks (sort +31.7 points, "
            + $"{Verdicts.Range(result.Arms[0].Pairs[0].PassAt1)}), not told apart from grpo on 1 of 2 tasks (max +18.8 points, -181.1 to 218.6). "
            + "Intervals are of each task by itself, conclusions corrected by Holm over 2 comparisons. This holds for this base model.",
            result.Headline);
        Assert.Contains(result.Limits, limit => limit.Contains("corrected by Holm over 2 comparisons"));
        Assert.Contains(
            "more seeds would be needed to tell a difference of this size from none, before Holm's correction", result.Arms[1].Pairs[0].Sentence);
        Assert.StartsWith("Nothing yet. Usual arm (each algorithm's published preset): ppo is not told apart", ComparisonAnalysis.Of(
            [.. Usual(Four), .. Usual([.. undecided])], new()).Headline);

        static IEnumerable<CellRun> Usual(IReadOnlyList<CellRun> runs) => runs.Select(run => run with { Cell = run.Cell with { Arm = Arm.Usual } });
    }

    [Fact]
    public void Several_contenders_on_one_task_are_told_with_its_name()
    {
        var third = Four.Where(run => run.Cell is { Contender: "ppo", Seed: 2 }).Select(run => run with { Cell = run.Cell with { Contender = "rloo" } });
        Assert.Equal(
            "Nothing yet. Controlled arm (only the credit differs): ppo is not told apart from grpo on sort (+18.8 points, -181.1 to 218.6). "
            + "Controlled arm (only the credit differs): rloo is compared by one seed alone, which allows no conclusion, with grpo on sort (+12.5 points).",
            ComparisonAnalysis.Of([.. Four, .. third], new()).Headline);
    }

    [Fact]
    public void A_controlled_arm_that_differs_in_more_than_the_credit_says_in_what()
    {
        var faster = Four.Select(run => run.Cell.Contender == "grpo" ? run
            : run with { Options = run.Options with { Optimizer = new AdamOptions { LearningRate = 0.125 } } });
        Assert.StartsWith(
            "Controlled arm (beside the credit, these differ: optimizer.learningRate), sort. ", ComparisonAnalysis.Of([.. faster], new()).Headline);
    }

    [Fact]
    public void Base_models_seeds_added_later_validation_and_time_limit_the_conclusion()
    {
        var own = Four.Select(run => run with
        {
            Options = run.Options with
            {
                Model = new FolderModel { Path = $"bases/seed-{run.Cell.Seed}" },
                Evaluation = run.Options.Evaluation with { Curve = run.Options.Evaluation.Curve with { Split = Split.Validation } },
            },
        });
        var result = ComparisonAnalysis.Of([.. own], new() { AddedSeeds = [2], WallClock = true, Jobs = 3 });
        Assert.Equal((2, true), (result.Bases, result.BasePerSeed));
        Assert.Equal(
            [
                "Every seed has a base model of its own, so that this speaks of base models made as these were.",
                "Added after the other results could be seen: seed 2. Intervals and p-values do not know that, and are too sure.",
                "Measured on validation problems, by which settings may have been chosen; the test problems decide.",
                "Time is that of the clock on the wall, measurements left out, with 3 runs side by side, which slow each other.",
            ],
            result.Limits);
        Assert.Contains("on the validation problems", result.Headline);
    }

    [Fact]
    public void Equal_runs_give_no_conclusion_and_no_number_of_seeds()
    {
        var same = Four.Select(run => run with { Curve = Four[0].Curve });
        Assert.Contains("which says nothing of chance", ComparisonAnalysis.Of([.. same], new()).Headline);
        Assert.StartsWith("Nothing is compared", ComparisonAnalysis.Of([.. Four.Take(2)], new()).Headline);
    }
}
