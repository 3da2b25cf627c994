using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>A finished run of a comparison, as its directory holds it.</summary>
/// <param name="Cell">Which one.</param>
/// <param name="Options">All its options, resolved.</param>
/// <param name="Steps">metrics.jsonl; step 0 is the starting model.</param>
/// <param name="Curve">evaluations.jsonl; the first line is of the starting model, the last of the end.</param>
/// <param name="PolicyParameters">Numbers that the policy is made of.</param>
/// <param name="CriticParameters">Numbers that the critic is made of; 0 without one.</param>
public sealed record CellRun(
    Cell Cell, RunOptions Options, IReadOnlyList<StepMetrics> Steps, IReadOnlyList<EvaluationLine> Curve, long PolicyParameters, long CriticParameters);
