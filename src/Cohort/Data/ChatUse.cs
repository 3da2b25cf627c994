namespace Cohort.Data;

/// <summary>When prompts are written with the model's chat template.</summary>
public enum ChatUse
{
    /// <summary>Rows with messages are; a row with a text is continued as it stands.</summary>
    Auto,

    /// <summary>All are: a text is the one message of a user.</summary>
    Always,

    /// <summary>None is: a row with messages is refused.</summary>
    Never,
}
