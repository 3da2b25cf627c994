using System.Diagnostics;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>What a step spends its time on.</summary>
internal enum Phase
{
    Rollout,
    Reward,
    LogProbs,
    Advantages,
    Update,
    Evaluation,
}

/// <summary>Seconds per phase of one step; exactly one phase runs at any time.</summary>
internal sealed class PhaseClock
{
    private readonly double[] _seconds = new double[Enum.GetValues<Phase>().Length];
    private Phase _phase;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Ends the running phase and starts another.</summary>
    public void Start(Phase phase)
    {
        var now = Stopwatch.GetTimestamp();
        _seconds[(int)_phase] += Stopwatch.GetElapsedTime(_since, now).TotalSeconds;
        (_phase, _since) = (phase, now);
    }

    /// <summary>Forgets what was measured, at the start of a step.</summary>
    public void Reset()
    {
        Array.Clear(_seconds);
        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>Gives the step's times and rates.</summary>
    /// <param name="measures">Takes them.</param>
    /// <param name="sampledTokens">Tokens sampled in the step.</param>
    /// <param name="updatedTokens">Prompt and response tokens of the step, times epochs.</param>
    public void Describe(Measures measures, long sampledTokens, long updatedTokens)
    {
        Start(_phase);
        measures.Set(MetricNames.RolloutSeconds, Of(Phase.Rollout));
        measures.Set(MetricNames.RewardSeconds, Of(Phase.Reward));
        measures.Set(MetricNames.LogProbSeconds, Of(Phase.LogProbs));
        measures.Set(MetricNames.AdvantageSeconds, Of(Phase.Advantages));
        measures.Set(MetricNames.UpdateSeconds, Of(Phase.Update));
        measures.Set(MetricNames.EvaluationSeconds, Of(Phase.Evaluation));
        measures.Set(MetricNames.StepSeconds, _seconds.Sum());
        measures.Set(MetricNames.RolloutRate, sampledTokens / Math.Max(Of(Phase.Rollout), 1e-9));
        measures.Set(MetricNames.UpdateRate, updatedTokens / Math.Max(Of(Phase.Update), 1e-9));
        measures.Set(MetricNames.ResidentMemory, Environment.WorkingSet / 1048576.0);

        double Of(Phase phase) => _seconds[(int)phase];
    }
}
