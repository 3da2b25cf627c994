using Cohort.Cli.Terminals;
using Cohort.Evaluation;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>What the demo prints at its end.</summary>
/// <param name="Report">The report's path.</param>
/// <param name="Base">After fine-tuning.</param>
/// <param name="Grpo">After GRPO.</param>
/// <param name="Ppo">After PPO.</param>
/// <param name="Time">Of the whole demo.</param>
internal sealed record DemoSummary(string Report, DemoModel Base, DemoModel Grpo, DemoModel Ppo, TimeSpan Time)
{
    private const int Samples = 3;

    /// <summary>Prints it to standard output.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="json">As one JSON object instead of tables.</param>
    public void Print(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(Json());
            return;
        }

        terminal.Output.WriteLine();
        terminal.Output.WriteLine($"{Base.Sampled.Answers.Count:#,0} test problems: share answered right, with 95 % intervals");
        terminal.Results.Write(Table());
        terminal.Output.WriteLine("Most likely answers to three of them, first those that the base gets wrong:");
        terminal.Results.Write(Examples());
        var grpo = Numbers.ShortPath(Grpo.Trained.Run.ModelFolder);
        terminal.Output.WriteLine($"Whole demo: {Numbers.Time(Time)}. Curves and answers: {Numbers.ShortPath(Report)}");
        terminal.Output.WriteLine("next:");
        terminal.Output.WriteLine($"  ./cohort generate --model {grpo} --prompt 31415926=");
        terminal.Output.WriteLine($"  ./cohort train --set model.path={grpo} --set data.task=sort");
        terminal.Output.WriteLine("  ./cohort train --help");
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in new[] { "model", "sampled", "gain", "greedy", "gain", "time", "tokens" })
            table.AddColumn(title, column => column.NoWrap().PadLeft(0).PadRight(1));

        foreach (var model in new[] { Base, Grpo, Ppo })
        {
            table.AddRow(
                model.Name,
                Rate(model.Sampled),
                model == Base ? "" : Gain(Base.Sampled, model.Sampled),
                Rate(model.Greedy),
                model == Base ? "" : Gain(Base.Greedy, model.Greedy),
                Numbers.Time(model.Trained.Time),
                model == Base ? "" : $"{model.Trained.Run.SampledTokens:#,0}");
        }

        return table;
    }

    private Table Examples()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("problem", "right answer", Base.Name, Grpo.Name, Ppo.Name);
        foreach (var index in Telling().Take(Samples))
        {
            var problem = Base.Greedy.Answers[index].Problem;
            table.AddRow([SafeText.InMarkup(problem.Prompt), SafeText.InMarkup(problem.Reference), Cell(Base), Cell(Grpo), Cell(Ppo)]);

            string Cell(DemoModel model)
            {
                var answer = model.Greedy.Answers[index];
                return $"{SafeText.InMarkup(answer.Completion.Text)} {(answer.Passes ? "[green]right[/]" : "[red]wrong[/]")}";
            }
        }

        return table;
    }

    // First the problems that the base got wrong: they show the difference. They are a choice, and the table above is the measure.
    private IEnumerable<int> Telling() =>
        Enumerable.Range(0, Base.Greedy.Answers.Count).OrderBy(index => Base.Greedy.Answers[index].Passes);

    private static string Rate(EvaluationResult result) =>
        $"{Numbers.Percent(result.PassRate)}\n[dim]{Numbers.Bounds(result.PassInterval)}[/]";

    private static string Gain(EvaluationResult before, EvaluationResult after)
    {
        var gain = PairedDifference.Of(before.Outcomes, after.Outcomes);
        return $"{Numbers.Points(gain.Estimate)}\n[dim]{Numbers.Bounds(gain)}[/]";
    }

    private string Json() => SharedOptions.ToJson(new Dictionary<string, object>
    {
        ["base"] = new { sampled = Base.Sampled.PassRate, greedy = Base.Greedy.PassRate, seconds = Seconds(Base.Trained.Time) },
        ["grpo"] = Describe(Grpo),
        ["ppo"] = Describe(Ppo),
        ["problems"] = Base.Sampled.Answers.Count,
        ["report"] = Path.GetFullPath(Report),
        ["seconds"] = Seconds(Time),
    });

    private object Describe(DemoModel model) => new
    {
        sampled = model.Sampled.PassRate,
        greedy = model.Greedy.PassRate,
        sampled_gain = Bounds(PairedDifference.Of(Base.Sampled.Outcomes, model.Sampled.Outcomes)),
        greedy_gain = Bounds(PairedDifference.Of(Base.Greedy.Outcomes, model.Greedy.Outcomes)),
        tokens = model.Trained.Run.SampledTokens,
        seconds = Seconds(model.Trained.Time),
    };

    private static double?[] Bounds(Interval interval) =>
        [SharedOptions.Finite(interval.Estimate), SharedOptions.Finite(interval.Low), SharedOptions.Finite(interval.High)];

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}
