using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// Measures every estimator, loss and KL option on a task that is small enough to sum over all completions: bias, variance at equal tokens, cosine to
/// the exact gradient, and effective sample size. One seed gives the same bits on one machine.
/// </summary>
public static class AuditRun
{
    /// <summary>How stale the data of the policy losses are: KL(old || current) of whole responses, nats.</summary>
    public static IReadOnlyList<double> Staleness { get; } = [0.01, 0.05, 0.2];

    private const double OffPolicyStaleness = 0.05;

    /// <summary>Runs the audit, on one thread of torch: its tensors are small.</summary>
    /// <param name="options">Which policies, on how large a task.</param>
    /// <param name="report">Told before each table.</param>
    /// <param name="cancel">Looked at before each table.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AuditResult Of(AuditOptions options, Action<AuditProgress> report, CancellationToken cancel)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            using var task = new CopyCountTask(options.Length);
            return Of(task, options, report, cancel);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static AuditResult Of(CopyCountTask task, AuditOptions options, Action<AuditProgress> report, CancellationToken cancel)
    {
        Func<AuditedSubject>[] subjects =
        [
            .. options.Policy == AuditedPolicy.Transformer ? Array.Empty<Func<AuditedSubject>>() : [() => AuditedSubject.Table(task, options.Seed)],
            .. options.Policy == AuditedPolicy.Table ? Array.Empty<Func<AuditedSubject>>() : [() => AuditedSubject.Transformer(task, options.Seed)],
        ];
        var (done, measured) = (0, new List<AuditSubject>());
        foreach (var create in subjects)
        {
            Doing("policy");
            using var subject = create();
            measured.Add(Measure(subject, options, Doing));
        }

        return new(options.Seed, options.SamplesPerPrompt, options.Length, task.Description, measured, AuditIdentities.Clipping(), AuditConclusions.Clipping);

        void Doing(string what)
        {
            cancel.ThrowIfCancellationRequested();
            report(new((double)done++ / (subjects.Length * Parts), what));
        }
    }

    // The calls of Doing for one policy.
    private static int Parts => 12 + Staleness.Count;

    private static AuditSubject Measure(AuditedSubject subject, AuditOptions options, Action<string> doing)
    {
        using var scope = NewDisposeScope();
        using var problem = subject.OnPolicy();
        var (tree, samples, seed) = (problem.Tree, options.SamplesPerPrompt, options.Seed);
        var audit = new EstimatorAudit(samples, seed);
        var score = Score(audit, problem);
        var sections = Sections();
        var identities = Next("identities", () => AuditIdentities.Of(audit, problem, score.Gradient));
        var normalization = Next(
            "normalization", () => AuditIdentities.Normalization(audit, problem, score.Gradient, AuditedCritic.All(problem, seed)[0]));
        var lengths = Next("lengths", () => AuditIdentities.Lengths(audit, problem, score.Gradient, samples));
        var surrogate = Next("surrogate", () => AuditIdentities.Line(subject));
        return new(
            subject.Name,
            subject.Description,
            ExactObjectives.ExpectedScore(tree, problem.Distributions, problem.Scores).item<double>(),
            [.. (problem.SamplingProbabilities * problem.Scores).view(tree.Shape.Prompts, -1).sum(1).data<double>()],
            subject.ReferenceScore,
            ExactObjectives.SequenceKl(tree, problem.Distributions, problem.RefDistributions).item<double>(),
            EstimatorAudit.Tokens(problem, samples),
            sections,
            identities,
            normalization,
            AuditConclusions.Normalization(normalization),
            lengths,
            AuditConclusions.Lengths(lengths),
            surrogate,
            AuditConclusions.Surrogate(surrogate));

        T Next<T>(string what, Func<T> measure)
        {
            doing(what);
            using var part = NewDisposeScope();
            return measure();
        }

        IReadOnlyList<AuditSection> Sections() =>
        [
            Next("advantages", () => AuditConclusions.Advantages(
                audit.Rows(problem, score, AuditedAdvantages.CriticFree(problem, samples)))),
            Next("other objectives", () => AuditConclusions.OtherObjectives(
                AuditedAdvantages.OfOtherObjectives(audit, problem, subject.Task, samples))),
            Next("critics", () =>
            {
                var critics = AuditedCritic.All(problem, seed);
                return AuditConclusions.Critics(
                    audit.Rows(problem, score, critics.SelectMany(critic => critic.Estimators(samples))),
                    [.. critics.Select(critic => critic.ExplainedVariance)]);
            }),
            Next("reductions", () => AuditConclusions.Reductions(audit.Rows(problem, score, AuditedLosses.Reductions(problem, samples)))),
            Next("losses", () => AuditConclusions.Losses(audit.Rows(problem, score, AuditedLosses.PolicyLosses(samples, isStale: false, seed)), staleness: 0)),
            .. Staleness.Select(kl => Next("stale losses", () =>
                AuditConclusions.Losses(Stale(kl, AuditedLosses.PolicyLosses(samples, isStale: true, seed)), kl))),
            Next("off-policy weights", () => AuditConclusions.OffPolicy(Stale(OffPolicyStaleness, AuditedLosses.OffPolicy(samples)), OffPolicyStaleness)),
            Next("KL", () => AuditConclusions.Kl(AuditedKl.Rows(audit, problem, samples))),
            Next("truncation", () => AuditConclusions.Truncation(audit.Rows(problem, score, AuditedLosses.Truncations(subject.Task, samples)))),
        ];

        IReadOnlyList<AuditRow> Stale(double kl, IReadOnlyList<Audited> audited) => subject.Stale(kl, (stale, fresh) =>
        {
            using var moved = NewDisposeScope();
            return audit.Rows(stale, Score(audit, fresh), audited);
        });
    }

    private static AuditObjective Score(EstimatorAudit audit, ExactProblem problem)
    {
        var gradient = problem.Gradient(at => -ExactObjectives.ExpectedScore(problem.Tree, at, problem.Scores));
        return audit.Objective("score", gradient, problem, ScoreEstimators.Reinforce(
            "no baseline", new Claim.Multiple(1), samplesPerPrompt: 1, Reduction.ResponseSum, rows => rows.Broadcast(rows.Scores)));
    }
}
