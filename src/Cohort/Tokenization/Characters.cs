using System.Buffers;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>Unicode characters (code points) of .NET's texts of UTF-16 units.</summary>
internal static class Characters
{
    /// <summary>Whether a text is one character.</summary>
    public static bool IsOne(string text) => Rune.DecodeFromUtf16(text, out _, out var length) == OperationStatus.Done && length == text.Length;

    /// <summary>Whether a character is a letter in a circle or square: a symbol by its category, but alphabetic, so that \w has it.</summary>
    public static bool IsCircledLetter(Rune rune) => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
        or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>Refuses a text with half of a surrogate pair.</summary>
    /// <exception cref="TokenizationException">There is one.</exception>
    public static void RequireWhole(string text)
    {
        for (var position = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); position >= 0 && position < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(position), out _, out var length) != OperationStatus.Done)
                throw new TokenizationException($"U+{(int)text[position]:X4} at position {position} is half of a surrogate pair, which is "
                    + "no character. Take it out of the text.");
            position += length;
        }
    }
}
