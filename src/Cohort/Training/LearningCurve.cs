using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>
/// Measures the learning curve of <see cref="CurveOptions"/>: at the start, after the first step that reaches each of the equal shares of the budget, and at
/// the end. Every point draws with the same random numbers, and each is a line of evaluations.jsonl.
/// </summary>
internal sealed class LearningCurve
{
    private readonly HeldOutMeasurement _measurement;
    private readonly RewardSet _rewards;
    private readonly EvaluationSampling _sampling;
    private readonly CurveOptions _curve;
    private readonly BudgetOptions _budget;
    private readonly string _path;
    private readonly IMetricSink _sink;
    private readonly List<EvaluationLine> _lines = [];
    private bool _toldOfVotes;

    /// <summary>A curve, of which the file keeps what was measured before.</summary>
    /// <param name="measurement">Answers the curve's problems.</param>
    /// <param name="rewards">Score the answers.</param>
    /// <param name="options">The run's.</param>
    /// <param name="path">evaluations.jsonl; made where there are points to measure.</param>
    /// <param name="keepBytes">Length to which an earlier part of the run is cut.</param>
    /// <param name="sink">Is told, once, of answers that the rewards failed to read.</param>
    /// <exception cref="InvalidDataException">No line ends at that length.</exception>
    public LearningCurve(HeldOutMeasurement measurement, RewardSet rewards, RunOptions options, string path, long keepBytes, IMetricSink sink)
    {
        (_measurement, _rewards, _path, Bytes, _sink) = (measurement, rewards, path, keepBytes, sink);
        (_curve, _budget, _sampling) = (options.Evaluation.Curve, options.Budget, options.Rollout.ValidationSampling());
        if (_curve.Points > 0)
            new EvaluationLog(path, keepBytes).Dispose(); // cuts
    }

    /// <summary>Length of evaluations.jsonl on disk, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Says that there are fewer problems than asked for; empty where there are enough.</summary>
    public string Notice => _curve.Points == 0 || _measurement.Problems.Count == _curve.Problems ? ""
        : $"The learning curve is of {_measurement.Problems.Count} problems, all of the {Name(_curve.Split)} split; evaluation.curve.problems asks for "
            + $"{_curve.Problems}.";

    /// <summary>Why the data cannot give a curve, one message per problem.</summary>
    /// <param name="curve">What the options say.</param>
    /// <param name="source">The run's data.</param>
    public static IEnumerable<string> Problems(CurveOptions curve, DataSource<Problem> source)
    {
        if (curve.Points == 0)
            yield break;

        if (!source.IsHeldOut)
        {
            yield return $"evaluation.curve.points is {curve.Points}, but the number of problems is {source.TrainingCount}, too few to hold some out: the "
                + "curve would be of what was trained on. Give more problems, name a file of others as data.heldOutPath, or set points to 0.";
        }
        else if (source.HeldOut(curve.Split, 1).Count == 0)
        {
            yield return $"evaluation.curve.points is {curve.Points}, but the {Name(curve.Split)} split of the data is empty; give more problems, a larger "
                + "data.size, or set points to 0.";
        }
    }

    /// <summary>The curve's problems; none without a curve.</summary>
    /// <inheritdoc cref="Problems(CurveOptions, DataSource{Problem})"/>
    public static IReadOnlyList<Problem> Take(CurveOptions curve, DataSource<Problem> source) =>
        curve.Points == 0 ? [] : source.HeldOut(curve.Split, curve.Problems);

    /// <summary>Whether a point is due after a step.</summary>
    /// <param name="state">The state after it; at step 0 that of the start.</param>
    /// <param name="ends">Whether the run ends with it.</param>
    public bool IsDue(TrainerState state, bool ends) => _curve.Points > 0
        && (state.CurveStep < 0 || (ends && state.Step > state.CurveStep)
            || Reached(state.Step, state.SampledTokens) > Reached(state.CurveStep, state.CurveTokens));

    /// <summary>Measures a point.</summary>
    /// <param name="state">The state after the step.</param>
    /// <param name="measures">Takes the numbers, once all of them are there.</param>
    /// <param name="cancel">Stops between tokens, and while rewards are computed.</param>
    /// <returns>The state with the point; <see cref="Write"/> writes it.</returns>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">The rewards give too few scores.</exception>
    public TrainerState Measure(TrainerState state, Measures measures, CancellationToken cancel)
    {
        var (sampled, greedy) = _measurement.Measure(_rewards, _rewards, _curve.Samples, _sampling, cancel);
        measures.Set(MetricNames.HeldOutPass, sampled.PassRate);
        measures.Set(MetricNames.HeldOutPassAtK, sampled.PassAt(_curve.Samples));
        measures.Set(MetricNames.HeldOutMajority, sampled.MajorityRate);
        measures.Set(MetricNames.HeldOutGreedy, greedy.PassRate);
        TellOfVotes(state.Step, sampled.Answers);
        var answers = sampled.Answers.Chunk(_curve.Samples).ToArray();
        _lines.Add(new EvaluationLine(
            state.Step,
            state.SampledTokens,
            state.Seconds,
            state.ProcessorSeconds,
            [.. answers.Select(group => group.Count(answer => answer.Score is Scored))],
            [.. answers.Select(group => group.Count(answer => answer.Passes))],
            sampled.Majorities,
            greedy.Outcomes,
            sampled.LengthMean));
        return state with { CurveStep = state.Step, CurveTokens = state.SampledTokens };
    }

    /// <summary>Appends what was measured to the file. Points are rare, so that it is not kept open.</summary>
    /// <exception cref="IOException">It cannot be written; the file ends with the line before.</exception>
    public void Write()
    {
        if (_lines.Count == 0)
            return;

        using var log = new EvaluationLog(_path, Bytes);
        _lines.ForEach(log.Append);
        log.Flush();
        Bytes = log.Length;
        _lines.Clear();
    }

    private void TellOfVotes(long step, IReadOnlyList<Answer> answers)
    {
        var failures = answers.Select(answer => answer.VoteFailure).Where(failure => failure != "").CountBy(failure => failure).ToArray();
        if (_toldOfVotes || failures.Length == 0)
            return;

        _toldOfVotes = true;
        var commonest = failures.MaxBy(failure => failure.Value);
        _sink.Notice(
            $"Step {step}: of {failures.Sum(failure => failure.Value)} of {answers.Count} learning-curve answers the reward failed to say what they vote for, "
            + $"and {MetricNames.HeldOutMajority} counts none of these votes: {commonest.Value} x {commonest.Key.TrimEnd('.')}. It is said once.");
    }

    private int Reached(long step, long tokens) => MeasuredSteps.Reached(_budget.Progress(step, tokens), _curve.Points);

    private static string Name(Split split) => split.ToString().ToLowerInvariant();
}
