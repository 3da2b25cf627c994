using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Numbers in JSON, which has no spelling for those that are not finite: they are null there and NaN here.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes the shortest digits that read back to the same bits; null where the value is not finite.</summary>
    public static void WriteFinite(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    /// <inheritdoc cref="WriteFinite(Utf8JsonWriter, string, double)"/>
    public static void WriteFinite(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    /// <inheritdoc cref="WriteFinite(Utf8JsonWriter, string, double)"/>
    public static void WriteFinite(this Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    /// <summary>Writes an array, each of its values as the caller does.</summary>
    public static void WriteArray<T>(this Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            write(value);

        json.WriteEndArray();
    }

    /// <summary>The number, or NaN for null.</summary>
    /// <exception cref="InvalidOperationException">Neither a number nor null.</exception>
    public static double FiniteOrNaN(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();
}
