using Cohort.Data;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tokenization;

namespace Cohort.Cli.Commands;

/// <summary>A model folder, ready to sample from.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly LanguageModel _model;

    private readonly ChatTemplate? _template;

    private LoadedModel(LanguageModel model, Placement placement, Tokenizer tokenizer, ChatTemplate? template) =>
        (_model, Placement, Tokenizer, _template, Sampler) = (model, placement, tokenizer, template, new PolicySampler(model, tokenizer, areFixed: true));

    /// <summary>Where the model lies.</summary>
    public Placement Placement { get; }

    /// <summary>The folder's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Samples from the model.</summary>
    public PolicySampler Sampler { get; }

    /// <summary>The longest sequence, prompt and answer together.</summary>
    public int ContextLength => _model.Config.ContextLength;

    /// <summary>Loads a folder, the tokenizer first, since it is quickest to be wrong.</summary>
    /// <param name="folder">A Hugging Face folder, or an adapter's.</param>
    /// <param name="device">What computes; the weights' type is the device's own.</param>
    public static LoadedModel Load(string folder, DeviceKind device)
    {
        var placement = Placement.Of(device, WeightType.Auto);
        var writing = ModelFolder.TokenizerOf(folder);
        var (tokenizer, template) = (TokenizerFolder.Load(writing), ChatTemplate.Find(writing));
        return new(ModelFolder.Load(folder, placement), placement, tokenizer, template);
    }

    /// <summary>What writes prompts for the model.</summary>
    /// <param name="use">When they are written with the folder's chat template.</param>
    /// <param name="system">A system message; empty for none.</param>
    public PromptEncoder Prompts(ChatUse use = ChatUse.Auto, string system = "") => new(Tokenizer, _template, use, system);

    /// <inheritdoc/>
    public void Dispose()
    {
        Sampler.Dispose();
        _model.Dispose();
    }
}
