namespace Cohort.Telemetry;

/// <summary>One sampled token of a logged completion, and what one step did with it.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Text">
/// Its text by itself, special tokens as they are spelled; bytes that are no text without their neighbours are U+FFFD.
/// </param>
/// <param name="Advantage">Its advantage; 0 where the completion is in no loss.</param>
/// <param name="Ratio">π of the policy after the step over π_old; NaN where the completion is in no loss.</param>
/// <param name="Kl">log π of the policy after the step - log π_ref, nats; NaN without a reference, and where the completion is in no loss.</param>
public sealed record RolloutToken(int Id, string Text, double Advantage, double Ratio, double Kl);
