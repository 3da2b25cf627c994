using System.Diagnostics;

namespace Cohort.Data.Tasks;

/// <summary>The bundled tasks: what there is, and how to make one.</summary>
public static class BundledTasks
{
    /// <summary>Every task, in the order in which `cohort tasks` lists them.</summary>
    public static IReadOnlyList<TaskSummary> All { get; } =
    [
        SortTask.Summary, ReverseTask.Summary, CountTask.Summary, ArithmeticTask.Summary, CountdownTask.Summary,
        BracketsTask.Summary, DatesTask.Summary, EquationsTask.Summary,
    ];

    /// <summary>Makes a task.</summary>
    /// <param name="name">Which task.</param>
    /// <param name="size">How large its problems are, in its own unit; 0 takes the task's default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is outside the task's range.</exception>
    public static BundledTask Create(TaskName name, int size = 0) => name switch
    {
        TaskName.Sort => new SortTask(size),
        TaskName.Reverse => new ReverseTask(size),
        TaskName.Count => new CountTask(size),
        TaskName.Arithmetic => new ArithmeticTask(size),
        TaskName.Countdown => new CountdownTask(size),
        TaskName.Brackets => new BracketsTask(size),
        TaskName.Dates => new DatesTask(size),
        TaskName.Equations => new EquationsTask(size),
        _ => throw new UnreachableException($"No task is called {name}."),
    };
}
