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
    Critic,
    Update,
    Evaluation,
}

/// <summary>Seconds per phase of one step; exactly one phase runs at any time.</summary>
internal sealed class PhaseClock
{
    private readonly double[] _seconds = new double[Enum.GetValues<Phase>().Length];
    private readonly double[] _processorSeconds = new double[Enum.GetValues<Phase>().Length];
    private Phase _phase;
    private long _since = Stopwatch.GetTimestamp();
    private TimeSpan _processorSince = Environment.CpuUsage.TotalTime;
    private double _firstToken;
    private bool _firstWritten;

    /// <summary>Prompt and response tokens that the step's updates went through.</summary>
    public long UpdatedTokens { get; set; }

    /// <summary>Ends the running phase and starts another.</summary>
    public void Start(Phase phase)
    {
        var (now, processorNow) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        _seconds[(int)_phase] += Stopwatch.GetElapsedTime(_since, now).TotalSeconds;
        _processorSeconds[(int)_phase] += (processorNow - _processorSince).TotalSeconds;
        (_phase, _since, _processorSince) = (phase, now, processorNow);
    }

    /// <summary>Starts a phase; disposing what it gives goes back to the one that ran.</summary>
    public Interlude During(Phase phase)
    {
        var interlude = new Interlude(this, _phase);
        Start(phase);
        return interlude;
    }

    /// <summary>Notes that a token was sampled; the first call counts.</summary>
    public void NoteToken()
    {
        if (_firstToken == 0)
        {
            using var process = Process.GetCurrentProcess();
            _firstToken = (TimeProvider.System.GetUtcNow() - process.StartTime).TotalSeconds;
        }
    }

    /// <summary>Forgets what was measured, at the start of a step, which begins with its rollout.</summary>
    public void Reset()
    {
        Array.Clear(_seconds);
        Array.Clear(_processorSeconds);
        UpdatedTokens = 0;
        _phase = Phase.Rollout;
        (_since, _processorSince) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
    }

    /// <summary>
    /// What the step's own phases took so far, measurements left out: wall-clock seconds, and processor seconds of all threads of the process.
    /// </summary>
    public (double Seconds, double ProcessorSeconds) OfTraining()
    {
        Start(_phase);
        return (_seconds.Sum() - _seconds[(int)Phase.Evaluation], _processorSeconds.Sum() - _processorSeconds[(int)Phase.Evaluation]);
    }

    /// <summary>Gives the step's times and rates.</summary>
    /// <param name="measures">Takes them.</param>
    public void Describe(Measures measures)
    {
        var (_, processorSeconds) = OfTraining();
        measures.Set(MetricNames.RolloutSeconds, Of(Phase.Rollout));
        measures.Set(MetricNames.RewardSeconds, Of(Phase.Reward));
        measures.Set(MetricNames.LogProbSeconds, Of(Phase.LogProbs));
        measures.Set(MetricNames.AdvantageSeconds, Of(Phase.Advantages));
        measures.Set(MetricNames.UpdateSeconds, Of(Phase.Update));
        if (Of(Phase.Critic) > 0)
        {
            measures.Set(MetricNames.CriticSeconds, Of(Phase.Critic));
        }

        measures.Set(MetricNames.EvaluationSeconds, Of(Phase.Evaluation));
        measures.Set(MetricNames.StepSeconds, _seconds.Sum());
        measures.Set(MetricNames.ProcessorSeconds, processorSeconds);
        SetRate(MetricNames.RolloutRate, measures.Of(MetricNames.SampledTokens), Phase.Rollout);
        SetRate(MetricNames.UpdateRate, UpdatedTokens, Phase.Update);
        if (_firstToken > 0 && !_firstWritten)
        {
            _firstWritten = true;
            measures.Set(MetricNames.FirstTokenSeconds, _firstToken);
        }

        measures.Set(MetricNames.ResidentMemory, Environment.WorkingSet / 1048576.0);
        using var process = Process.GetCurrentProcess();
        measures.Set(MetricNames.PeakMemory, process.PeakWorkingSet64 / 1048576.0);

        double Of(Phase phase) => _seconds[(int)phase];

        void SetRate(string name, double tokens, Phase phase)
        {
            if (tokens > 0 && Of(phase) > 0)
            {
                measures.Set(name, tokens / Of(phase));
            }
        }
    }

    /// <summary>A phase within another one.</summary>
    /// <param name="clock">Whose.</param>
    /// <param name="outer">The one to go back to.</param>
    public readonly struct Interlude(PhaseClock clock, Phase outer) : IDisposable
    {
        /// <summary>Goes back.</summary>
        public void Dispose() => clock.Start(outer);
    }
}
