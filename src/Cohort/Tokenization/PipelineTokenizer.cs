namespace Cohort.Tokenization;

/// <summary>A tokenizer that was read from tokenizer.json.</summary>
/// <param name="pipeline">Its stages.</param>
/// <param name="special">What ends and fills sequences.</param>
/// <param name="files">The files it was read from, by name, to be saved as they were.</param>
internal sealed class PipelineTokenizer(TokenizerPipeline pipeline, SpecialTokens special, IReadOnlyDictionary<string, byte[]> files) : Tokenizer
{
    /// <inheritdoc/>
    public override int VocabularySize => pipeline.Size;

    /// <inheritdoc/>
    public override int EndOfSequence => special.EndOfSequence;

    /// <inheritdoc/>
    public override int Padding => special.Padding;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> SpecialSpellings => pipeline.Added.SpecialSpellings;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Encode(string text) => pipeline.Encode(text, recognizesSpecial: false, prepends: false);

    /// <inheritdoc/>
    public override IReadOnlyList<int> EncodePrompt(string text) =>
        [.. pipeline.Before, .. pipeline.Encode(text, recognizesSpecial: false, prepends: true)];

    /// <inheritdoc/>
    public override IReadOnlyList<int> EncodeRendered(string text, bool begins) => pipeline.Encode(text, recognizesSpecial: true, prepends: begins);

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => pipeline.Decode(ids, skipsSpecial: true);

    /// <inheritdoc/>
    internal override string DecodeWithSpecial(IEnumerable<int> ids) => pipeline.Decode(ids, skipsSpecial: false);

    /// <inheritdoc/>
    public override StreamingDecoder Stream() => new PipelineDecoding(pipeline, skipsSpecial: true);

    /// <inheritdoc/>
    public override void Save(string folder)
    {
        foreach (var (name, content) in files)
            File.WriteAllBytes(Path.Combine(folder, name), content);
    }
}
