using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) => { key.Cancel = true; stop.Cancel(); };

var options = new RunOptions
{
    Model = new FolderModel { Path = args[0] },
    Data = new FileData { Path = args[1] },
    Reward = new CustomReward(),
    Algorithm = AlgorithmOptions.Grpo,
    Budget = new() { Steps = 20 },
};
var reward = new DelegateReward("short and right", (problem, answer) => answer == problem.Reference ? 1 : -0.01 * answer.Length);
using var run = PolicyRun.Start("runs/from-code", options, reward, new ConsoleSink());
Console.WriteLine($"The model is in {run.Train(stop.Token).ModelFolder}");

internal sealed class ConsoleSink : IMetricSink
{
    public void Write(StepMetrics step) => Console.WriteLine($"step {step.Step}: score {step[MetricNames.ScoreMean]:0.000}");
}
