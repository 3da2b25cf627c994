namespace Cohort.Tokenization;

/// <summary>
/// The printable character that stands for each byte in byte-level BPE, as GPT-2 chose them: bytes that are printable in Latin-1 stand for
/// themselves, the 68 others, in their order, are U+0100 and what follows, such as Ġ (U+0120) for the space.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = CreateCharacters();
    private static readonly short[] Bytes = CreateBytes();

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>The byte of a character, or -1 where it stands for none.</summary>
    public static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] CreateCharacters()
    {
        var (characters, next) = (new char[256], 256);
        for (var value = 0; value < 256; value++)
            characters[value] = (char)(value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? value : next++);
        return characters;
    }

    private static short[] CreateBytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
