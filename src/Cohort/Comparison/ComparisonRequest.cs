using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>What is to be compared, as a user asks for it.</summary>
public sealed record ComparisonRequest
{
    /// <summary>One run file per task; their names without ending are the tasks'.</summary>
    public required IReadOnlyList<string> RunFiles { get; init; }

    /// <summary>The algorithms, each a contender in every arm.</summary>
    public IReadOnlyList<AlgorithmPreset> Algorithms { get; init; } = [];

    /// <summary>The arms in which algorithms stand.</summary>
    public IReadOnlyList<Arm> Arms { get; init; } = [Arm.Usual, Arm.Controlled];

    /// <summary>Settings of single algorithms in the arm <see cref="Arm.Usual"/>, such as the learning rate that suits each best.</summary>
    public IReadOnlyList<UsualSetting> Usual { get; init; } = [];

    /// <summary>Contenders of the arm <see cref="Arm.Variant"/>.</summary>
    public IReadOnlyList<Variant> Variants { get; init; } = [];

    /// <summary>Settings over every run file.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>
    /// Settings of the critic of every algorithm that has one, with keys below algorithm.advantage: <c>lambda=1</c>, <c>critic.start.kind=fresh</c>. They
    /// change what the run file's own algorithm says of a critic, or PPO's defaults where it has none.
    /// </summary>
    public IReadOnlyList<string> Critic { get; init; } = [];

    /// <summary>Sampled tokens of every run; 0 takes budget.tokens of the run file.</summary>
    public long Tokens { get; init; }

    /// <summary>The learning curve of every run.</summary>
    public CurveOptions Curve { get; init; } = new() { Points = 10 };

    /// <summary>Threads of every run, whatever runs beside it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>What all runs of a seed start from.</summary>
    public BaseModel Base { get; init; } = new OneBase();
}

/// <summary>Settings of one algorithm in the usual arm.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Sets">Settings over its published ones, as in <c>optimizer.learningRate=0.0001</c>.</param>
public sealed record UsualSetting(AlgorithmPreset Algorithm, IReadOnlyList<string> Sets);

/// <summary>What the runs of a comparison start from: a closed set.</summary>
public abstract record BaseModel
{
    private protected BaseModel()
    {
    }
}

/// <summary>The model of the run file, so that conclusions hold for that model alone.</summary>
public sealed record OneBase : BaseModel;

/// <summary>A model of its own for each seed, fine-tuned with that seed.</summary>
/// <param name="Options">How it is made.</param>
public sealed record BasePerSeed(SftOptions Options) : BaseModel;
