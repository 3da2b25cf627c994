using System.Buffers.Binary;
using System.Text;

namespace Cohort.Tests.Tensors;

/// <summary>Safetensors files made by hand, right or wrong.</summary>
internal static class SafetensorsBytes
{
    /// <summary>8 bytes of length, the header, then 0, 1, 2, ... as data.</summary>
    public static byte[] Of(string header, int dataBytes) =>
        Of(header, [.. Enumerable.Range(0, dataBytes).Select(index => (byte)index)]);

    public static byte[] Of(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return Of((ulong)json.Length, [.. json, .. data]);
    }

    /// <summary>A file that claims a header of any length.</summary>
    public static byte[] Of(ulong headerLength, byte[] rest)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, headerLength);
        return [.. length, .. rest];
    }
}
