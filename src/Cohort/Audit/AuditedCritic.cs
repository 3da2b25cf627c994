using Cohort.Advantages;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>What a value of each state says, in a critic's place. Owns its tensor.</summary>
/// <param name="Name">Such as "exact V".</param>
/// <param name="Values">[N,T] float64, the value of the state in which each token is drawn; 0 outside the mask.</param>
/// <param name="ExplainedVariance">1 - Var[V* - V] / Var[V*] over sampled tokens, with the exact V*.</param>
internal sealed record AuditedCritic(string Name, Tensor Values, double ExplainedVariance)
{
    /// <summary>Steps of the trained critic.</summary>
    public const int Steps = 8;

    /// <summary>Sampled responses of each of its steps, per prompt.</summary>
    public const int Responses = 4;

    private const double Rate = 0.5;

    /// <summary>The λ of the grid; 0.95 is the default of PPO.</summary>
    public static IReadOnlyList<double> Lambdas { get; } = [0, 0.5, 0.9, 0.95, 1];

    /// <summary>Exact, trained and wrong; their tensors belong to the caller's scope.</summary>
    /// <param name="problem">On-policy.</param>
    /// <param name="seed">Of the sampled returns.</param>
    public static IReadOnlyList<AuditedCritic> All(ExactProblem problem, ulong seed)
    {
        var exact = ScoreEstimators.ExactValues(problem);
        var wrong = ((1 - exact) * problem.Tree.Mask.to_type(ScalarType.Float64)).MoveToOuterDisposeScope();
        return [Of("exact V", exact), Of("trained V", Trained(problem, seed)), Of("wrong V", wrong)];

        AuditedCritic Of(string name, Tensor values) => new(name, values, Explained(problem, exact, values));
    }

    /// <summary>Generalized advantages with this critic, for each λ; and with a discount.</summary>

    /// <param name="samplesPerPrompt">G.</param>
    public IEnumerable<Audited> Estimators(int samplesPerPrompt)
    {
        var right = Name == "exact V";
        return
        [
            .. Lambdas.Select(lambda => Of(
                lambda, 1, lambda == 1 || right ? new Claim.Multiple(1) : new Claim.Biased("the error of V stays in the advantage"))),
            .. right ? [Of(1, 0.9, new Claim.Biased("another objective: late scores count less"))] : Array.Empty<Audited>(),
        ];

        Audited Of(double lambda, double discount, Claim claim)
        {
            var number = System.Globalization.CultureInfo.InvariantCulture;
            var (name, settings) = (string.Create(number, $"{Name}, λ {lambda}"), string.Create(
                number, $"algorithm.advantage.kind=critic algorithm.advantage.lambda={lambda}"));
            return new(
                discount == 1 ? settings : string.Create(number, $"{settings} algorithm.advantage.discount={discount}"),
                ScoreEstimators.Reinforce(
                    discount == 1 ? name : string.Create(number, $"{name}, γ {discount}"), claim, samplesPerPrompt, Reduction.ResponseSum,
                    rows => Advantages(rows, discount, lambda)));
        }
    }

    /// <summary>[R,T], generalized advantages of sampled rows.</summary>
    public Tensor Advantages(SampledRows rows, double discount, double lambda) => GeneralizedAdvantage.PerToken(
        ShapedRewards.OnLastToken(rows.Scores, rows.Mask), rows.Of(Values), rows.Mask, discount, lambda);

    // A value per state, 0 at first as a fresh critic's, by gradient steps on the value loss of sampled returns.
    private static Tensor Trained(ExactProblem problem, ulong seed)
    {
        using var scope = NewDisposeScope();
        var tree = problem.Tree;
        var values = zeros([tree.NodeCount], ScalarType.Float64);
        var drawn = SampledBatches.Drawn(problem, Responses, Steps, seed);
        for (var step = 0; step < Steps; step++)
        {
            using var part = NewDisposeScope();
            using var _ = enable_grad();
            var rows = drawn[step];
            var (nodes, mask) = (tree.Nodes.index_select(0, rows), tree.Mask.index_select(0, rows));
            var learned = values.detach().requires_grad_(true);
            var current = Of(learned, nodes) * mask;
            var returns = problem.Scores.index_select(0, rows).unsqueeze(1) * mask;
            var loss = TokenLoss.Share(
                ClippedValueLoss.PerToken(current, current.detach(), returns, double.PositiveInfinity), mask, Reduction.TokenMean,
                new(rows.shape[0], mask.sum().item<long>(), tree.Shape.Length));
            var gradient = autograd.grad([loss], [learned])[0];
            using (no_grad())
                values.sub_(Rate * gradient);
        }

        return (Of(values, tree.Nodes) * tree.Mask).MoveToOuterDisposeScope();
    }

    private static Tensor Of(Tensor perNode, Tensor nodes) => perNode.index_select(0, nodes.flatten()).view_as(nodes);

    private static double Explained(ExactProblem problem, Tensor exact, Tensor values)
    {
        using var scope = NewDisposeScope();
        var weights = problem.SamplingProbabilities.unsqueeze(1) * problem.Tree.Mask;
        return 1 - (Variance(exact - values) / Variance(exact));

        double Variance(Tensor of)
        {
            var mean = (weights * of).sum() / weights.sum();
            return ((weights * (of - mean).square()).sum() / weights.sum()).item<double>();
        }
    }
}
