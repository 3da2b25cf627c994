using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>Tokens coloured and underlined by their advantage, their ratio, or their part of the KL: the reader chooses, without a script.</summary>
/// <param name="group">Completions that share a scale.</param>
internal sealed class TokenColours(IReadOnlyList<RolloutLine> group)
{
    private const int MostTokens = 256;

    private readonly double _largest = group.SelectMany(line => line.Details).Select(token => Math.Abs(token.Advantage))
        .Where(double.IsFinite).DefaultIfEmpty(0).Max();

    /// <summary>The switch and what it means; nothing where no completion has tokens.</summary>
    /// <param name="name">Unique on the page.</param>
    public Markup Choice(string name) => group.All(line => line.Details.Count == 0) ? Markup.Empty : $"""
        <fieldset class="choice"><legend>Colour of a token</legend>
        <label><input type="radio" name="{name}" value="advantage" checked="checked" /> advantage</label>
        <label><input type="radio" name="{name}" value="ratio" /> ratio after the step</label>
        <label><input type="radio" name="{name}" value="kl" /> KL to the reference</label>
        <p class="note"><span class="tokens"><span class="a3 r3 k3">above</span></span> 0 (of the ratio, 1): blue with a solid underline.
        <span class="tokens"><span class="a-3 r-3 k-3">below</span></span>: orange with a dashed one. Three strengths: of advantages, thirds of the group's
        largest, {NumberText.Of(_largest)}; of ratios, by more than 1 %, 10 %, 30 %; of log-ratios to the reference,
        more than 0.01, 0.1, 0.5 nats.</p></fieldset>
        """;

    /// <summary>A completion's tokens, each with its numbers, and a table of them.</summary>
    public Markup Text(RolloutLine line)
    {
        var shown = line.Details.Take(MostTokens).ToArray();
        var left = line.Details.Count - shown.Length;
        return $"""
            <div class="text tokens" dir="auto">{shown.Select(Token)}</div>{(left > 0 ? (Markup)$"""<p class="note">{left} more tokens</p>""" : Markup.Empty)}
            <details class="numbers"><summary>Numbers of the tokens</summary>
            <div class="scroll" role="region" aria-label="Tokens of sample {line.Sample}" tabindex="0">
            <table><caption>Tokens of sample {line.Sample}</caption><thead><tr><th scope="col">token</th><th scope="col" class="number">advantage</th>
            <th scope="col" class="number">ratio</th><th scope="col" class="number">KL, nats</th></tr></thead>
            <tbody>{shown.Select(Row)}</tbody></table></div></details>
            """;
    }

    private Markup Token(RolloutToken token) =>
        $"""<span class="{Classes(token)}" title="{Numbers(token)}">{Shown(token)}</span>""";

    private static string Numbers(RolloutToken token) =>
        $"advantage {NumberText.Of(token.Advantage)}, ratio {NumberText.Of(token.Ratio)}, KL {NumberText.Of(token.Kl)}";

    private string Classes(RolloutToken token) =>
        $"a{Advantage(token.Advantage)} r{Level(Math.Log(token.Ratio), 0.01, 0.1, 0.3)} k{Level(token.Kl, 0.01, 0.1, 0.5)}";

    private int Advantage(double value) => Level(value, 1e-9 * _largest, _largest / 3, 2 * _largest / 3);

    private static int Level(double value, double low, double middle, double high) =>
        Math.Abs(value) > high ? 3 * Math.Sign(value) : Math.Abs(value) > middle ? 2 * Math.Sign(value) : Math.Abs(value) > low ? Math.Sign(value) : 0;

    private static Markup Row(RolloutToken token) => $"""
        <tr><th scope="row"><code>{Shown(token)}</code></th><td class="number">{NumberText.Of(token.Advantage)}</td>
        <td class="number">{NumberText.Of(token.Ratio)}</td><td class="number">{NumberText.Of(token.Kl)}</td></tr>

        """;

    // A line end is seen as well as done.
    private static string Shown(RolloutToken token) => token.Text.Replace("\n", "↵\n", StringComparison.Ordinal);
}
