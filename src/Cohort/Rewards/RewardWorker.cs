using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Cohort.Rewards;

/// <summary>
/// A program that answers lines with lines. It is started without a shell, and killed with the processes that it started. One thread asks at a time; it
/// waits for the answer itself, so that nothing here takes threads from the pool.
/// </summary>
internal sealed class RewardWorker : IDisposable
{
    private const int LongestLine = 120;

    private readonly Process _process;
    private readonly Stream _requests;
    private readonly Stream _answers;
    private readonly StreamReader _said;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly Thread _errors;
    private volatile string _lastError = "";
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
        (_requests, _answers, _said) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream, _process.StandardError);
        _errors = new Thread(ReadErrors) { IsBackground = true, Name = "reward worker's errors" };
        _errors.Start();
    }

    /// <summary>The process's number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Sends a line and waits for one.</summary>
    /// <param name="line">Without its end.</param>
    /// <returns>Without its end.</returns>
    /// <exception cref="IOException">The program has ended, closed a pipe, or wrote a line that is too long; this worker is of no use any more.</exception>
    public ReadOnlyMemory<byte> Ask(ReadOnlySpan<byte> line)
    {
        try
        {
            _requests.Write(line);
            _requests.Write("\n"u8);
            _requests.Flush();
        }
        catch (IOException error)
        {
            throw new IOException($"it does not read its input{Ending()}", error);
        }

        return ReadLine();
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
        _process.Dispose();
    }

    private ReadOnlyMemory<byte> ReadLine()
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

            (_start, _end) = (0, _answers.Read(_buffer));
            if (_end == 0)
                throw new IOException($"it closed its output {(line.Length == 0 ? "without an answer" : "in the middle of a line")}{Ending()}");
        }
    }

    // A program that ends closes its pipes a moment before it has an exit code, and before its last words are read.
    private string Ending()
    {
        const int MomentMilliseconds = 200;
        var code = _process.WaitForExit(MomentMilliseconds) ? $" and ended with code {_process.ExitCode}" : "";
        _errors.Join(MomentMilliseconds);
        return _lastError == "" ? code : $"{code}; its last words: {_lastError}";
    }

    // Drains the errors, so that the program never waits for us, and keeps the beginning of the last line.
    private void ReadErrors()
    {
        var line = new StringBuilder(LongestLine);
        var buffer = new char[4096];
        try
        {
            using var said = _said;
            while (said.Read(buffer) is > 0 and var count)
            {
                foreach (var character in buffer.AsSpan(0, count))
                {
                    if (character is '\n' or '\r')
                        Keep();
                    else if (line.Length < LongestLine)
                        line.Append(character);
                }
            }

            Keep();
        }
        catch (Exception error) when (error is IOException)
        {
            // The pipe broke: there are no further words.
        }

        void Keep()
        {
            if (line.ToString().Trim() is not "" and var said)
                _lastError = said;
            line.Clear();
        }
    }
}
