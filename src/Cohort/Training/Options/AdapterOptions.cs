using System.Text.Json.Serialization;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>Whether all weights are trained or an adapter's: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoAdapter), "none")]
[JsonDerivedType(typeof(LowRankOptions), "lora")]
[JsonDerivedType(typeof(SavedAdapter), "saved")]
public abstract record AdapterOptions
{
    private protected AdapterOptions()
    {
    }

    /// <summary>The share of an adapter's inputs that a training pass drops.</summary>
    internal virtual double DroppedShare => 0;
}

/// <summary>Every weight is trained. Where the model is an adapter's folder, the adapter is merged into its base first.</summary>
public sealed record NoAdapter : AdapterOptions;

/// <summary>
/// A new low-rank adapter (LoRA, arXiv:2106.09685) on a frozen base: x W' + b + s dropout(x) A' B'. A is drawn from the seed, B is 0. Where the model
/// is an adapter's folder, that adapter is merged into its base first.
/// </summary>
public sealed record LowRankOptions : AdapterOptions
{
    /// <summary>r, the rank of the product A' B'.</summary>
    public int Rank
    {
        get;
        init => field = value is >= 1 and <= 65536 ? value
            : throw new ArgumentOutOfRangeException(nameof(Rank), value, "Rank must lie in [1, 65536].");
    } = 16;

    /// <summary>α; the scale s is α / r.</summary>
    public double Alpha
    {
        get;
        init => field = value is > 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Alpha), value, "Alpha must lie in (0, 1000000].");
    } = 32;

    /// <summary>
    /// The layers that have one: all-linear, every linear layer of the blocks, or names with commas between them, as in q_proj,v_proj. Embedding and
    /// output head never have one.
    /// </summary>
    public string Targets { get; init; } = Adapters.AllLinear;

    /// <summary>The share of x that supervised training drops (the rest is scaled up); 0 is none, and what RL needs.</summary>
    public double Dropout
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Dropout), value, "Dropout must lie in [0, 1).");
    }

    /// <summary>Whether s is α / sqrt(r), which suits high ranks (arXiv:2312.03732).</summary>
    public bool RsLora { get; init; }

    /// <summary>Rank and scale.</summary>
    internal LowRankShape Shape => new(Rank, Alpha, RsLora);

    internal override double DroppedShare => Dropout;
}

/// <summary>An adapter that goes on being trained, from a folder as PEFT writes it; its rank, scale and layers are the folder's.</summary>
public sealed record SavedAdapter : AdapterOptions
{
    /// <summary>The adapter's folder; relative paths are relative to the run file. Empty where model.path is itself an adapter's folder.</summary>
    public string Path { get; init; } = "";

    /// <summary>The share of the adapter's inputs that supervised training drops (the rest is scaled up); 0 is none, and what RL needs.</summary>
    public double Dropout
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Dropout), value, "Dropout must lie in [0, 1).");
    }

    internal override double DroppedShare => Dropout;
}
