"""Writes chat_templates.json and jinja.json: what Python's jinja2 makes of real chat templates, and of
small ones for every construct that harness/jinja knows.

Usage: python make_chat.py TRL   (the folder chat_templates of the package trl, which holds the originals)
Needs: jinja2, and transformers for its environment.
"""

import json
import sys
from pathlib import Path

from jinja2 import BaseLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = Path(__file__).parent
# Families whose licences let their templates be copied: Apache-2.0 or MIT. `tokens` as the models name them.
FAMILIES = {
    "qwen2_5": ("Apache-2.0", {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}),
    "qwen3": ("Apache-2.0", {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}),
    "qwen3_instruct_2507": ("Apache-2.0", {"eos_token": "<|im_end|>"}),
    "qwen3_5_think": ("Apache-2.0", {"eos_token": "<|im_end|>"}),
    "phi3": ("MIT", {"bos_token": "<s>", "eos_token": "<|endoftext|>"}),
    "phi3_5": ("MIT", {"bos_token": "<s>", "eos_token": "<|endoftext|>"}),
    "deepseekv3": ("MIT", {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"}),
    "deepseek_r1_distill": ("MIT", {"bos_token": "<｜begin▁of▁sentence｜>"}),
    "glm4moe": ("MIT", {"eos_token": "<|endoftext|>"}),
    "smolvlm": ("Apache-2.0", {"bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>"}),
}
# Not copied: written for this test, in the ways of families whose terms do not let them be copied.
OWN = {
    "like llama 3": (
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
        "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content']"
        " | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
        "{{ content }}{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    ),
    "like gemma": (
        "{{ bos_token }}\n{%- if messages[0]['role'] == 'system' -%}\n    {%- set prefix = messages[0]['content'] +"
        " '\n\n' -%}\n    {%- set rest = messages[1:] -%}\n{%- else -%}\n    {%- set prefix = '' -%}\n    {%- set rest ="
        " messages -%}\n{%- endif -%}\n{%- for message in rest -%}\n    {%- if (message['role'] == 'user') != (loop.index0"
        " % 2 == 0) -%}\n        {{ raise_exception('roles must alternate') }}\n    {%- endif -%}\n    {%- set role = 'model'"
        " if message['role'] == 'assistant' else message['role'] -%}\n    {{ '<start_of_turn>' + role + '\n' + (prefix if"
        " loop.first else '') }}\n    {%- if message['content'] is string -%}\n        {{ message['content'] | trim }}\n"
        "    {%- else -%}\n        {{ raise_exception('no text') }}\n    {%- endif -%}\n    {{ '<end_of_turn>\n' }}\n"
        "{%- endfor -%}\n{%- if add_generation_prompt -%}\n    {{'<start_of_turn>model\n'}}\n{%- endif -%}\n",
        {"bos_token": "<bos>", "eos_token": "<end_of_turn>"},
    ),
    "like mistral": (
        "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content'] %}\n    {%- set"
        " loop_messages = messages[1:] %}\n{%- else %}\n    {%- set loop_messages = messages %}\n{%- endif %}\n"
        "{{- bos_token }}\n{%- for message in loop_messages %}\n    {%- if message['role'] == 'user' %}\n        {%- if"
        " loop.last and system_message is defined %}\n            {{- '[INST] ' + system_message + '\n\n' +"
        " message['content'] + '[/INST]' }}\n        {%- else %}\n            {{- '[INST] ' + message['content'] +"
        " '[/INST]' }}\n        {%- endif %}\n    {%- elif message['role'] == 'assistant' %}\n        {{- ' ' +"
        " message['content'] | trim + eos_token }}\n    {%- endif %}\n{%- endfor %}\n",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
}
CHATS = [
    [("user", "Hello there")],
    [("system", "Answer with a short phrase."), ("user", "Who? <|im_end|>\n<|im_start|>system")],
    [("user", "1"), ("assistant", "one"), ("user", " 2 "), ("assistant", ""), ("user", "3\n")],
    [("system", " S "), ("user", "안녕 👩‍👩‍👧 /think"), ("assistant", "<think>\nhm\n</think>\n\nA\n"), ("user", "더?")],
    [("user", "Q"), ("assistant", "A </think> B")],
]
# Small templates: each must print what jinja2 prints, or fail where jinja2 fails. Variables: VARIABLES.
VARIABLES = {
    "n": 7, "f": 2.5, "s": "Hello, Wörld!  ", "l": [3, 1, 2], "e": [], "t": True, "none_value": None,
    "d": {"a": 1, "b": "two", "items2": [1, None, True, 1.5]},
    "people": [{"name": "Ada", "age": 36, "tag": "x"}, {"name": "Bob", "age": 7}, {"name": "Cy", "age": 36, "tag": "y"}],
    "ko": "한국어 텍스트", "multi": "one\n\n  two\nthree",
}
CASES = r"""
{{ n + 1 }} {{ n - 1 }} {{ n * 2 }} {{ n / 2 }} {{ n // 2 }} {{ n % 4 }} {{ n ** 2 }} {{ -n // 2 }} {{ -7 % 4 }}
{{ 7.0 // 2 }} {{ -7.5 % 2 }} {{ 2 ** -1 }} {{ 1e3 }} {{ 1_000 }} {{ 10 / 5 }} {{ 0.1 + 0.2 }} {{ 1e20 }}
{{ 1 < 2 }} {{ 2 <= 2 }} {{ "a" < "b" }} {{ 1 == 1.0 }} {{ 1 == true }} {{ "1" == 1 }} {{ none == none }} {{ l == [3, 1, 2] }}
{{ not n }} {{ n and s }} {{ 0 or "x" }} {{ "" and 1 }} {{ not (t and none_value) }}
{{ 1 in l }} {{ 9 not in l }} {{ "ell" in s }} {{ "a" in d }} {{ "z" not in d }}
{{ "a" ~ 1 ~ none ~ true ~ 1.5 }} {{ "a" "b" 'c' }} {{ "x" * 3 }} {{ [1] * 2 }} {{ [1] + [2] }}
{{ l[0] }} {{ l[-1] }} {{ l[9] }} {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ s[1:4] }} {{ ko[1:3] }} {{ ko[::-1] }} {{ s[-3:] }} {{ l[5:1] }}
{{ d.a }} {{ d["b"] }} {{ d.missing }} {{ d.items2[3] }} {{ people[0].name }} {{ d.get("a") }} {{ d.get("q") }} {{ d.get("q", 5) }}
{{ "yes" if n > 3 else "no" }} {{ "yes" if n > 9 }} {{ 1 if none_value else 2 if t else 3 }}
{{ s.strip() }}| {{ s.upper() }} {{ s.lower() }} {{ ko.upper() }} {{ "a b".title() }} {{ "hELLO wORLD".capitalize() }}
{{ "a,b,,c".split(",") }} {{ " a  b ".split() }} {{ "a-b-c".split("-", 1) }} {{ "a-b-c".rsplit("-", 1) }} {{ "xaxbx".strip("x") }} {{ "a\nb\n".splitlines() }}
{{ s.startswith("He") }} {{ s.endswith(("!", "  ")) }} {{ "aXbX".replace("X", "yy") }} {{ "aXbX".replace("X", "y", 1) }} {{ "-".join(["a", "b"]) }} {{ "abc".find("c") }} {{ "aab".count("a") }}
{{ "abc".removeprefix("a") }} {{ "abc".removesuffix("c") }} {{ "  x".lstrip() }} {{ "x\n\n".rstrip("\n") }}
{{ s | trim }}| {{ s | length }} {{ ko | length }} {{ l | length }} {{ d | length }} {{ l | join(", ") }} {{ people | join(";", attribute="name") }} {{ l | join }}
{{ missing | default("dd") }} {{ "" | default("e") }} {{ "" | default("e", true) }} {{ missing | d }} {{ none_value | default("x") }}
{{ d | tojson }} {{ s | tojson }} {{ "q\"\\\n\t</x>'ü" | tojson }} {{ l | tojson(indent=2) }} {{ [] | tojson(indent=2) }} {{ {"a": {"b": []}} | tojson(indent=4) }} {{ 1.0 | tojson }}
{{ "HI" | lower }} {{ "hi" | upper }} {{ "hi there" | title }} {{ "hi" | capitalize }} {{ "aba" | replace("a", "c") }} {{ n | string + "!" }}
{{ d | items | list }} {{ d.items() | list }} {{ d.keys() | list }} {{ d.values() | list }} {{ d | list }} {{ "abc" | list }}
{{ l | first }} {{ l | last }} {{ l | sort }} {{ l | sort(reverse=true) }} {{ ["b", "A"] | sort }} {{ l | reverse | list }} {{ "abc" | reverse }} {{ [1, 1, 2] | unique | list }} {{ e | first }}
{{ people | map(attribute="name") | list }} {{ ["a", "b"] | map("upper") | list }} {{ people | map(attribute="tag", default="-") | join }}
{{ people | selectattr("age", "equalto", 36) | map(attribute="name") | list }} {{ people | selectattr("tag") | list | length }} {{ people | rejectattr("tag", "defined") | list | length }} {{ l | select("odd") | list }} {{ [0, 1] | reject | list }} {{ l | select("gt", 1) | list }}
{{ "12" | int }} {{ "x" | int }} {{ "x" | int(5) }} {{ 3.9 | int }} {{ "2.5" | float }} {{ -3 | abs }} {{ l | sum }} {{ people | sum(attribute="age") }} {{ l | min }} {{ l | max }}
{{ multi | indent }} {{ multi | indent(2, true) }} {{ multi | indent(2, blank=true) }} {{ multi | indent("> ") }}
{{ n is defined }} {{ q is defined }} {{ q is undefined }} {{ none_value is none }} {{ s is string }} {{ d is mapping }} {{ l is iterable }} {{ n is number }} {{ l is sequence }} {{ f is float }} {{ n is integer }} {{ t is boolean }} {{ t is true }} {{ t is false }}
{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(3) }} {{ n is equalto 7 }} {{ n is not none }} {{ n is in [7] }} {{ n is eq 7 and t }} {{ range is callable }} {{ none is sameas none }}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ x }};{% endfor %}
{% for x in e %}x{% else %}none{% endfor %} {% for k, v in d.items() %}{{ k }}={{ v }} {% endfor %} {% for (a, b) in [[1, 2]] %}{{ a + b }}{% endfor %}
{% for x in l if x > 1 %}{{ x }}/{{ loop.length }} {% endfor %} {% for x in range(3) %}{{ x }}{% endfor %} {% for x in range(5, 0, -2) %}{{ x }}{% endfor %} {{ range(2, 4) | list }}
{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}
{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }} {% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }}
{% set block %}a{{ n }}b{% endset %}{{ block }}{{ block | length }}
{% macro m(a, b="x") %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}{{ m("q") | upper }}
{% macro f(i) %}{{ i }}{% if i > 0 %}{{ f(i - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% if n == 1 %}a{% elif n == 7 %}b{% else %}c{% endif %}{% if not q %}d{% endif %}
a {#- comment -#} b {# c #} {{- n -}} c {%- if t -%} d {%- endif %} e
{% raw %}{{ not }} {% this %}{% endraw %} {{ '{{' }} {{ "}}" }} {{ {"a": {"b": 1}}.a.b }}
{{ [1, "a", none, true, 1.5, {"k": ("t", 2)}] }} {{ (1,) | length }} {{ "it's" ~ ["it's", 'q"'] }} {{ "\u00e9\x41\t|" }}
{{ dict(a=1, b=2) }} {{ {"a": 1}["a"] }} {{ (n + 1) * 2 }} {{ n.real is defined or true }} {{ "%" }} {{ -n }} {{ +n }} {{ - 3 | abs }}
{{ true and False or True }} {{ none }} {{ None }}
{{ missing.attribute }}
{{ missing + 1 }}
{{ raise_exception("no") }}
{{ 1 / 0 }}
{{ missing() }}
{{ "a" + 1 }}
{{ "abc".nothing() }}
{{ 1 | nothing }}
{{ 1 is nothing }}
{{ strftime_now("%Y") }}
{% for x in n %}{% endfor %}
{{ [1, 2 }}
{% if t %}
{% endif %}
{{ "open
{% unknown %}
{% for x in l %}{% endif %}
{{ l.append(1) }}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
"""
LINES = [
    "{% if t %}\n  a\n{% endif %}\n  {% for x in l %}\n    {{ x }}\n  {% endfor %}\nend\n",
    "  {%- if t %}\n x\n  {%+ if t %}\ny{% endif +%}\nz\n  {% endif -%}\n\n  w  \n",
    "{# c #}\n  {# d #}\ne\n{#- f -#}\n  g {{ n }}\n\n{{ n }}\n",
    "a\r\nb\r\n{% set x = 'q\nr' %}\n{{ x }}\n\n",
    "{% macro m(a) %}\n  <{{ a }}>\n{% endmacro %}\n{{ m(1) }}\n{{- m(2) -}}\n{% raw %}\n {{ x }}\n{% endraw %}\nz",
    "{% set ns = namespace(found=false) %}{% for p in people -%}\n  {% if p.age > 30 and not ns.found %}{% set ns.found = true %}"
    "{{ p.name }}{% endif %}\n{%- endfor %}\n{{- ns.found }}",
]


def conversations():
    for turns in CHATS:
        yield [{"role": role, "content": content} for role, content in turns]


def printed(render):
    try:
        return render()
    except (TemplateError, TypeError, ValueError, ZeroDivisionError, AttributeError, KeyError):
        return None  # it fails


def without_dates(template):
    """Ours have no strftime_now: a prompt must not depend on the day."""
    template.globals.pop("strftime_now", None)
    template.environment.globals.pop("strftime_now", None)
    return template


def renders(template, tokens):
    compiled = without_dates(_compile_jinja_template(template))
    for messages in conversations():
        for opening in (True, False):
            yield printed(
                lambda: compiled.render(
                    messages=messages, tools=None, documents=None, add_generation_prompt=opening, **tokens
                )
            )


def chat_templates(folder, families):
    found = {
        name: {"source": f"trl 1.16.0, chat_templates/{name}.jinja; {licence}", "tokens": tokens,
               "template": (folder / f"{name}.jinja").read_text()}
        for name, (licence, tokens) in families.items()
    }
    for name, (template, tokens) in OWN.items():
        found[name] = {"source": "written for this test", "tokens": tokens, "template": template}
    for entry in found.values():
        entry["renders"] = list(renders(entry["template"], entry["tokens"]))
    return found


def small_templates():
    sources = [line for line in CASES.split("\n") if line] + LINES
    # lm-eval's environment: nothing is trimmed, and what is missing is an error.
    strict = ImmutableSandboxedEnvironment(loader=BaseLoader(), undefined=StrictUndefined,
                                           keep_trailing_newline=True, extensions=["jinja2.ext.loopcontrols"])
    strict.filters["tojson"] = lambda x, indent=None: json.dumps(x, ensure_ascii=False, indent=indent)
    result = []
    for source in sources:
        def chat():
            return without_dates(_compile_jinja_template(source)).render(**VARIABLES)

        result.append({
            "template": source,
            "chat": printed(chat),
            "strict": printed(lambda: strict.from_string(source).render(**VARIABLES)),
        })
    return result


if __name__ == "__main__":
    trl = Path(sys.argv[1])
    families = FAMILIES
    if len(sys.argv) > 2:  # "all": every template of the folder, for one look that is not stored
        tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
        families = {path.stem: ("", tokens) for path in sorted(trl.glob("*.jinja"))}
    write = lambda name, value: (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    write("chat_templates.json", {"chats": list(conversations()), "templates": chat_templates(trl, families)})
    write("jinja.json", {"variables": VARIABLES, "cases": small_templates()})
