namespace Cohort.Comparison;

/// <summary>What a step costs at one group size and one limit on the length, from a short run of its own.</summary>
/// <param name="Contender">The algorithm, or the variant's name.</param>
/// <param name="SamplesPerPrompt">G, completions per prompt.</param>
/// <param name="MaxNewTokens">The longest completion, in tokens.</param>
/// <param name="LengthMean">Mean length of its completions, in tokens; NaN where it was not measured.</param>
/// <param name="StepSeconds">Mean wall-clock seconds of a step, measurements left out.</param>
/// <param name="ProcessorSeconds">Mean processor seconds of a step, of all threads.</param>
/// <param name="PeakMib">The most resident memory, in MiB.</param>
public sealed record CostProbe(
    string Contender, int SamplesPerPrompt, int MaxNewTokens, double LengthMean, double StepSeconds, double ProcessorSeconds, double PeakMib);
