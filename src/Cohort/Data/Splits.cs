using System.Text;

namespace Cohort.Data;

/// <summary>Assigns every prompt to a split by a hash of its text: the same on every machine, in every run, for every seed.</summary>
public static class Splits
{
    private const ulong TrainPercent = 80;
    private const ulong ValidationPercent = 10;

    /// <summary>The split that a prompt belongs to.</summary>
    /// <param name="prompt">The prompt's exact text.</param>
    public static Split Of(string prompt) => Of(Hash(prompt));

    /// <summary>The split of a prompt's hash.</summary>
    internal static Split Of(ulong hash) => (hash % 100) switch
    {
        < TrainPercent => Split.Train,
        < TrainPercent + ValidationPercent => Split.Validation,
        _ => Split.Test,
    };

    /// <summary>Validation or test, for a prompt's hash that is held out anyway.</summary>
    internal static Split HalfOf(ulong hash) => hash % 2 == 0 ? Split.Validation : Split.Test;

    /// <summary>FNV-1a over the prompt's UTF-8 bytes, with the last step of MurmurHash3, since FNV's low bits mix poorly.</summary>
    /// <param name="prompt">The prompt's exact text.</param>
    public static ulong Hash(string prompt)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var octet in Encoding.UTF8.GetBytes(prompt))
            hash = (hash ^ octet) * 0x100000001B3;

        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
