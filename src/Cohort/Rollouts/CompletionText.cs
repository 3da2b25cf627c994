using System.Text;
using Cohort.Tokenization;

namespace Cohort.Rollouts;

/// <summary>
/// The text of one completion as its tokens come: where a stop string ends it, and what of it can be shown because no later token takes it back.
/// Each token costs its own text and as much of the text before it as the longest stop string has.
/// </summary>
/// <param name="tokenizer">Turns tokens into text.</param>
/// <param name="sampling">Names the stop strings.</param>
internal sealed class CompletionText(Tokenizer tokenizer, Sampling sampling)
{
    private readonly StreamingDecoder _decoder = tokenizer.Stream();
    private readonly StringBuilder _text = new();
    private readonly int _overlap = sampling.Stop.Select(stop => stop.Length).DefaultIfEmpty(1).Max() - 1;
    private int _shown;
    private bool _ended;

    /// <summary>Takes the next token, which is no end of sequence.</summary>
    /// <param name="token">A token id.</param>
    /// <param name="mayStop">Whether a stop string that this token completes ends the text.</param>
    /// <returns>Whether one did.</returns>
    public bool Add(int token, bool mayStop)
    {
        var before = _text.Length;
        _text.Append(_decoder.Next(token));
        _ended = mayStop && CutAtStop(before);
        return _ended;
    }

    /// <summary>No further token comes: what waited for the rest of a character is text as it is. Nothing follows a stop string.</summary>
    public void End()
    {
        if (!_ended)
        {
            _text.Append(_decoder.End());
            _ended = true;
        }
    }

    /// <summary>What is new since the last call, without what may yet be the beginning of a stop string.</summary>
    public string TakeNew()
    {
        var sure = _text.Length - (_ended ? 0 : StopBegun());
        var piece = sure > _shown ? _text.ToString(_shown, sure - _shown) : "";
        _shown += piece.Length;
        return piece;
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    // The stop string that begins first among those that end in the text behind `before`; of two that begin together, the shorter.
    private bool CutAtStop(int before)
    {
        var start = Math.Max(0, before - _overlap);
        var tail = _text.ToString(start, _text.Length - start);
        var found = sampling.Stop
            .Select(stop => (Index: tail.IndexOf(stop, Math.Max(0, before - stop.Length + 1 - start), StringComparison.Ordinal), stop.Length))
            .Where(match => match.Index >= 0)
            .Order()
            .ToArray();
        if (found.Length > 0)
        {
            _text.Length = start + found[0].Index + (sampling.IncludeStop ? found[0].Length : 0);
        }

        return found.Length > 0;
    }

    // How many of the last characters are the beginning of a stop string.
    private int StopBegun()
    {
        var start = Math.Max(_shown, _text.Length - _overlap);
        var tail = _text.ToString(start, _text.Length - start);
        return Enumerable.Range(0, tail.Length)
            .Where(at => sampling.Stop.Any(stop => stop.AsSpan().StartsWith(tail.AsSpan(at), StringComparison.Ordinal)))
            .Select(at => tail.Length - at)
            .FirstOrDefault();
    }
}
