using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Cohort.Rewards;

/// <summary>
/// A program that answers lines with lines. It is started without a shell, and killed with the processes that it started. One call asks at a time. Nothing here
/// takes a thread, and nothing waits for a program that has ended, even where a process that it left behind holds its pipes.
/// </summary>
internal sealed class RewardWorker : IDisposable
{
    private const int LongestLine = 120;

    // A program that ends closes its pipes a moment before it has an exit code, and before its last words are read.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Process _process;
    private readonly Stream _requests;
    private readonly Stream _answers;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly CancellationTokenSource _over = new();
    private readonly Task<int> _exit;
    private readonly Task _errors;
    private volatile string _lastError = "";
    private volatile bool _hasAnswered;
    private int _start;
    private int _end;

    /// <summary>Starts the program.</summary>
    /// <param name="command">The program and its arguments; a program with a folder in its name is looked for from the folder that it runs in.</param>
    /// <param name="folder">Where it runs.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public RewardWorker(IReadOnlyList<string> command, string folder)
    {
        var program = Path.GetFileName(command[0]) == command[0] ? command[0] : Path.GetFullPath(command[0], folder);
        _process = Process.Start(new ProcessStartInfo(program, command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        })!;
        (_requests, _answers) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        ProcessId = _process.Id;
        _exit = ExitAsync();
        _errors = ReadErrorsAsync(_process.StandardError);
        _ = EndAsync();
    }

    /// <summary>The process's number.</summary>
    public int ProcessId { get; }

    /// <summary>What is left of the time in which it is to start and to give its first answer; 0 once it has.</summary>
    /// <param name="time">All of that time.</param>
    public TimeSpan LeftToStart(TimeSpan time)
    {
        var left = time - Stopwatch.GetElapsedTime(_started);
        return _hasAnswered || left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    /// <summary>Sends a line and waits for one.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="cancel">Ends the wait; this worker is of no use any more.</param>
    /// <returns>Without its end.</returns>
    /// <exception cref="IOException">The program has ended, closed a pipe, or wrote a line that is too long; this worker is of no use any more.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public async Task<ReadOnlyMemory<byte>> AskAsync(ReadOnlyMemory<byte> line, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _over.Token);
        try
        {
            await _requests.WriteAsync(line, stop.Token).ConfigureAwait(false);
            await _requests.WriteAsync("\n"u8.ToArray(), stop.Token).ConfigureAwait(false);
            await _requests.FlushAsync(stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is (IOException or OperationCanceledException) && !cancel.IsCancellationRequested)
        {
            throw new IOException($"it does not read its input{await EndingAsync().ConfigureAwait(false)}", error);
        }

        var answer = await ReadLineAsync(stop.Token, cancel).ConfigureAwait(false);
        _hasAnswered = true;
        return answer;
    }

    /// <summary>Kills the program and the processes that it started and has not left behind.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already, or is ending.
        }
    }

    /// <summary>Ends the program.</summary>
    public void Dispose()
    {
        Kill();
        _requests.Dispose();
        _answers.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    // What the program held is freed a moment after its end.
    private async Task EndAsync()
    {
        await _exit.ConfigureAwait(false);
        await Task.Delay(Moment).ConfigureAwait(false);
        await _over.CancelAsync().ConfigureAwait(false);
        await _errors.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken stop, CancellationToken cancel)
    {
        using var line = new MemoryStream();
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var taken = length < 0 ? _end - _start : length;
            if (line.Length + taken > RewardMessage.LongestAnswer)
                throw new IOException($"it wrote a line of more than {RewardMessage.LongestAnswer} bytes");
            line.Write(_buffer, _start, taken);
            _start += taken;
            if (length >= 0)
            {
                _start++;
                return line.ToArray();
            }

            var how = "closed its output";
            try
            {
                (_start, _end) = (0, await _answers.ReadAsync(_buffer, stop).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                (_start, _end, how) = (0, 0, "left its output to another process");
            }

            if (_end == 0)
            {
                throw new IOException(
                    $"it {how} {(line.Length == 0 ? "without an answer" : "in the middle of a line")}{await EndingAsync().ConfigureAwait(false)}");
            }
        }
    }

    private async Task<string> EndingAsync()
    {
        await Task.WhenAny(Task.WhenAll(_exit, _errors), Task.Delay(Moment)).ConfigureAwait(false);
        var code = _exit.IsCompleted ? $" and ended with code {await _exit.ConfigureAwait(false)}" : "";
        return _lastError == "" ? code : $"{code}; its last words: {_lastError}";
    }

    // Drains the errors, so that the program never waits for us, and keeps the beginning of the last line.
    private async Task ReadErrorsAsync(StreamReader said)
    {
        var line = new StringBuilder(LongestLine);
        var buffer = new char[4096];
        try
        {
            using var reader = said;
            while (await said.ReadAsync(buffer, _over.Token).ConfigureAwait(false) is > 0 and var count)
            {
                foreach (var character in buffer.AsSpan(0, count))
                {
                    if (character is '\n' or '\r')
                        Keep();
                    else if (line.Length < LongestLine)
                        line.Append(character);
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The pipe broke, or is not the program's any more: there are no further words.
        }

        Keep();

        void Keep()
        {
            if (line.ToString().Trim() is not "" and var words)
                _lastError = words;
            line.Clear();
        }
    }
}
