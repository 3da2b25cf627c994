using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>An objective with its exact gradient.</summary>
/// <param name="Name">In a table.</param>
/// <param name="Gradient">[D], of the loss, which is the negated objective where that is a score.</param>
/// <param name="SignalPerToken">(ĝ·g)² / (|g|² E|g_batch - ĝ|²) per token of REINFORCE without a baseline; NaN where there is none.</param>
internal sealed record AuditObjective(string Name, Tensor Gradient, double SignalPerToken);
