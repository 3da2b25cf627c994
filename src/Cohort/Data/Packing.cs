using static TorchSharp.torch;

namespace Cohort.Data;

/// <summary>Prompts and responses side by side as right-padded tensors.</summary>
/// <param name="Tokens">[B, S] int64.</param>
/// <param name="ResponseMask">[B, T] bool, T = S - 1; true where column t's token t+1 is of the response.</param>
public readonly record struct PackedTokens(Tensor Tokens, Tensor ResponseMask);

/// <summary>From lists of tokens to tensors: everything before this lies in plain .NET memory.</summary>
public static class Packing
{
    /// <summary>Packs sequences on the right of which padding stands.</summary>
    /// <param name="rows">Prompt and response of each row; both non-empty.</param>
    /// <param name="padding">The padding token's id.</param>
    /// <returns>Tensors on the CPU, owned by the caller's scope.</returns>
    public static PackedTokens Pack(IReadOnlyList<(IReadOnlyList<int> Prompt, IReadOnlyList<int> Response)> rows, int padding)
    {
        var width = rows.Max(row => row.Prompt.Count + row.Response.Count);
        var tokens = new long[rows.Count * width];
        var mask = new bool[rows.Count * (width - 1)];
        Array.Fill(tokens, padding);
        for (var i = 0; i < rows.Count; i++)
        {
            var (prompt, response) = rows[i];
            for (var t = 0; t < prompt.Count + response.Count; t++)
            {
                tokens[(i * width) + t] = t < prompt.Count ? prompt[t] : response[t - prompt.Count];
            }

            Array.Fill(mask, true, (i * (width - 1)) + prompt.Count - 1, response.Count);
        }

        return new(tensor(tokens, [rows.Count, width]), tensor(mask, [rows.Count, width - 1]));
    }

    /// <summary>Puts per-token numbers of responses where the mask is true, 0 elsewhere.</summary>
    /// <param name="mask">[B, T] bool from <see cref="Pack"/>.</param>
    /// <param name="values">One list per row, as long as its response.</param>
    /// <returns>[B, T] float32 on the mask's device, owned by the caller's scope.</returns>
    public static Tensor Spread(Tensor mask, IReadOnlyList<IReadOnlyList<float>> values)
    {
        using var scope = NewDisposeScope();
        var flat = tensor(values.SelectMany(row => row).ToArray(), device: mask.device);
        return Tensors.TokenLogProbs.Spread(flat, mask).MoveToOuterDisposeScope();
    }
}
