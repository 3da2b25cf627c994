using System.Text.Json.Serialization;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>Where the starting model comes from: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FolderModel), "folder")]
[JsonDerivedType(typeof(NewModel), "new")]
public abstract record ModelOptions
{
    private protected ModelOptions()
    {
    }

    /// <summary>What of it is trained.</summary>
    public AdapterOptions Adapter { get; init; } = new NoAdapter();
}

/// <summary>A Hugging Face folder, or the folder of an adapter, whose config names its base.</summary>
public sealed record FolderModel : ModelOptions
{
    /// <summary>The folder; relative paths are relative to the run file.</summary>
    public string Path { get; init; } = "";
}

/// <summary>A new model with random weights and a character tokenizer made from the data.</summary>
public sealed record NewModel : ModelOptions
{
    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize
    {
        get;
        init => field = value is >= 2 and <= 65536 ? value
            : throw new ArgumentOutOfRangeException(nameof(HiddenSize), value, "HiddenSize must lie in [2, 65536].");
    } = 128;

    /// <summary>Number of blocks.</summary>
    public int Layers
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Layers), value, "Layers must lie in [1, 1000].");
    } = 3;

    /// <summary>Number of query heads.</summary>
    public int Heads
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Heads), value, "Heads must lie in [1, 1000].");
    } = 4;

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public int KeyValueHeads
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(KeyValueHeads), value, "KeyValueHeads must lie in [1, 1000].");
    } = 4;

    /// <summary>The longest sequence, prompt and completion together, in tokens.</summary>
    public int ContextLength
    {
        get;
        init => field = value is >= 2 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(ContextLength), value, "ContextLength must lie in [2, 1000000].");
    } = 256;

    /// <summary>Whether the output head is the embedding matrix itself.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>The shape for a vocabulary; the feed-forward width is 8/3 of the hidden size, rounded to 16.</summary>
    internal ModelConfig Shape(Tokenization.Tokenizer tokenizer) => new()
    {
        VocabularySize = tokenizer.VocabularySize,
        HiddenSize = HiddenSize,
        IntermediateSize = ModelConfig.FeedForwardWidth(HiddenSize),
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        HeadSize = HiddenSize / Heads,
        ContextLength = ContextLength,
        TieEmbeddings = TieEmbeddings,
        EndOfSequence = tokenizer.EndOfSequence,
        Padding = tokenizer.Padding,
    };
}
