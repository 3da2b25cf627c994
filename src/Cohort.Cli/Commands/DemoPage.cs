using Cohort.Checkpoints;
using Cohort.Cli.Terminals;
using Cohort.Evaluation;
using Cohort.Reports;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>The demo's report: three runs side by side, the table of its end, some answers.</summary>
internal static class DemoPage
{
    private const int Samples = 8;

    /// <summary>Writes report.html.</summary>
    /// <param name="root">The demo's directory.</param>
    /// <param name="models">The base first.</param>
    /// <returns>Its path.</returns>
    public static string Write(string root, IReadOnlyList<DemoModel> models)
    {
        var options = SftRun.ReadOptions(models[0].Trained.Run.Directory, []);
        var (first, best) = (models[0], models.MaxBy(model => model.Sampled.PassRate)!);
        return RunReport.Write(root, new ReportContent
        {
            Title = "SFT, then GRPO and PPO, on sorting digits",
            Summary = $"The fine-tuned base sorts {Numbers.Percent(first.Sampled.PassRate)} of the problems right when sampling; after {best.Name}, "
                + $"it is {Numbers.Percent(best.Sampled.PassRate)}.",
            Facts = [.. RunPage.Facts(options).Where(fact => fact.Label != "model")],
            Results = [.. models.Select(model => new ReportResult(model.Name, Estimate(model.Sampled), Estimate(model.Greedy)))],
            MeasuredOn = $"{first.Sampled.Answers.Count:#,0} test problems that no run has seen",
            Runs = [.. models.Select((model, index) => RunPage.Read(index == 0 ? "SFT" : model.Name, model.Trained.Run.Directory))],
            Samples = [.. Enumerable.Range(0, Math.Min(Samples, first.Greedy.Answers.Count)).Select(index => Sample(models, index))],
            OptionsJson = string.Join(
                "\n", models.Select(model => File.ReadAllText(new RunDirectory(model.Trained.Run.Directory).Options))),
        });
    }

    private static Estimate Estimate(EvaluationResult result) =>
        new(result.PassInterval.Estimate, result.PassInterval.Low, result.PassInterval.High);

    private static ReportSample Sample(IReadOnlyList<DemoModel> models, int index)
    {
        var problem = models[0].Greedy.Answers[index].Problem;
        return new(problem.Prompt, problem.Reference, [.. models.Select(model =>
        {
            var answer = model.Greedy.Answers[index];
            return new ReportAnswer(model.Name, answer.Completion.Text, answer.Passes ? 1 : 0, answer.Passes);
        })]);
    }
}
