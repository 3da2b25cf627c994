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
    // Of what the reference lacks to a score of 1, the share that is learned.
    private const double Learned = 0.25;
    private const double StepLength = 0.05;
    private const int MostSteps = 2000;
    private const double Sharpness = 10;
    private const double Breadth = 50;
    private const double PathStep = 0.02;
    private const int Halvings = 50;

    private readonly ITreePolicy _policy;
    private readonly IDisposable _owned;
    private readonly TablePolicy _reference;
    private readonly TablePolicy _old;
    private readonly Tensor[] _start;

    private AuditedSubject(string name, string description, CopyCountTask task, ITreePolicy policy, IDisposable owned)
    {
        (Name, Description, Task, _policy, _owned) = (name, description, task, policy, owned);
        _reference = Snapshot();
        ReferenceScore = Score();
        for (var step = 0; step < MostSteps && Score() < ReferenceScore + (Learned * (1 - ReferenceScore)); step++)
        {
            using var scope = NewDisposeScope();
            Move(Uphill(), StepLength);
        }

        _old = Snapshot();
        _start = [.. policy.Parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
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
    /// <param name="seed">Of the logits, between -0.75 and 0.75.</param>
    public static AuditedSubject Table(CopyCountTask task, ulong seed)
    {
        using var scope = NewDisposeScope();
        var (nodes, vocabulary) = (task.Tree.NodeCount, task.Tree.Shape.Vocabulary);
        var logits = Enumerable.Range(0, nodes * vocabulary)
            .Select(place => (1.5 * Seeds.Uniform(seed, Purpose.PolicyWeights, step: 0, row: 0, place)) - 0.75);
        var policy = new TablePolicy(tensor(logits.ToArray(), [nodes, vocabulary]));
        return new("table", $"a row of logits for each of {nodes} states", task, policy, policy);
    }

    /// <summary>A transformer of one layer, in float64.</summary>
    /// <param name="task">Kept, not owned.</param>
    /// <param name="seed">Of the weights.</param>
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
        var description = $"a transformer of {policy.Parameters.Sum(parameter => parameter.numel()):#,0} parameters in float64, shared by all states";
        return new("transformer", description, task, policy, model);
    }

    /// <summary>The problem in which the current policy samples; owned by the caller.</summary>
    public ExactProblem OnPolicy()
    {
        using var snapshot = Snapshot();
        return new(Task.Tree, new(_policy, snapshot, _reference), Task.Scores);
    }

    /// <summary>Measures with a policy that has climbed the gradient of J, as an update does, since the batch was sampled.</summary>
    /// <param name="kl">KL(old || current) of whole responses, nats; above 0.</param>
    /// <param name="measure">Given the problem, and the one in which the moved policy samples itself.</param>
    public T Stale<T>(double kl, Func<ExactProblem, ExactProblem, T> measure)
    {
        try
        {
            Climb(kl, _ => { });
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
            Climb(kl, length =>
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                measured.Add(measure(length, _policy.Distributions(Task.Tree), _old.Distributions(Task.Tree)));
            });
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

    private double Score()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return ExactObjectives.ExpectedScore(Task.Tree, _policy.Distributions(Task.Tree), Task.Scores).item<double>();
    }

    // [D], the direction in which J rises fastest, of length 1.
    private Tensor Uphill()
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var objective = ExactObjectives.ExpectedScore(Task.Tree, _policy.Distributions(Task.Tree), Task.Scores);
        var gradient = cat([.. autograd.grad([objective], [.. _policy.Parameters]).Select(part => part.flatten())]);
        return (gradient / gradient.square().sum().sqrt()).MoveToOuterDisposeScope();
    }

    private void Move(Tensor direction, double length)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var by = direction * length;
        var first = 0L;
        foreach (var parameter in _policy.Parameters)
        {
            parameter.add_(by.narrow(0, first, parameter.numel()).view_as(parameter));
            first += parameter.numel();
        }
    }

    // Steps of a fixed length in the direction in which J rises fastest, the last one shorter, to end at the KL.
    private void Climb(double kl, Action<double> at)
    {
        at(0);
        for (var (step, length) = (0, 0.0); step < MostSteps; step++)
        {
            using var direction = Uphill();
            var ends = KlAfter(direction, PathStep) >= kl;
            var by = ends ? Crossing(direction, kl) : PathStep;
            Move(direction, by);
            length += by;
            at(length);
            if (ends)
                return;
        }
    }

    private double Crossing(Tensor direction, double kl)
    {
        var (low, high) = (0.0, PathStep);
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            (low, high) = KlAfter(direction, middle) < kl ? (middle, high) : (low, middle);
        }

        return high;
    }

    private double KlAfter(Tensor direction, double by)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Move(direction, by);
        var kl = ExactObjectives.SequenceKl(Task.Tree, _old.Distributions(Task.Tree), _policy.Distributions(Task.Tree)).item<double>();
        Move(direction, -by);
        return kl;
    }

    // The parameters come back to the same bits, whatever was measured.
    private void Return()
    {
        using var _ = no_grad();
        foreach (var (parameter, start) in _policy.Parameters.Zip(_start))
            parameter.copy_(start);
    }
}
