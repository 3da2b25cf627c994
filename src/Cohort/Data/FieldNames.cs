namespace Cohort.Data;

/// <summary>Which fields of a file's rows are read as what; an empty name is the usual one.</summary>
public sealed record FieldNames
{
    /// <summary>The prompt: a text, or a list of messages; empty is "prompt", or else "question".</summary>
    public string Prompt { get; init; } = "";

    /// <summary>The reference answer; empty is "answer", or else "solution".</summary>
    public string Answer { get; init; } = "";

    /// <summary>The completion that a demonstration shows; empty is "completion", or else the answer.</summary>
    public string Completion { get; init; } = "";

    /// <summary>The preferred completion of a pair; empty is "chosen".</summary>
    public string Chosen { get; init; } = "";

    /// <summary>The other completion of a pair; empty is "rejected".</summary>
    public string Rejected { get; init; } = "";

    /// <summary>By how much the preferred completion is better; empty is "margin", where there is one.</summary>
    public string Margin { get; init; } = "";

    /// <summary>The name of the row in logs; empty is "id", or else the file's name with the row's number.</summary>
    public string Id { get; init; } = "";
}
