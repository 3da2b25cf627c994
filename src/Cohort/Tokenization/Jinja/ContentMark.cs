namespace Cohort.Tokenization.Jinja;

/// <summary>
/// The character that stands inside a special token's spelling where text of a message spells one, so that the rendered text does not. It is a
/// noncharacter of Unicode, which no text for exchange holds; printing and JSON leave it as it is, so that it is never lost on the way.
/// </summary>
internal static class ContentMark
{
    /// <summary>U+FDD0.</summary>
    public const char Character = '\uFDD0';
}
