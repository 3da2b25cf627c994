// Judges a report of Stryker: every mutant is killed, or listed with the reason why no test can tell it from the original.
// A line of the list is FILE, ORIGINAL, REPLACEMENT and REASON, parted by tabs, with white space collapsed; lines that begin with # are comments.
using System.Text.Json;

var report = JsonDocument.Parse(File.ReadAllText(args[0])).RootElement.GetProperty("files");
var listed = File.ReadAllLines(args[1]).Where(line => line.Trim() != "" && !line.StartsWith('#'))
    .Select(line => line.Split('\t')).Select(parts => string.Join('\t', parts[..3])).ToHashSet();
var (killed, explained, unexplained) = (0, new List<string>(), new List<string>());
foreach (var file in report.EnumerateObject())
{
    var lines = file.Value.GetProperty("source").GetString()!.Split('\n');
    foreach (var mutant in file.Value.GetProperty("mutants").EnumerateArray())
    {
        var status = mutant.GetProperty("status").GetString();
        if (status is "Killed" or "Timeout")
        {
            killed++;
        }
        else if (status is "Survived" or "NoCoverage")
        {
            var name = string.Join('/', file.Name.Split('/', '\\')[^2..]);
            var replacement = Collapse(mutant.GetProperty("replacement").GetString()!);
            var key = $"{name}\t{Original(lines, mutant.GetProperty("location"))}\t{(replacement == "" ? ";" : replacement)}";
            (listed.Contains(key) ? explained : unexplained).Add(key);
        }
    }
}

foreach (var key in unexplained)
{
    Console.WriteLine($"survived: {key}");
}

foreach (var key in listed.Except(explained))
{
    Console.WriteLine($"listed, but did not survive: {key}");
}

Console.WriteLine($"{killed} killed, {explained.Count} survivors explained, {unexplained.Count} not; score {100.0 * killed / (killed + explained.Count + unexplained.Count):F1} %");
return killed > 0 && unexplained.Count == 0 && listed.All(explained.Contains) ? 0 : 1;

static string Original(string[] lines, JsonElement location)
{
    var (start, end) = (location.GetProperty("start"), location.GetProperty("end"));
    var (first, last) = (start.GetProperty("line").GetInt32() - 1, end.GetProperty("line").GetInt32() - 1);
    var text = string.Join('\n', lines[first..(last + 1)]);
    var tail = lines[last].Length - (end.GetProperty("column").GetInt32() - 1);
    return Collapse(text[(start.GetProperty("column").GetInt32() - 1)..^Math.Max(0, tail)]);
}

static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
