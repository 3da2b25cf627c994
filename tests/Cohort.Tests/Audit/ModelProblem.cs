using Cohort.Audit;
using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

/// <summary>A transformer in float64 with a vocabulary of three, its reference and scores; on-policy.</summary>
internal sealed class ModelProblem : IDisposable
{
    private readonly LanguageModel _model;
    private readonly LanguageModel _reference;

    public ModelProblem(TreeShape shape, int[][] prompts)
    {
        Tree = new(shape);
        (_model, _reference) = (Model(seed: 5), Model(seed: 6));
        using var scope = NewDisposeScope();
        var policy = new ModelPolicy(_model, prompts);
        Problem = new(Tree, new(policy, policy, new ModelPolicy(_reference, prompts)), TableProblem.Uniform(7, 0, Tree.Completions));
    }

    public CompletionTree Tree { get; }

    public ExactProblem Problem { get; }

    /// <summary>A float64 model; owned by the caller.</summary>
    public static LanguageModel Model(ulong seed)
    {
        var shape = TinyModels.Shape with { VocabularySize = 3, HiddenSize = 8, IntermediateSize = 16, Heads = 2, KeyValueHeads = 1 };
        set_default_dtype(ScalarType.Float64);
        try
        {
            return TinyModels.Policy(sharpness: 10, shape, seed);
        }
        finally
        {
            set_default_dtype(ScalarType.Float32);
        }
    }

    public void Dispose()
    {
        Problem.Dispose();
        _model.Dispose();
        _reference.Dispose();
        Tree.Dispose();
    }
}
