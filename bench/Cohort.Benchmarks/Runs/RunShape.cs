using Cohort.Rollouts;

namespace Cohort.Benchmarks.Runs;

/// <summary>Which part of a step is repeated.</summary>
internal enum StepPart
{
    /// <summary>All of it.</summary>
    Step,

    /// <summary>Sampling alone.</summary>
    Rollout,

    /// <summary>All but sampling: every step learns from the completions of the first.</summary>
    Update,
}

/// <summary>Completion lengths that the update sees.</summary>
/// <param name="Shortest">In tokens; 0 is the length that was sampled, of all.</param>
/// <param name="Longest">In tokens.</param>
internal readonly record struct LengthRange(int Shortest, int Longest)
{
    /// <summary>All as long as they were sampled.</summary>
    public static LengthRange Equal => default;

    /// <summary>Reads "equal", or two numbers as in 8-64.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static LengthRange Parse(string text) => text == "equal" ? Equal
        : text.Split('-') is [var first, var last] && int.TryParse(first, out var shortest) && int.TryParse(last, out var longest)
            && shortest >= 1 && longest >= shortest
            ? new(shortest, longest)
            : throw new FormatException($"--lengths is '{text}'; give 'equal', or the shortest and the longest as in 8-64.");

    public override string ToString() => Shortest == 0 ? "equal" : $"{Shortest}-{Longest}";
}

/// <summary>One measurement's arguments: those of the peer, and what this library has to choose from.</summary>
internal sealed record RunShape
{
    public ModelShape Model { get; init; }

    public int Prompts { get; init; } = 8;

    public int Group { get; init; } = 8;

    public int Prompt { get; init; } = 16;

    public int Completion { get; init; } = 64;

    /// <summary>Rows that go through the network together; 0 is what `cohort train` chooses.</summary>
    public int MicroBatch { get; init; }

    public SamplerKind Sampler { get; init; }

    public SamplerWeights Weights { get; init; }

    public LengthRange Lengths { get; init; }

    /// <summary>How many tokens of the vocabulary end a completion: with weights drawn at random, each comes about as often as any other.</summary>
    public int Stops { get; init; }

    /// <summary>0 is the physical cores.</summary>
    public int Threads { get; init; }

    public int Rows => Prompts * Group;
}
