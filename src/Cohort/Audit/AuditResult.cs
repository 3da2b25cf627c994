namespace Cohort.Audit;

/// <summary>What an audit found.</summary>
/// <param name="Seed">Of the policies and of batches that were drawn.</param>
/// <param name="SamplesPerPrompt">G.</param>
/// <param name="Length">T, in tokens.</param>
/// <param name="Task">What is asked and scored, in words.</param>
/// <param name="Subjects">One per policy.</param>
/// <param name="Clipping">Where the clipped surrogate has a gradient: a fact of the loss, not of a policy.</param>
/// <param name="ClippingFollows">What follows from that.</param>
public sealed record AuditResult(
    ulong Seed, int SamplesPerPrompt, int Length, string Task, IReadOnlyList<AuditSubject> Subjects, IReadOnlyList<ClippingCell> Clipping,
    string ClippingFollows);

/// <summary>Everything that was measured on one policy.</summary>
/// <param name="Name">Such as "table".</param>
/// <param name="Description">What it is, in words.</param>
/// <param name="ExpectedScore">E[s] of the policy that samples.</param>
/// <param name="PassRates">P(right) of each prompt under it.</param>
/// <param name="ReferenceScore">E[s] of the reference, from which it was trained.</param>
/// <param name="SequenceKl">KL(policy || reference) of whole responses, nats.</param>
/// <param name="TokensPerBatch">Expected tokens of a batch of P prompts with G completions each.</param>
/// <param name="Sections">The tables.</param>
/// <param name="Identities">The identities of the policy gradient.</param>
/// <param name="Normalization">Whether normalized advantages keep the expected direction.</param>
/// <param name="NormalizationFollows">What follows from that.</param>
/// <param name="Lengths">Whether 1/|o| removes the bias of length.</param>
/// <param name="LengthsFollow">What follows from that.</param>
/// <param name="Surrogate">Objective and surrogates up the gradient.</param>
/// <param name="SurrogateFollows">What follows from that.</param>
public sealed record AuditSubject(
    string Name,
    string Description,
    double ExpectedScore,
    IReadOnlyList<double> PassRates,
    double ReferenceScore,
    double SequenceKl,
    double TokensPerBatch,
    IReadOnlyList<AuditSection> Sections,
    IReadOnlyList<AuditIdentity> Identities,
    IReadOnlyList<NormalizationRow> Normalization,
    string NormalizationFollows,
    IReadOnlyList<LengthRow> Lengths,
    string LengthsFollow,
    IReadOnlyList<SurrogatePoint> Surrogate,
    string SurrogateFollows);

/// <summary>Estimators that answer one question.</summary>
/// <param name="Title">What is compared.</param>
/// <param name="About">How it was measured.</param>
/// <param name="Rows">The estimators.</param>
/// <param name="Follows">What follows for a user, with the numbers behind it.</param>
public sealed record AuditSection(string Title, string About, IReadOnlyList<AuditRow> Rows, string Follows);

/// <summary>One estimator against the exact gradient g of its objective; ĝ is its expected gradient.</summary>
/// <param name="Name">The estimator.</param>
/// <param name="Settings">What makes a run use it, as for --set; empty where no option does.</param>
/// <param name="Objective">What g is the gradient of.</param>
/// <param name="Claim">What is said of ĝ.</param>
/// <param name="IsExact">Whether ĝ is a constant multiple of g, or zero, by proof; then <paramref name="Deviation"/> is rounding.</param>
/// <param name="Cosine">Of the angle between ĝ and g; 0 where ĝ vanishes.</param>
/// <param name="RelativeNorm">|ĝ| / |g|.</param>
/// <param name="Projection">ĝ·g / |g|².</param>
/// <param name="RelativeError">|ĝ - g| / |g|, the bias.</param>
/// <param name="Perpendicular">The part of ĝ beside g, relative to |g|: the bias that no learning rate mends.</param>
/// <param name="Deviation">How far ĝ is from what is said, relative to |g|; null where nothing exact is said.</param>
/// <param name="Variance">E|g_batch - ĝ|² / |g|², times the batch's expected tokens over those of the standard batch: at equal tokens.</param>
/// <param name="EffectiveSampleSize">
/// How many batches of REINFORCE without a baseline, fresh and of the same number of tokens, have the signal-to-noise ratio of one batch:
/// (ĝ·g)² / (|g|² E|g_batch - ĝ|²) per token, over that of REINFORCE. No learning rate changes it. 0 where ĝ does not point along g; null where
/// REINFORCE has no such objective.
/// </param>
/// <param name="TokensPerBatch">Expected sampled tokens of its batch, greedy completions included.</param>
/// <param name="StandardError">Of ĝ over all of its entries, relative to |g|: 0 where every batch was summed over.</param>
public sealed record AuditRow(
    string Name,
    string Settings,
    string Objective,
    string Claim,
    bool IsExact,
    double Cosine,
    double RelativeNorm,
    double Projection,
    double RelativeError,
    double Perpendicular,
    double? Deviation,
    double Variance,
    double? EffectiveSampleSize,
    double TokensPerBatch,
    double StandardError);

/// <summary>An identity as a number that should vanish.</summary>
/// <param name="Name">The identity.</param>
/// <param name="Value">How far it is from holding, relative to |g|.</param>
/// <param name="Holds">Whether it should: the others are what the identity does not cover.</param>
public sealed record AuditIdentity(string Name, double Value, bool Holds);

/// <summary>The gradient of the clipped surrogate at one token.</summary>
/// <param name="Ratio">r.</param>
/// <param name="Advantage">A.</param>
/// <param name="Kept">Its gradient by log π over r A, by automatic differentiation of the real loss: 1 goes on, 0 has stopped.</param>
public sealed record ClippingCell(double Ratio, double Advantage, double Kept);

/// <summary>Objective and surrogates of a policy on the path up the gradient of J, each as its change from the path's start.</summary>
/// <param name="Step">The path's length so far, in units of the parameters.</param>
/// <param name="Kl">KL(old || new) of whole responses, nats.</param>
/// <param name="Objective">J, the expected score.</param>
/// <param name="Product">E_old[Π r A], the importance-weighted surrogate of whole responses.</param>
/// <param name="Token">E_old[Σ r_t A], PPO's without the clip.</param>
/// <param name="Clipped">E_old[Σ min(r_t A, clip(r_t) A)], PPO's.</param>
public sealed record SurrogatePoint(double Step, double Kl, double Objective, double Product, double Token, double Clipped);

/// <summary>The expected gradient with and without advantages that are normalized over the batch.</summary>
/// <param name="Responses">Responses of the batch.</param>
/// <param name="Normalized">Whether they are.</param>
/// <param name="Cosine">To the exact gradient.</param>
/// <param name="Projection">ĝ·g / |g|², the change of the step's size.</param>
/// <param name="RelativeError">|ĝ - g| / |g|.</param>
/// <param name="Perpendicular">The part of ĝ beside g, relative to |g|.</param>
/// <param name="StandardError">Of ĝ, relative to |g|.</param>
public sealed record NormalizationRow(
    int Responses, bool Normalized, double Cosine, double Projection, double RelativeError, double Perpendicular, double StandardError);

/// <summary>How much of the expected gradient comes from which responses.</summary>
/// <param name="Reduction">How per-token losses become one number.</param>
/// <param name="Cosine">Of the expected gradient to the exact one.</param>
/// <param name="ShortRight">Share of right responses no longer than half of the limit: |their part of ĝ| over the sum of the four.</param>
/// <param name="LongRight">Share of longer right ones.</param>
/// <param name="ShortWrong">Share of wrong responses no longer than half of the limit.</param>
/// <param name="LongWrong">Share of longer wrong ones.</param>
public sealed record LengthRow(string Reduction, double Cosine, double ShortRight, double LongRight, double ShortWrong, double LongWrong);
