namespace Cohort.Models;

/// <summary>How a model's parameters lie in a folder: under which names, and whether as [outputs, inputs] or [inputs, outputs].</summary>
/// <param name="config">The model's shape.</param>
public sealed class WeightNames(ModelConfig config)
{
    private static readonly string[] Buffers = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"];

    private readonly PartNames _names = config.Family.Names;

    /// <summary>The names under which folders keep a parameter, the family's own first, under which it is written.</summary>
    /// <param name="parameter">The parameter's name in memory.</param>
    /// <returns>
    /// Some folders leave out the trunk's name (those of the trunk alone, the first GPT-2). A tied embedding may lie there as the head only.
    /// </returns>
    public IEnumerable<string> Spellings(string parameter)
    {
        yield return parameter;
        var trunk = _names.Trunk + ".";
        if (parameter.StartsWith(trunk, StringComparison.Ordinal))
        {
            yield return parameter[trunk.Length..];
        }

        if (config.TieEmbeddings && parameter == $"{trunk}{_names.Embedding}.weight")
        {
            yield return $"{PartNames.Head}.weight";
        }
    }

    /// <summary>Whether a tensor of a folder is a weight of a block; buffers that can be computed (masks, rotary frequencies) are none.</summary>
    /// <param name="stored">A tensor's name in a folder.</param>
    public bool IsOfBlock(string stored) =>
        (stored.StartsWith($"{_names.Trunk}.{_names.Blocks}.", StringComparison.Ordinal) || stored.StartsWith($"{_names.Blocks}.", StringComparison.Ordinal))
        && !Buffers.Any(buffer => stored.EndsWith(buffer, StringComparison.Ordinal));

    /// <summary>Whether a folder stores the transposed matrix.</summary>
    /// <param name="parameter">The parameter's name in memory.</param>
    public bool IsTransposed(string parameter) =>
        config.Family.IsFusedAndTransposed
        && parameter.Split('.') is [.., var part, "weight"]
        && (part == _names.AttentionInput || part == _names.AttentionOutput || part == _names.Up || part == _names.Down);
}
