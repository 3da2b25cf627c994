using System.Globalization;
using System.Text;
using System.Text.Json;
using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Verdicts by the content that they judge, so that what was judged once is never judged otherwise: lines such as {"key":"…","verdict":7} at the end of
/// a file. A line that is not whole, as the last one after a crash, is passed over. May be used from several threads at once.
/// </summary>
internal sealed class JudgeCache : IDisposable
{
    private const int LongestLine = 256;
    private const int KeyDigits = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 2, AllowDuplicateProperties = false };

    private readonly Dictionary<UInt128, double> _verdicts = [];
    private readonly Lock _lock = new();
    private readonly Stream _file;

    /// <summary>Reads what is there.</summary>
    /// <param name="path">The file, made with its folder where there is none; empty for a cache in memory alone.</param>
    /// <exception cref="IOException">It cannot be read and written, or is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public JudgeCache(string path)
    {
        if (path == "")
        {
            _file = Stream.Null;
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        foreach (var line in BoundedLines.Read(_file))
        {
            if (line.Text.Length is > 0 and <= LongestLine)
                Read(line.Text);
        }

        EndLine();
    }

    /// <summary>The verdict on a content, if there is one.</summary>
    public bool TryGet(UInt128 key, out double verdict)
    {
        lock (_lock)
            return _verdicts.TryGetValue(key, out verdict);
    }

    /// <summary>Keeps a verdict, unless there is one: the first one stays.</summary>
    /// <returns>The one that is kept.</returns>
    /// <exception cref="IOException">It cannot be written; it is not kept.</exception>
    public double Keep(UInt128 key, double verdict)
    {
        lock (_lock)
        {
            if (_verdicts.TryGetValue(key, out var first))
                return first;

            Write(string.Create(CultureInfo.InvariantCulture, $"{{\"key\":\"{key:x32}\",\"verdict\":{verdict}}}\n"));
            _verdicts.Add(key, verdict);
            return verdict;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }

    private void Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line, Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String
                && key.GetString() is { Length: KeyDigits } digits
                && UInt128.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var content)
                && json.RootElement.TryGetProperty("verdict", out var number) && number.ValueKind == JsonValueKind.Number
                && number.TryGetDouble(out var verdict) && double.IsFinite(verdict))
            {
                _verdicts.TryAdd(content, verdict);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A line that is not whole: its content is judged anew.
        }
    }

    private void EndLine()
    {
        if (_file.Length == 0)
            return;

        _file.Seek(-1, SeekOrigin.End);
        if (_file.ReadByte() != '\n')
            _file.WriteByte((byte)'\n');
    }

    // One write per line; what a full disk leaves of it is cut off.
    private void Write(string line)
    {
        var start = _file.Position;
        try
        {
            _file.Write(Encoding.ASCII.GetBytes(line));
        }
        catch (IOException)
        {
            _file.SetLength(start);
            throw;
        }
    }
}
