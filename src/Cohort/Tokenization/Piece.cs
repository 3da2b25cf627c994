using System.Runtime.InteropServices;

namespace Cohort.Tokenization;

/// <summary>A part of a text on its way to the model.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="Begins">Whether the text that was given begins with it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Piece(ReadOnlyMemory<char> Text, bool Begins)
{
    /// <summary>A part of this piece.</summary>
    public Piece Slice(int start, int end) => new(Text[start..end], Begins && start == 0);
}
