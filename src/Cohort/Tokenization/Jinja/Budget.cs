using System.Runtime.CompilerServices;

namespace Cohort.Tokenization.Jinja;

/// <summary>What one rendering may use up: steps, length of texts and lists, and depth. A template comes with a downloaded folder and is not trusted.</summary>
internal sealed class Budget
{
    /// <summary>Expressions, statements and elements that one rendering may go through.</summary>
    public const long MostSteps = 20_000_000;

    /// <summary>The longest text, in UTF-16 units; the output's too.</summary>
    public const int LongestText = 16 * 1024 * 1024;

    /// <summary>The longest list.</summary>
    public const int LongestList = 1_000_000;

    private const int UnitsPerStep = 64;
    private const int DeepestCall = 200;
    private long _steps;
    private int _calls;

    /// <summary>One step, or several.</summary>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > MostSteps)
            throw new JinjaException($"rendering took more than {MostSteps} steps; the template or the conversation is too large");
    }

    /// <summary>Allows a text of a length before it is made; long texts count as steps.</summary>
    public void Text(long length)
    {
        if (length > LongestText)
            throw new JinjaException($"a text would have {length} characters; at most {LongestText} are allowed");
        Step(length / UnitsPerStep);
    }

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
