using System.Runtime.CompilerServices;

namespace Cohort.Tokenization.Jinja;

/// <summary>
/// What one rendering may use up: steps, time, length of texts and lists, and depth. A template comes with a downloaded folder and is not trusted. All
/// that is made costs steps by its size, so that the steps bound the memory too.
/// </summary>
/// <param name="clock">Measures the time that it takes.</param>
internal sealed class Budget(TimeProvider clock)
{
    /// <summary>Expressions, statements and elements that one rendering may go through.</summary>
    public const long MostSteps = 10_000_000;

    /// <summary>The longest text, in UTF-16 units; the output's too.</summary>
    public const int LongestText = 4 * 1024 * 1024;

    /// <summary>The longest list.</summary>
    public const int LongestList = 1_000_000;

    private const int UnitsPerStep = 32;
    private const int StepsPerScope = 10;
    private const int StepsPerLook = 4096;
    private const int DeepestCall = 200;
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(10);
    private readonly long _start = clock.GetTimestamp();
    private long _steps;
    private long _nextLook = StepsPerLook;
    private int _calls;

    /// <summary>One step, or several.</summary>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > MostSteps)
            throw new JinjaException($"rendering took more than {MostSteps} steps; the template or the conversation is too large");
        if (_steps < _nextLook)
            return;
        _nextLook = _steps + StepsPerLook;
        if (clock.GetElapsedTime(_start) > LongestTime)
            throw new JinjaException($"rendering took more than {LongestTime.TotalSeconds} s; the template or the conversation is too large");
    }

    /// <summary>Allows variables of a body that is run once more.</summary>
    public void Scope() => Step(StepsPerScope);

    /// <summary>Allows a text of a length before it is made; long texts count as steps.</summary>
    public void Text(long length)
    {
        if (length > LongestText)
            throw new JinjaException($"a text would have {length} characters; at most {LongestText} are allowed");
        Step(length / UnitsPerStep);
    }

    /// <summary>Allows a text that is being made to grow.</summary>
    public void Grow(long length, long more)
    {
        if (length + more > LongestText)
            Text(length + more);
        Step(more / UnitsPerStep);
    }

    /// <summary>Allows to look for a part in a text, where at worst every place has to be compared in full.</summary>
    public void Search(string text, string part) =>
        Step((text.Length / UnitsPerStep) * (1 + ((long)Math.Min(part.Length, text.Length) / UnitsPerStep)));

    /// <summary>Allows to look a key up or to set it, which goes through all of a text.</summary>
    public void Key(object? key) => Step(key is string text ? text.Length / UnitsPerStep : 0);

    /// <summary>Allows a list of a length before it is made.</summary>
    public void List(long length)
    {
        if (length > LongestList)
            throw new JinjaException($"a list would have {length} elements; at most {LongestList} are allowed");
        Step(length);
    }

    /// <summary>Goes into a macro or a recursive loop; leave with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_calls > DeepestCall)
            throw new JinjaException($"macros or loops call each other more than {DeepestCall} deep");
    }

    /// <summary>Comes back from a call.</summary>
    public void Leave() => _calls--;

    /// <summary>Refuses what is nested so deep that the stack would end.</summary>
    public static void RequireStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("it is nested too deeply");
    }
}
