using Cohort.Benchmarks.Parts;
using Cohort.Benchmarks.Results;
using Cohort.Benchmarks.Runs;

namespace Cohort.Benchmarks;

/// <summary>Measures this library: parts by themselves, whole steps beside a peer, and how time grows; and writes the page of what was measured.</summary>
internal static class Program
{
    private const string Usage =
        """
        usage: Cohort.Benchmarks MODE ...
          parts [--filter PATTERN]        kernels, sampling, update: BenchmarkDotNet; its own arguments follow
          shape [--shape tiny] ...        one model: tokens per second and seconds per step, one JSON line; --help has the arguments
          scaling [--shape tiny] ...      seconds per step against rows, lengths and groups, a JSON line each
          machine                         processor, memory bandwidth, rate of matrix products, one JSON line
          profile LINE NAME               what `perf script` prints on the input, as shares, with the run's JSON line in the file LINE: one JSON line
          table FOLDER                    ratios to the peer, from the lines that eng/speed.sh wrote
          page FOLDER OUT.md              all of it as a page, with its charts beside it
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["parts", .. var rest]:
                PartsMode.Run(rest);
                return 0;
            case ["shape" or "scaling", ..]:
                return RunArguments.Invoke(args);
            case ["machine"]:
                Console.WriteLine(Machine.Measure());
                return 0;
            case ["profile", var run, var name]:
                Console.WriteLine(Profile.Read(Console.In, File.ReadAllText(run), name));
                return 0;
            case ["table", var folder]:
                Console.WriteLine(SpeedTable.Of(Measured.Read(folder)));
                return 0;
            case ["page", var folder, var page]:
                SpeedPage.Write(Measured.Read(folder), page);
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }
}
