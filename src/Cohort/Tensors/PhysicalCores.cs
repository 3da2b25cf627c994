using System.Globalization;

namespace Cohort.Tensors;

/// <summary>The cores that matrix kernels can use: two hardware threads of one core share its arithmetic units, and count as one.</summary>
public static class PhysicalCores
{
    private const string Processors = "/sys/devices/system/cpu";

    /// <summary>
    /// How many cores this process may run on, at least 1. Where the system does not tell which threads share a core (Linux does),
    /// all logical processors count.
    /// </summary>
    public static int Count { get; } = Math.Clamp(CountSiblingGroups(), 1, Environment.ProcessorCount);

    /// <summary>Threads of one core list the same siblings, such as "0,4"; processors that are off have no list.</summary>
    private static int CountSiblingGroups()
    {
        try
        {
            var groups = Allowed(File.ReadLines("/proc/self/status"))
                .Select(processor => $"{Processors}/cpu{processor}/topology/thread_siblings_list")
                .Where(File.Exists)
                .Select(File.ReadAllText)
                .Distinct()
                .Count();
            return groups > 0 ? groups : Environment.ProcessorCount;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            return Environment.ProcessorCount;
        }
    }

    /// <summary>The processors of a line such as "Cpus_allowed_list: 0-3,8".</summary>
    private static IEnumerable<int> Allowed(IEnumerable<string> status) =>
        from line in status
        where line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)
        from range in line[(line.IndexOf(':') + 1)..].Split(',', StringSplitOptions.TrimEntries)
        let ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray()
        from processor in Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)
        select processor;
}
