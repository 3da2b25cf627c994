using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>A wrong order of the right characters.</summary>
internal static class Scramble
{
    private const int Attempts = 8;

    /// <summary>Shuffles the characters of a right answer into a wrong one.</summary>
    /// <param name="right">The right answer; at least one character.</param>
    /// <param name="characters">What one character is replaced from where no order is wrong, as in "1111".</param>
    /// <param name="random">Source of the order.</param>
    public static string Of(string right, string characters, RandomSequence random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var shuffled = string.Concat(Seeds.Permutation(right.Length, random).Select(from => right[from]));
            if (shuffled != right)
                return shuffled;
        }

        var other = characters[(characters.IndexOf(right[0]) + 1) % characters.Length];
        return other + right[1..];
    }
}
