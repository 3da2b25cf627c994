namespace Cohort.Training;

/// <summary>What is done with prompts that do not fit the model's context; none is ever cut.</summary>
public enum LongPrompts
{
    /// <summary>The run does not begin, and names the first one.</summary>
    Refuse,

    /// <summary>Their rows are left out of training and of held-out splits, and counted in a notice.</summary>
    Drop,
}
