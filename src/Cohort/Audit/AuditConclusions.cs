using System.Globalization;

namespace Cohort.Audit;

/// <summary>What follows from each table, in a sentence or two with the numbers that it rests on.</summary>
internal static class AuditConclusions
{
    private const double Near = 0.99;
    private const string Summed = "With the score-function loss, summed over a response's tokens.";

    /// <summary>Critic-free advantages.</summary>
    public static AuditSection Advantages(IReadOnlyList<AuditRow> rows)
    {
        var (sibling, greedy) = (Of(rows, "leave-one-out (RLOO)"), Of(rows, "greedy baseline (ReMax)"));
        var (deviation, plain) = (Of(rows, "group deviation (GRPO)"), Of(rows, "group mean with the sample (Dr. GRPO)"));
        var (batchMean, whitened) = (Of(rows, "batch mean with the sample"), Of(rows, "batch whitening (REINFORCE++)"));
        var less = sibling.EffectiveSampleSize < 1
            ? ", less than 1 because without a baseline wrong answers, whose gradients are the larger ones here, count nothing; " : "; ";
        return new("Advantages", $"{Summed} Fresh data.", rows, Text(
            $"Leave-one-out has no bias and is worth {sibling.EffectiveSampleSize:0.00} REINFORCE batches{less}")
            + Text($"the group mean is the same direction times {plain.Projection:0.###}. ")
            + Text($"Dividing by the group's deviation multiplies the step by {deviation.Projection:0.00} and {Direction(deviation)}. ")
            + Text($"The batch's mean is worth {batchMean.EffectiveSampleSize:0.00}; ")
            + Text($"whitening over the batch multiplies the step by {whitened.Projection:0.00} and {Direction(whitened)}. ")
            + Text($"A greedy baseline is worth {greedy.EffectiveSampleSize:0.00} once its own completions are counted."));
    }

    /// <summary>Advantages that follow another objective than the score.</summary>
    public static AuditSection OtherObjectives(IReadOnlyList<AuditRow> rows)
    {
        var (best, parts, steps) = (rows[0], Of(rows, "each part by its deviation (GDPO)"), Of(rows, "steps by the group's deviation (process)"));
        return new("Advantages for other objectives", $"{Summed} Each against the gradient of its own objective.", rows, Text(
            $"Best of the group is exact for the expected best, times 1/G = {best.Projection:0.###}. ")
            + Text($"Scaling each part by itself (GDPO) re-weighs the parts: cosine {parts.Cosine:0.000}. ")
            + Text($"Process rewards scaled in the group: cosine {steps.Cosine:0.000} to the sum of the steps' rewards."));
    }

    /// <summary>Generalized advantages.</summary>
    public static AuditSection Critics(IReadOnlyList<AuditRow> rows, IReadOnlyList<double> explained)
    {
        var (right, trained, wrong) = (Of(rows, "exact V, λ 0.95"), Of(rows, "trained V, λ 0.95"), Of(rows, "wrong V, λ 0.95"));
        var (low, wrongOne) = (Of(rows, "trained V, λ 0"), Of(rows, "wrong V, λ 1"));
        return new(
            "Critics (GAE)",
            Text($"{Summed} Fresh data. Trained: {AuditedCritic.Steps} gradient steps from V = 0 on sampled returns, ")
            + Text($"{AuditedCritic.Responses} responses of each prompt a step. ")
            + Text($"Wrong: 1 - V. Variance of returns explained: exact {explained[0]:0.00}, trained {explained[1]:0.00}, wrong {explained[2]:0.00}."),
            rows,
            Text($"At λ = 0.95 an exact critic is worth {right.EffectiveSampleSize:0.00} REINFORCE batches, the trained one ")
            + Text($"{trained.EffectiveSampleSize:0.00} with cosine {trained.Cosine:0.000}, ")
            + Text($"the wrong one {wrong.EffectiveSampleSize:0.00} with cosine {wrong.Cosine:0.000}. ")
            + Text($"At λ = 0 the trained critic's error {Direction(low)}. ")
            + Text($"At λ = 1 no critic biases it; a wrong one only costs: {wrongOne.EffectiveSampleSize:0.00}."));
    }

    /// <summary>Reductions.</summary>
    public static AuditSection Reductions(IReadOnlyList<AuditRow> rows)
    {
        var (response, token) = (Of(rows, "1/|o| (GRPO)"), Of(rows, "token mean (DAPO)"));
        return new("Reductions", "Leave-one-out advantages, the score-function loss. Fresh data.", rows, Text(
            $"A sum, or a fixed length, keeps the direction exactly. 1/|o| {Direction(response)}; the token mean {Direction(token)}."));
    }

    /// <summary>Policy losses.</summary>
    public static AuditSection Losses(IReadOnlyList<AuditRow> rows, double staleness)
    {
        const string About = "Leave-one-out advantages, summed over a response's tokens unless said otherwise.";
        if (staleness == 0)
        {
            var exact = rows.Count(row => row.IsExact);
            return new("Policy losses on fresh data", About, rows, Text(
                $"Before the first update every ratio is 1: {exact} of {rows.Count} losses have the exact gradient there, whatever their clip or gate."));
        }

        var (product, token, clipped) = (Of(rows, "product ratio, no clip"), Of(rows, "token ratio, no clip"), Of(rows, "clipped (PPO)"));
        var none = Of(rows, "no ratio (REINFORCE)");
        var best = rows.Where(row => row.Cosine > Near).MaxBy(row => row.EffectiveSampleSize)!;
        return new(
            Text($"Policy losses on data stale by {staleness:0.##} nats"),
            Text($"{About} KL(old || current) of a response is {staleness:0.##} nats: the policy climbed the gradient since. ")
            + "Effective sample size: in fresh REINFORCE batches.",
            rows,
            Text($"Only the product of ratios is unbiased, worth {product.EffectiveSampleSize:0.00}. Cosine and worth: ")
            + Text($"token ratios {token.Cosine:0.000}, {token.EffectiveSampleSize:0.00}; ")
            + Text($"clipped {clipped.Cosine:0.000}, {clipped.EffectiveSampleSize:0.00}; no ratio {none.Cosine:0.000}, {none.EffectiveSampleSize:0.00}. ")
            + Text($"Most worth of those with a cosine above {Near}: {best.Name}, {best.EffectiveSampleSize:0.00}."));
    }

    /// <summary>Weights for another behaviour policy.</summary>
    public static AuditSection OffPolicy(IReadOnlyList<AuditRow> rows, double staleness)
    {
        var (none, token, sequence) = (Of(rows, "no weight"), Of(rows, "token weight, at most 2 (TIS)"), Of(rows, "sequence weight, no bound"));
        return new(
            "Off-policy weights",
            Text($"Leave-one-out advantages, the clipped loss before its first update; ")
            + Text($"{staleness:0.##} nats between the policy that sampled and the one that learns."),
            rows,
            Text($"Without a weight the cosine is {none.Cosine:0.000}; token weights give {token.Cosine:0.000} (worth {token.EffectiveSampleSize:0.00}); ")
            + Text($"whole responses' weights are unbiased (worth {sequence.EffectiveSampleSize:0.00})."));
    }

    /// <summary>KL penalties.</summary>
    public static AuditSection Kl(IReadOnlyList<AuditRow> rows)
    {
        var (k3, plain) = (Of(rows, "k3 in the reward"), Of(rows, "k3 in the loss, no weight"));
        var (loss, scaled) = (Of(rows, "k2 in the loss, weighted"), Of(rows, "exact in both, group deviation"));
        return new(
            "KL penalties",
            "The penalty alone, on fresh data; against the KL of whole responses, and against what it penalizes instead. "
            + "Scaled rows: with advantages of G responses.",
            rows,
            Text($"k1 in the reward, and exact in reward and loss, have the gradient of the KL of responses. k3 in the reward has not: ")
            + Text($"cosine {k3.Cosine:0.000}. In the loss k1, k2, k3 and exact follow the KL per token (cosine {loss.Cosine:0.000} to that of responses); ")
            + Text($"k1 in the loss without a weight has no gradient at all, and k3 without one is the forward KL (cosine {plain.Cosine:0.000}). ")
            + Text($"A group's deviation scales the half in the reward: cosine {scaled.Cosine:0.000}."));
    }

    /// <summary>Truncation.</summary>
    public static AuditSection Truncation(IReadOnlyList<AuditRow> rows)
    {
        var (kept, mask) = (Of(rows, "kept"), Of(rows, "left out of the loss (overlong filter)"));
        return new(
            "Completions that are cut off", "Leave-one-out advantages, the score-function loss. A completion that is cut off scores 0 in this task.", rows,
            Text($"Leaving them out of the loss {Direction(mask)}, worth {mask.EffectiveSampleSize:0.00} against {kept.EffectiveSampleSize:0.00}; ")
            + "penalties follow another objective.");
    }

    /// <summary>Of advantages that are normalized over a minibatch.</summary>
    public static string Normalization(IReadOnlyList<NormalizationRow> rows)
    {
        var (few, many) = (rows.First(row => row.Normalized), rows.Last(row => row.Normalized));
        return Text($"In part: with {few.Responses} responses the cosine is {few.Cosine:0.000}, with {many.Responses} {many.Cosine:0.000}; ")
            + "the step's size changes with every batch's deviation. Normalize large minibatches, or none.";
    }

    /// <summary>Of the claim that 1/|o| removes the bias of length.</summary>
    public static string Lengths(IReadOnlyList<LengthRow> rows)
    {
        var (sum, mean) = (rows[0], rows.First(row => row.Reduction == "1/|o|"));
        return Text($"It trades one bias for another: long wrong responses weigh {mean.LongWrong:0.0 %} under 1/|o| against {sum.LongWrong:0.0 %} in the ")
            + Text($"exact gradient, long right ones {mean.LongRight:0.0 %} against {sum.LongRight:0.0 %}, and the direction is off: ")
            + Text($"cosine {mean.Cosine:0.000}.");
    }

    /// <summary>Of the path up the gradient of J.</summary>
    public static string Surrogate(IReadOnlyList<SurrogatePoint> points)
    {
        var end = points[^1];
        return "The product of ratios is J itself. PPO's sum of token ratios has J's slope where it begins and leaves it from there on; "
            + Text($"the clip stops it early: at {end.Kl:0.##} nats J has grown by {end.Objective:0.000}, the sum by {end.Token:0.000}, with the clip by {end.Clipped:0.000}.");
    }

    /// <summary>Of where the clip stops the gradient.</summary>
    public static string Clipping =>
        "It stops only where A > 0 and r > 1.2, or A < 0 and r < 0.8: the clip takes gain away, and leaves what corrects a loss.";

    private static AuditRow Of(IReadOnlyList<AuditRow> rows, string name) => rows.First(row => row.Name == name);

    // What lies within rounding is no change; what lies within two standard errors may be none.
    private static string Direction(AuditRow row) => row.Perpendicular <= 1e-9 ? "keeps the direction here"
        : row.Perpendicular <= 2 * row.StandardError
            ? Text($"turns the direction by no more than drawn batches show: {row.Perpendicular:0.00} beside, ±{row.StandardError:0.00}")
        : row.Cosine > 0.9995 ? Text($"hardly changes the direction: {row.Perpendicular:0.000} beside the gradient")
        : Text($"changes the direction: cosine {row.Cosine:0.000}, {row.Perpendicular:0.00} beside the gradient");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
