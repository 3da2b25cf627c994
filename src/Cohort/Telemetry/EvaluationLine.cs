namespace Cohort.Telemetry;

/// <summary>One line of evaluations.jsonl: how the policy answered held-out problems after a step; problems are in the same order in every line.</summary>
/// <param name="Step">The step that was finished; 0 is the starting model.</param>
/// <param name="SampledTokens">Tokens that the run had sampled in training.</param>
/// <param name="Seconds">Wall-clock seconds that the run had trained, measurements left out.</param>
/// <param name="ProcessorSeconds">The same in processor seconds of all threads.</param>
/// <param name="Scored">Per problem, its sampled answers that have a score: k, or fewer where the reward failed.</param>
/// <param name="Passed">Per problem, those of them that pass.</param>
/// <param name="Majority">Per problem, whether its commonest answer passes: 0 or 1, among equally common ones the mean, NaN where none has a score.</param>
/// <param name="Greedy">Per problem, whether its most likely answer passes: 0 or 1, NaN where it has no score.</param>
/// <param name="LengthMean">Mean length of the sampled answers, in tokens.</param>
public sealed record EvaluationLine(
    long Step,
    long SampledTokens,
    double Seconds,
    double ProcessorSeconds,
    IReadOnlyList<int> Scored,
    IReadOnlyList<int> Passed,
    IReadOnlyList<double> Majority,
    IReadOnlyList<double> Greedy,
    double LengthMean);
