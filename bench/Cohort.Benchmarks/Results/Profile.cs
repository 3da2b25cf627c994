using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cohort.Benchmarks.Results;

/// <summary>Where time goes: the samples of `perf`, each counted where its stack belongs.</summary>
internal static partial class Profile
{
    /// <summary>What a sample may be.</summary>
    public static IReadOnlyList<string> Parts { get; } =
        [Matrix, Attention, Layers, Drawing, Packing, Kernels, Memory, Dispatch, Waiting, Other];

    private const string Matrix = "matrix products", Attention = "attention", Layers = "norms, activations, positions", Drawing = "drawing tokens",
        Packing = "packing weights", Kernels = "other tensor kernels", Memory = "memory: pages, copies, allocation",
        Dispatch = "dispatch, runtime", Waiting = "waiting for threads", Other = "other";

    /// <summary>Reads what <c>perf script -F comm,tid,ip,sym,dso</c> prints.</summary>
    /// <param name="script">Samples with an empty line between them, innermost frame first.</param>
    /// <param name="run">The line of JSON that the run printed.</param>
    /// <param name="name">What was run.</param>
    /// <returns>A line of JSON with each part's share of the samples.</returns>
    public static string Read(TextReader script, string run, string name)
    {
        var (counts, frames, isHead) = (Parts.ToDictionary(part => part, _ => 0), new List<string>(), true);
        while (script.ReadLine() is { } line)
        {
            if (line == "")
                Count();
            else if (!isHead)
                frames.Add(line);

            isHead = line == "";
        }

        Count();
        var total = Math.Max(1, counts.Values.Sum());
        var measured = JsonElement.Parse(run);
        return JsonSerializer.Serialize(new
        {
            name,
            samples = total,
            busy_share = measured.GetProperty("busy_share"),
            sample_tokens_per_second = measured.GetProperty("sample_tokens_per_second"),
            update_tokens_per_second = measured.GetProperty("update_tokens_per_second"),
            shares = counts.ToDictionary(pair => pair.Key, pair => Math.Round((double)pair.Value / total, 4)),
        });

        void Count()
        {
            if (frames.Count > 0)
                counts[PartOf(string.Join('\n', frames), frames[0])]++;

            frames.Clear();
        }
    }

    // By what stands anywhere on the stack, where it is our own; else by the innermost frame, since the stack of native code may end with it.
    private static string PartOf(string stack, string leaf) =>
        InAttention().IsMatch(stack) ? Attention
        : InDraw().IsMatch(stack) ? Drawing
        : InPacking().IsMatch(stack) ? Packing
        : InWait().IsMatch(stack) ? Waiting
        : InMatrix().IsMatch(leaf) ? Matrix
        : InMemory().IsMatch(leaf) ? Memory
        : InSchedule().IsMatch(leaf) ? Waiting
        : InMatrix().IsMatch(stack) ? Matrix
        : InLayers().IsMatch(stack) ? Layers
        : InKernel().IsMatch(leaf) ? Kernels
        : InDispatch().IsMatch(leaf) ? Dispatch
        : Other;

    [GeneratedRegex(@"CachedAttention`1|Attention(Kernel|Forward|Backward)::|flash_attention|attention_kernel|(?<!log_)softmax")]
    private static partial Regex InAttention();

    [GeneratedRegex("TokenKernel::|TokenDraw::|searchsorted|cumsum")]
    private static partial Regex InDraw();

    [GeneratedRegex("EngineWeights::|PackedMatrix::(Fill|Put)")]
    private static partial Regex InPacking();

    [GeneratedRegex("Team::Meet|SpinWait|SpinOnce")]
    private static partial Regex InWait();

    [GeneratedRegex("MatrixKernel::|MatrixTiles::|gemm|gemv|mkl_blas|MultiplyAdd")]
    private static partial Regex InMatrix();

    [GeneratedRegex("clear_page|page_fault|malloc|free|memcpy|memmove|memset|copy_user|madvise|munmap|mmap|direct_copy|get_page|rmqueue|lru_")]
    private static partial Regex InMemory();

    [GeneratedRegex(@"libgomp|finish_task_switch|__schedule|_raw_spin_unlock|futex|sched_yield|Team::Serve|Team::Run")]
    private static partial Regex InSchedule();

    [GeneratedRegex(@"Forward`1|RowKernels::|ActivationKernel|(Norm|Gate)(Kernels|Forward|Backward)")]
    private static partial Regex InLayers();

    [GeneratedRegex(@"AdamKernel|SgdKernel|SquaresKernel|LogProb(Forward|Backward)|LogitRows|at::native|at::vec|at::internal|function_ref|TensorIterator|mkl_vml")]
    private static partial Regex InKernel();

    [GeneratedRegex(@"libtorch|libLibTorchSharp|libc10|c10::|at::|torch::|libcoreclr|libclrjit|libstdc|TorchSharp|Cohort\.|libc\.so|CoreLib|perf-\d+\.map")]
    private static partial Regex InDispatch();
}
