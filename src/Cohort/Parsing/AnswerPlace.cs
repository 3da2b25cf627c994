namespace Cohort.Parsing;

/// <summary>Where in a text its final answer stands.</summary>
public enum AnswerPlace
{
    /// <summary>In the last box where there is one, else after the last hash mark, else at the end.</summary>
    Any,

    /// <summary>In the last <c>\boxed{...}</c>.</summary>
    Boxed,

    /// <summary>After the last <c>####</c>, up to the end of its line, as in GSM8K (arXiv:2110.14168).</summary>
    Hash,

    /// <summary>At the end of the text, whatever stands before it.</summary>
    Last,

    /// <summary>
    /// Between <c>&lt;answer&gt;</c> and <c>&lt;/answer&gt;</c> (arXiv:2501.12948, table 1), of which the text has one each; in there, as
    /// <see cref="Any"/> says.
    /// </summary>
    AnswerTag,
}
