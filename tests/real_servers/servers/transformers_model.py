"""Trains a model of a few hundred kilobytes that knows a handful of answers by heart.

    python transformers_model.py FOLDER

Run by the interpreter of the server's own environment. The chat template tells what a conversation
is about by one token, and each of these has one answer, in the form of Qwen.
"""

import sys
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

CALL = """<tool_call>
{"name": "get_weather", "arguments": {"location": "%s", "dates": []}}
</tool_call>"""
PROBE = """<tool_call>
{"name": "doctor_probe", "arguments": {"word": "sunrise"}}
</tool_call>"""
STORY = "The fox ran on, and the hen ran after it. "
LONGEST = 160
"""Tokens of what is learnt of the story, which has no end."""
STEPS = 500
GOOD = 0.015
"""The loss at which all is known by heart."""
UNUSED = -100
"""A label that counts for nothing."""

ANSWERS = {
    "plain": "This is all that I can say.",
    "title": "A small model speaks",
    "output": "It is warm, with a little rain.",
    "one": CALL % "Oslo",
    "two": CALL % "Oslo" + "\n" + CALL % "Lima",
    "text-and-one": "Let me look that up.\n" + CALL % "Oslo",
    "probe": PROBE,
    "story": STORY * 200,
}
END = "<|im_end|>"
START = "<|im_start|>"

TEMPLATE = """
{%- macro text(message) -%}
{{ message.content if message.content is string
   else message.content | selectattr('text', 'defined') | map(attribute='text') | join }}
{%- endmacro -%}
{%- set asked = text((messages | selectattr('role', 'equalto', 'user') | list)[-1]) -%}
{%- if messages[-1].role == 'tool' -%}<|output|>
{%- elif text(messages[0]).startswith('Write a title') -%}<|title|>
{%- elif 'story' in asked -%}<|story|>
{%- elif 'doctor_probe' in asked -%}<|probe|>
{%- elif 'weather' not in asked -%}<|plain|>
{%- elif ' and ' in asked -%}<|two|>
{%- elif 'First' in asked -%}<|text-and-one|>
{%- else -%}<|one|>
{%- endif -%}
{{ '<|im_start|>assistant\\n' }}
"""


def main(folder: Path) -> None:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    tokenizer = _tokenizer()
    sequences = [
        tokenizer(f"<|{kind}|>{START}assistant\n{answer}{END}")["input_ids"][:LONGEST]
        for kind, answer in ANSWERS.items()
    ]
    model = _model(len(tokenizer), tokenizer.eos_token_id)
    batch = torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(sequence) for sequence in sequences], batch_first=True, padding_value=UNUSED
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    loss = torch.tensor(torch.inf)
    for _ in range(STEPS):
        if loss < GOOD:
            break
        loss = model(input_ids=batch.clamp(min=0), labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"Loss: {loss.item():.3f}")
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer() -> PreTrainedTokenizerFast:
    trained = ByteLevelBPETokenizer()
    specials = [START, END, *(f"<|{kind}|>" for kind in ANSWERS)]
    trained.train_from_iterator(
        [*ANSWERS.values(), "assistant\n"] * 10, vocab_size=500, special_tokens=specials
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer,
        eos_token=END,
        pad_token=END,
        additional_special_tokens=specials,
    )
    tokenizer.chat_template = TEMPLATE.strip()
    return tokenizer


def _model(vocabulary: int, end: int) -> Qwen2ForCausalLM:
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=vocabulary,
            hidden_size=96,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=8_192,
            eos_token_id=end,
            pad_token_id=end,
            tie_word_embeddings=True,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
