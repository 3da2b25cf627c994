using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Cohort.Parsing;

/// <summary>
/// Text of any origin as JSON, in bounded time and memory. No JSON here is: what is larger or deeper than the bounds; an object with a key twice; a string
/// with half a surrogate pair; a number of more than <see cref="JsonNumber.LongestText"/> characters or outside the range of <see cref="double"/>.
/// </summary>
internal static class BoundedJson
{
    /// <summary>The most bytes, as UTF-8.</summary>
    public const int LargestSize = 65_536;

    /// <summary>The most objects and lists around a value, and the most values in all.</summary>
    public const int Deepest = 64, MostValues = 16_384;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions Syntax = new() { MaxDepth = Deepest, AllowDuplicateProperties = false };

    /// <summary>Reads one value.</summary>
    /// <param name="text">The whole text, white space around the value aside.</param>
    /// <param name="value">The value, each number of which <see cref="JsonNumber"/> reads and each string and name of which can be read.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out JsonElement value)
    {
        value = default;
        if (text.Length > LargestSize)
            return false;

        try
        {
            var bytes = new byte[Utf8.GetByteCount(text)];
            if (bytes.Length > LargestSize)
                return false;

            Utf8.GetBytes(text, bytes);
            using var document = JsonDocument.Parse(bytes, Syntax);
            var left = MostValues;
            if (!IsSound(document.RootElement, ref left))
                return false;

            value = document.RootElement.Clone();
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a value as it is written.</summary>
    public static int SizeOf(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length;

    // Reading a string or a name throws where it has half a surrogate pair in escapes.
    private static bool IsSound(JsonElement value, ref int left)
    {
        if (--left < 0)
            return false;

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    _ = field.Name;
                    if (!IsSound(field.Value, ref left))
                        return false;
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (!IsSound(item, ref left))
                        return false;
                }

                return true;
            case JsonValueKind.String:
                _ = value.GetString();
                return true;
            default:
                return value.ValueKind != JsonValueKind.Number || JsonNumber.TryRead(value, out _);
        }
    }
}
