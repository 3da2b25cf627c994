namespace Cohort.Tokenization;

/// <summary>What a byte-pair model's file says beside its vocabulary and pairs.</summary>
internal sealed record BytePairRules
{
    /// <summary>The unknown token of a file that names one without having it: a text that needs it cannot be encoded.</summary>
    public const int NoSuchToken = -1;

    /// <summary>A character without a token becomes this one; null leaves it out.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether unknown characters in a row are one unknown token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether a character without a token becomes the tokens &lt;0x..&gt; of its UTF-8 bytes, where there are such.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>Whether a piece that is a token is that token, whatever the pairs say (ignore_merges).</summary>
    public bool WholeWordsFirst { get; init; }

    /// <summary>Stands before every character of a piece but the first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>Stands behind the last character of a piece.</summary>
    public string EndSuffix { get; init; } = "";

    /// <summary>Of every pair that joins, the left token's last UTF-16 unit and the right one's first.</summary>
    public required IReadOnlySet<(char Left, char Right)> Joints { get; init; }

    /// <summary>Whether a character's token depends on its place in the piece.</summary>
    public bool MarksPlaces => ContinuingPrefix.Length + EndSuffix.Length > 0;

    /// <summary>A character as the vocabulary spells it at its place.</summary>
    public ReadOnlySpan<char> Marked(ReadOnlySpan<char> character, bool isFirst, bool isLast) =>
        MarksPlaces ? $"{(isFirst ? "" : ContinuingPrefix)}{character}{(isLast ? EndSuffix : "")}" : character;
}
