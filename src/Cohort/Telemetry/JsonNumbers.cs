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

    /// <summary>The number, or NaN for null.</summary>
    /// <exception cref="InvalidOperationException">Neither a number nor null.</exception>
    public static double FiniteOrNaN(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();
}
