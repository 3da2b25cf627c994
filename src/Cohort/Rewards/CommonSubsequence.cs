using System.Numerics;

namespace Cohort.Rewards;

/// <summary>The longest common subsequence of two sequences, 64 steps at once (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").</summary>
internal static class CommonSubsequence
{
    /// <summary>Its length.</summary>
    /// <param name="first">Words as numbers; memory is linear in its length.</param>
    /// <param name="second">Words as numbers; time is its length times that of the first one by 64.</param>
    public static int Length(int[] first, int[] second)
    {
        var places = Places(first);
        var row = new ulong[(first.Length + 63) / 64];
        Array.Fill(row, ulong.MaxValue);

        // A 0 of the row is a step of the subsequence. V = (V + (V & M)) | (V & ~M), word by word with the carry of the sum; words without a place of
        // this number change by a carry alone.
        foreach (var number in second)
        {
            if (!places.TryGetValue(number, out var masks))
                continue;

            var (next, carry) = (0, 0UL);
            for (var i = masks[0].Index; i < row.Length; i++)
            {
                var mask = next < masks.Count && masks[next].Index == i ? masks[next++].Bits : 0;
                var (old, match) = (row[i], row[i] & mask);
                var sum = unchecked(old + match);
                var total = unchecked(sum + carry);
                carry = sum < old || total < sum ? 1UL : 0;
                row[i] = total | (old & ~mask);
            }
        }

        return row.Sum(bits => 64 - BitOperations.PopCount(bits));
    }

    private static Dictionary<int, List<(int Index, ulong Bits)>> Places(int[] numbers)
    {
        var places = new Dictionary<int, List<(int Index, ulong Bits)>>();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!places.TryGetValue(numbers[i], out var masks))
                places[numbers[i]] = masks = [];

            var bit = 1UL << (i % 64);
            if (masks.Count > 0 && masks[^1].Index == i / 64)
                masks[^1] = (i / 64, masks[^1].Bits | bit);
            else
                masks.Add((i / 64, bit));
        }

        return places;
    }
}
