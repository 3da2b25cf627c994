using Cohort.Data;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class SetupTests
{
    // ChatTokenizer's end of sequence is 1 and "<end>" is 70000; the model ends completions with 7 alone.
    [Theory]
    [InlineData("", "", "")] // the tokenizer's own end of sequence is written
    [InlineData("<think>", "<end>", "Whether the chat template's end of turn ends the model's completions is not known, as it writes no answer. Problem 'one'")]
    [InlineData("", "<end>", "The chat template ends the assistant's messages with token 70000, which does not end the model's completions (7 do)")]
    public void A_template_whose_end_of_turn_ends_no_completion_is_said(string begin, string end, string notice)
    {
        var template = new ChatTemplate(
            $"{{% for m in messages %}}{{{{ m.content }}}}{end}{{% endfor %}}{{% if add_generation_prompt %}}{begin}{{% endif %}}", new Dictionary<string, string>());
        var prompts = new PromptEncoder(new ChatTokenizer("<end>"), template, ChatUse.Always, system: "");
        var found = Setup.ChatNotice(prompts, new Problem("one", "2+2=", "4"), TinyModels.Shape with { EndOfSequence = 7 });
        Assert.Equal(notice, found.Split(':')[0]);
    }
}
