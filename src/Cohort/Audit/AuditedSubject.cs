using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// A policy that has learned a part of the task: exact gradient steps on J took it from its reference, so that old, current and reference differ as
/// they do in training. Owns its policies.
/// </summary>
internal sealed class AuditedSubject : IDisposable
{
    // How much J grew from the reference to the policy that samples.
    private const double Learned = 0.06;
    private const double Noise = 0.1;

    // Where the right answer is missed: the logit of one more mark.
    private const double RunOn = 1.4;
    private const double Sharpness = 10;
    private const double Breadth = 50;
    private const int FitSteps = 250;
    private const double FitRate = 0.005;

    private readonly ITreePolicy _policy;
    private readonly IDisposable _owned;
    private readonly Ascent _ascent;
    private readonly TablePolicy _reference;
    private readonly TablePolicy _old;
    private readonly Tensor[] _start;

    private AuditedSubject(string name, string description, CopyCountTask task, ITreePolicy policy, IDisposable owned)
    {
        (Name, Description, Task, _policy, _owned) = (name, description, task, policy, owned);
        _ascent = new(policy, task.Tree, task.Scores);
        _reference = Snapshot();
        using (NewDisposeScope())
        {
            ReferenceScore = Score(_reference.Distributions(task.Tree));
            _ascent.Climb(Score, ReferenceScore + Learned, (_, _) => { });
        }

        _old = Snapshot();
        _start = [.. policy.Parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];

        double Score(Tensor distributions) => ExactObjectives.ExpectedScore(task.Tree, distributions, task.Scores).item<double>();
    }

    /// <summary>A short name.</summary>
    public string Name { get; }

    /// <summary>What it is, in words.</summary>
    public string Description { get; }

    /// <summary>Completions and scores.</summary>
    public CopyCountTask Task { get; }

    /// <summary>E[s] of the reference.</summary>
    public double ReferenceScore { get; }

    /// <summary>A policy with a row of logits per state.</summary>
    /// <param name="task">Kept, not owned.</param>
    /// <param name="seed">Of what is added to the logits.</param>
    public static AuditedSubject Table(CopyCountTask task, ulong seed)
    {
        var policy = Begun(task, seed);
        return new("table", $"a row of logits for each of {task.Tree.NodeCount} states", task, policy, policy);
    }

    /// <summary>A transformer of one layer, in float64, roughly fitted to the table's reference before it learns.</summary>
    /// <param name="task">Kept, not owned.</param>
    /// <param name="seed">Of the weights, and of the table.</param>
    public static AuditedSubject Transformer(CopyCountTask task, ulong seed)
    {
        var config = new ModelConfig
        {
            VocabularySize = task.Tree.Shape.Vocabulary,
            HiddenSize = 8,
            IntermediateSize = 16,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadSize = 4,
            ContextLength = 2 * task.Tree.Shape.Length,
            EndOfSequence = task.Tree.Shape.EndOfSequence,
        };
        var model = new Placement(CPU, ScalarType.Float64).Build(() => new LanguageModel(config));
        InitialWeights.Draw(model, config, seed, Purpose.PolicyWeights);
        using (no_grad())
        {
            // Fresh embeddings of 0.02 stand before a norm: a small step would turn them round, and J would be rough.
            var parameters = model.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
            parameters["lm_head.weight"].mul_(Sharpness);
            parameters["model.embed_tokens.weight"].mul_(Breadth);
        }

        var policy = new ModelPolicy(model, task.Prompts);
        using var table = Begun(task, seed);
        Fit(policy, model, table, task.Tree);
        var description = $"a transformer of {policy.Parameters.Sum(parameter => parameter.numel()):#,0} parameters in float64, shared by all states";
        return new("transformer", description, task, policy, model);
    }

    /// <summary>The problem in which the current policy samples; owned by the caller.</summary>
    public ExactProblem OnPolicy() => new(Task.Tree, new(_policy, _policy, _reference), Task.Scores);

    /// <summary>Measures with a policy that has climbed the gradient of J, as an update does, since the batch was sampled.</summary>
    /// <param name="kl">KL(old || current) of whole responses, nats; above 0.</param>
    /// <param name="measure">Given the problem, and the one in which the moved policy samples itself.</param>
    public T Stale<T>(double kl, Func<ExactProblem, ExactProblem, T> measure)
    {
        try
        {
            Climb(kl, (_, _, _) => { });
            using var stale = new ExactProblem(Task.Tree, new(_policy, _old, _reference), Task.Scores);
            using var fresh = OnPolicy();
            return measure(stale, fresh);
        }
        finally
        {
            Return();
        }
    }

    /// <summary>The distributions [K,V] on the path up the gradient of J.</summary>
    /// <param name="kl">KL(old || current) of whole responses at its end, nats; above 0.</param>
    /// <param name="measure">Given the path's length so far, the distributions and those at its start, nats; they live as long as the call.</param>
    public IReadOnlyList<T> Path<T>(double kl, Func<double, Tensor, Tensor, T> measure)
    {
        var measured = new List<T>();
        try
        {
            Climb(kl, (length, current, old) => measured.Add(measure(length, current, old)));
            return measured;
        }
        finally
        {
            Return();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.Dispose();
        _reference.Dispose();
        _old.Dispose();
        foreach (var parameter in _start)
            parameter.Dispose();
    }

    private TablePolicy Snapshot()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new(_policy.Distributions(Task.Tree));
    }

    private void Climb(double kl, Action<double, Tensor, Tensor> at)
    {
        using var scope = NewDisposeScope();
        var old = _old.Distributions(Task.Tree).detach();
        _ascent.Climb(
            current => ExactObjectives.SequenceKl(Task.Tree, old, current).item<double>(), kl, (length, current) => at(length, current, old));
    }

    // Each right token of a prompt has the same probability, so that the right answer has the task's.
    private static TablePolicy Begun(CopyCountTask task, ulong seed)
    {
        using var scope = NewDisposeScope();
        var (nodes, mark) = (task.Tree.NodesPerPrompt, new List<double>());
        for (var node = 0; node < task.Tree.NodeCount; node++)
        {
            var (count, marks) = (task.Counts[node / nodes], node % nodes);
            var right = Math.Pow(CopyCountTask.PassRates[node / nodes], 1.0 / (count + 1));
            var logit = Math.Log(right / (1 - right));
            var noise = Noise * ((2 * Seeds.Uniform(seed, Purpose.PolicyWeights, step: 0, row: 0, node)) - 1);
            mark.Add((marks < count ? logit : marks == count ? -logit : RunOn) + noise);
        }

        return new(tensor(mark.SelectMany(logit => new[] { logit / 2, -logit / 2 }).ToArray(), [task.Tree.NodeCount, 2]));
    }

    private static void Fit(ModelPolicy policy, LanguageModel model, TablePolicy table, CompletionTree tree)
    {
        using var optimizer = optim.Adam(model.parameters(), FitRate);
        for (var step = 0; step < FitSteps; step++)
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            optimizer.zero_grad();
            KlEstimators.Exact(table.Distributions(tree).detach(), policy.Distributions(tree)).sum().backward();
            optimizer.step();
        }
    }

    // The parameters come back to the same bits, whatever was measured.
    private void Return()
    {
        using var _ = no_grad();
        foreach (var (parameter, start) in _policy.Parameters.Zip(_start))
            parameter.copy_(start);
    }
}
