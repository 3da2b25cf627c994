using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tokenization;

namespace Cohort.Cli.Commands;

/// <summary>A model folder, ready to sample from.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly LanguageModel _model;

    private LoadedModel(LanguageModel model, Tokenizer tokenizer) =>
        (_model, Tokenizer, Sampler) = (model, tokenizer, new TorchSampler(model, tokenizer));

    /// <summary>The folder's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Samples from the model.</summary>
    public ISampler Sampler { get; }

    /// <summary>The longest sequence, prompt and answer together.</summary>
    public int ContextLength => _model.Config.ContextLength;

    /// <summary>Loads a folder, the tokenizer first, since it is quickest to be wrong.</summary>
    /// <param name="folder">A Hugging Face folder, or an adapter's.</param>
    public static LoadedModel Load(string folder)
    {
        var tokenizer = TokenizerFolder.Load(ModelFolder.TokenizerOf(folder));
        return new(ModelFolder.Load(folder), tokenizer);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
