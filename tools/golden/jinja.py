"""What transformers' own renderer makes of Jinja templates: expected texts for Cohort's.

usage: python3 tools/golden/jinja.py tests/Cohort.Tests/Golden/tokenizers
needs transformers; written with 5.12.1 and jinja2 3.1.6. The clock stands at 2024-07-26 09:05:03.

Writes jinja.json: small templates over the same variables, each with its text or "error" (the error's class).
Writes chat_families.json: templates of our own, which say what the templates of known families say in the way that those say it, with
conversations, in the schema of chat_templates.json.
"""
import json
import sys
from datetime import datetime
from pathlib import Path

import transformers.utils.chat_template_utils as renderer


class Fixed(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26, 9, 5, 3)


renderer.datetime = Fixed
V = {"s": "  Hello World  ", "e": "", "n": 7, "neg": -7, "f": 2.5, "t": True, "none": None, "l": [3, 1, 2], "d": {"b": 1, "a": [1, "x"], "items": 5},
     "m": [{"role": "user", "content": "hi", "n": 2}, {"role": "assistant", "content": "yo", "n": 1}], "u": "naïve 😀 é漢", "q": "it's", "w": "a,b,,c"}
SNIPPETS = r"""
{{ s }}|{{ s|trim }}|{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}
{{ s|upper }}{{ s|lower }}{{ s|title }}{{ q|title }}{{ q.title() }}{{ s.strip()|capitalize }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }}
{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1e20 }} {{ 1e-5 }} {{ 0.1 + 0.2 }} {{ 1.0 }} {{ 123456789.123 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }}
{{ true }} {{ false }} {{ none }} {{ True + 1 }} {{ not 1 }} {{ None }}
{{ l }} {{ d }} {{ m }} {{ (1,) }} {{ (1, 2) }} {{ [] }} {{ {} }} {{ () }}
{{ "a'b" }} {{ ["a'b", 'a"b', "a'b\"c", "\n\t\\", "\x00\x7f", "é漢😀"] }}
{{ undefined_name }}|{{ d.nothing }}|{{ l[9] }}|{{ none is defined }}
{{ nothing.more }}
{{ d.nothing.more }}
{{ nothing + 1 }}
{{ nothing ~ 'x' }}
{{ nothing == other }} {{ nothing == none }} {{ nothing|length }} {{ nothing|list }}
{{ d['items'] }} {{ d.get('items') }} {{ d.get('zz') }} {{ d.get('zz', 3) }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in d %}{{ k }}{% endfor %}{{ d.keys()|list }}{{ d.values()|list }}
{{ d|dictsort }} {{ d|items|list }} {{ d|length }} {{ 'a' in d }} {{ 'z' not in d }}
{{ l|sort }} {{ l|sort(reverse=true) }} {{ l|reverse|list }} {{ l|first }} {{ l|last }} {{ l|sum }} {{ l|min }} {{ l|max }} {{ []|first }} {{ []|max }}
{{ ['b','A','c']|sort }} {{ ['b','A','c']|sort(case_sensitive=true) }} {{ ['a','A','b']|unique|list }}
{{ m|map(attribute='role')|list }} {{ m|map(attribute='zz', default='-')|list }} {{ ['a','b']|map('upper')|join(',') }}
{{ m|selectattr('role','equalto','user')|list|length }} {{ m|rejectattr('role','eq','user')|map(attribute='content')|first }} {{ [0,1,2]|select|list }} {{ [0,1,2]|reject('odd')|list }}
{{ m|sort(attribute='n')|map(attribute='content')|join }} {{ m|sum(attribute='n') }} {{ m|join('-', attribute='role') }}
{{ m|groupby('role')|list|length }}
{{ [1,2,3,4,5]|batch(2)|list }} {{ [1,2,3,4,5]|batch(2,'x')|list }} {{ [1,2,3,4,5]|slice(3)|list }} {{ [1,2,3,4,5]|slice(3,'x')|list }}
{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[5:] }} {{ l[-5:2] }} {{ u[::-1] }} {{ u[6] }} {{ u[2:7] }} {{ u|length }} {{ u[-1] }} {{ l[2:0:-1] }}
{{ w.split(',') }} {{ s.split() }} {{ w.split(',', 1) }} {{ w.rsplit(',', 1) }} {{ 'a  b c'.split(None, 1) }} {{ 'a b  c'.rsplit(None, 1) }} {{ 'abc'.split('b')[-1] }} {{ ''.split() }} {{ ''.split(',') }}
{{ 'hello'.startswith('he') }} {{ 'hello'.endswith(('x','lo')) }} {{ 'hello'.startswith('l', 2) }} {{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.count('l') }} {{ 'hello'.index('e') }}
{{ 'hello'.replace('l', 'L') }} {{ 'hello'.replace('l', 'L', 1) }} {{ 'hello'|replace('l','') }} {{ 'ab'.replace('', '-') }} {{ 'hello'|replace('l','L',1) }}
{{ 'x'.join(['a','b']) }} {{ ','.join(d) }} {{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ 'aBc'.swapcase() }} {{ 'abc def'.title() }} {{ 'abc DEF'.capitalize() }}
{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'xxabcxx'.strip('x') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }}
{{ 'a\nb\r\nc'.splitlines() }} {{ 'a\nb'.splitlines(true) }} {{ '12'.isdigit() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ 'A'.isupper() }} {{ '5'.zfill(3) }} {{ '-5'.zfill(3) }} {{ 'a'.ljust(3) }}|{{ 'a'.rjust(3,'*') }}|{{ 'a'.center(4) }}|{{ 'ab'.center(5) }}|
{{ '{} and {}'.format('a', 1) }} {{ '{1}{0}{{}}'.format('a', 'b') }} {{ '{x}'.format(x=3) }}
{{ '%s is %d and %.2f %5d|%-5s|%05d %%' % ('a', 3, 2.345, 42, 'x', 7) }} {{ '%s'|format(1) }} {{ '%s' % 'x' }} {{ '%(a)s' % {'a': 5} }} {{ '%r' % 'x' }}
{{ '5'|int }} {{ 'x'|int }} {{ 'x'|int(3) }} {{ '2.7'|int }} {{ 2.7|int }} {{ '1f'|int(base=16) }} {{ '1.5'|float }} {{ 'x'|float }} {{ true|int }} {{ none|int }} {{ ' 12 '|int }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 2.345|round(1,'ceil') }} {{ 2.345|round(1,'floor') }} {{ 5|round }} {{ 1234|round(-2) }} {{ -3|abs }} {{ -2.5|abs }}
{{ 'a'|default('b') }} {{ zz|default('b') }} {{ ''|default('b') }} {{ ''|default('b', true) }} {{ none|d('x') }} {{ zz|d }}
{{ [1,'a',none,true,1.5]|tojson }} {{ d|tojson }} {{ 'é"<>&\n\u2028'|tojson }} {{ 'é'|tojson(ensure_ascii=true) }}
{{ d|tojson(indent=2) }}
{{ {'b':1,'a':[]}|tojson(sort_keys=true, separators=(',',':')) }} {{ {'a':{}}|tojson(indent=4) }} {{ {1:2,true:3,none:4}|tojson }}
{{ zz|tojson }}
{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb'|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ 'a\nb'|indent('>') }}
{{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9, true) }} {{ 'foo bar baz qux'|truncate(11, false, '') }} {{ 'foo bar'|wordcount }} {{ 'a'|center(5) }}|
{{ '<a href="x">\'&'|e }} {{ '<b>'|safe }} {{ 5|string + 'x' }} {{ [1,2]|string }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ [1,2] < [1,3] }} {{ 'a' in 'abc' }} {{ 2 in l }} {{ not 2 in l }} {{ 'x' not in 'abc' }}
{{ 1 and 2 }} {{ 0 or 'x' }} {{ '' and 1 }} {{ none or none }} {{ not none }}
{{ 'a' ~ 1 ~ none ~ true ~ 1.5 ~ [1] }} {{ 'a' 'b' }} {{ 'a' * 3 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ (1,) + (2,) }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ 1 / 0 }}
{{ [1] + 'a' }}
{{ 'yes' if t else 'no' }} {{ 'yes' if not t else 'no' }}|{{ 'yes' if false }}|{{ 'a' if false else 'b' if false else 'c' }}
{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(3) }} {{ n is number }} {{ t is number }} {{ t is boolean }} {{ n is integer }} {{ f is float }} {{ f is integer }} {{ s is string }} {{ d is mapping }} {{ l is iterable }} {{ l is sequence }} {{ d is sequence }} {{ d is iterable }} {{ n is iterable }} {{ none is none }} {{ zz is none }} {{ t is true }} {{ 1 is true }} {{ t is false }}
{{ n is eq 7 }} {{ n is ne 7 }} {{ n is lt 8 }} {{ n is ge(7) }} {{ n is in [7] }} {{ 'a' is in 'abc' }} {{ none is sameas none }} {{ n is not odd }} {{ range is callable }} {{ s is callable }} {{ 'A' is upper }} {{ 'a' is lower }} {{ s is defined and n is defined }} {{ zz is not defined or n }} {{ n == 7 is true }}
{% set x = 1 %}{% for i in l %}{% set x = i %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=0, y='a') %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }}{{ ns.z }}|{{ ns['x'] }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, e) = [3, 4] %}{{ c }}{{ e }}{% set t2 = 1, 2 %}{{ t2 }}
{% set a, b = [1] %}
{% set x %}hello {{ n }}{% endset %}{{ x }}{% set y | upper | trim %} abc {% endset %}[{{ y }}]
{% set d.x = 1 %}
{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a','b') }}{{ loop.depth }} {% endfor %}
{% for i in [1,1,2] %}{{ loop.changed(i) }}{% endfor %}
{% for i in [] %}x{% else %}none{% endfor %}{% for i in l if i > 1 %}{{ i }}{{ loop.length }}{% endfor %}{% for i in l if i > 9 %}x{% else %}empty{% endfor %}
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in [1,[2,[3]]] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}@{{ loop.depth0 }}{% endif %}{% endfor %}
{% for a, b in [(1,2),(3,4)] %}{{ a + b }}{% endfor %}{% for c in 'é😀' %}[{{ c }}]{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}
{% for i in none %}{% endfor %}
{% for i in zz %}{{ i }}{% else %}undefined is empty{% endfor %}
{% for i in l %}{{ loop.index }}{% for j in [1] %}{{ loop.index }}{{ i }}{% endfor %}{{ loop.index }}{% endfor %}{{ i }}
{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, 3) }}|{{ f(1, c='z') }}|{{ f() }}
{% macro f(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, 3, x=4) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}
{% macro f(a) %}<{{ caller(a) }}>{% endmacro %}{% call(x) f(5) %}got {{ x }}{% endcall %}
{% macro fact(k) %}{% if k <= 1 %}1{% else %}{{ k * (fact(k - 1)|int) }}{% endif %}{% endmacro %}{{ fact(5) }}
{% macro g(x, depth=x*2) %}{{ depth }}{% endmacro %}{{ g(3) }}
{% set v = 'outer' %}{% macro h() %}{{ v }}{% endmacro %}{% set v = 'later' %}{{ h() }}
{% filter upper %}abc {{ n }}{% endfilter %}{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% raw %}{{ not }} {% here %}{% endraw %} x {%- raw -%}  y  {%- endraw -%}  z
{# comment #}a{#- strip -#} b {# x #}
  {% if true %}  a
  {% endif %}  b
   {%- if true -%}   c   {%- endif %}
  {%+ if true %}d{%+ endif +%}  
e  {{- 'f' -}}   g
{% generation %}gen {{ n }}{% endgeneration %}{% generation %}{% set zz = 1 %}{% endgeneration %}{{ zz }}
{{ s.nothing }}{{ none.x }}
{{ raise_exception('no way') }}
{{ strftime_now('%d %b %Y %H:%M:%S %A %j %y %B %p %I %-d %m %%') }}
{{ l.append(4) }}
{{ d.update({'x': 1}) }}
{{ l.append is defined }}{{ s.__class__ }}
{{ s.__class__.__mro__ }}
{{ dict(a=1, b=2) }} {{ dict({'x': 1}, y=2) }} {{ range(3)|list }} {{ range(2, 8, 3)|list }}
{{ 'a\tb\\n\'\x41\u00e9\101' }} {{ "\q" }}
{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1.5e3 }}
{{ l.0 }} {{ d.a.1 }} {{ m[0].role }} {{ m[0]['content'] }} {{ m[-1]['role'] }} {{ m.0.content }}
{{ -n }} {{ +n }} {{ -n|abs }} {{ (-n)|abs }} {{ - n ** 2 }} {{ 2 ** 3 ** 2 }}
{{ 1 + 2 * 3 - 4 ~ 5 }} {{ 1 ~ 2 + 3 }} {{ (1 + 2) * 3 }} {{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }}
{{ 'a' if n > 5 and n < 10 or false }} {{ (n > 5) == true }} {{ not n > 5 }} {{ not (n > 5) and zz }}
{{ zz is defined }}{{ m[0].zz is defined }}{{ m[0].zz is not none }}{{ zz is undefined }}
{{ m|map(attribute='n')|sum }} {{ m|selectattr('n', 'gt', 1)|map(attribute='role')|list }} {{ m|selectattr('zz')|list }} {{ m|selectattr('zz','defined')|list }} {{ m|rejectattr('zz')|list|length }}
{{ 'x' is in ['x','y'] }} {{ ('a', 'b') == ('a', 'b') }} {{ [1] == (1,) }} {{ {'a':1} == {'a':1.0} }} {{ 'abc'|first }}{{ 'abc'|last }} {{ 'abc'|list }} {{ 'abc'|reverse }}
{{ [[1,2],[3]]|sum(start=[]) }}
{{ l|length > 2 }} {{ l|length + 1 }} {{ (l|length) * 2 }}
{{ {'a': {'b': [1, {'c': 'deep'}]}}.a.b[1].c }} {{ {'k-1': 2}['k-1'] }} {{ [1,2,3][1] }} {{ 'abc'[1] }} {{ {'a':1,}.a }} {{ [1,] }}
{%- for message in m -%}{{ '<|' + message['role'] + '|>' + message['content'] }}{%- if not loop.last -%}{{ '\n' }}{%- endif -%}{%- endfor -%}
{% if n == 7 %}seven{% elif n == 8 %}eight{% else %}other{% endif %}{% if n == 8 %}{% elif n == 7 %}elif{% endif %}{% if zz %}{% else %}else{% endif %}
{% if l and d and s %}truthy{% endif %}{% if [] or {} or '' or 0 or none %}{% else %}falsy{% endif %}
{{ '😀'|length }} {{ '😀' * 2 }} {{ u|upper }} {{ u|reverse }} {{ 'ß'|upper }} {{ ['😀'] }} {{ '😀'|tojson(true) }}
{{ "a" "b" ~ 'c' }} {{ 'a,b'|replace(',', ';')|upper }} {{ ('a' ~ 'b')|upper }} {{ 'a' ~ 'b'|upper }}
{{ none.x.y }}
{{ s() }}
{{ n() }}
{{ zz() }}
{{ 'a' < 1 }}
{{ [3,'a']|sort }}
{{ none|length }}
{{ l|join }} {{ l|join(', ') }} {{ [1,none,'x']|join('-') }} {{ zz|join }}
{{ 'abc'.join([1]) }}
{{ 1 if 2 }}{{ 'x' if 0 }}
{{ l|map('string')|join('+') }} {{ [' a ','b ']|map('trim')|list }} {{ [[2,1],[3]]|map('first')|list }} {{ [1.5,2]|map('int')|list }} {{ ['a-b']|map('replace','-','_')|list }}
{% set messages = m[1:] %}{{ messages|length }}{% set sys = m[0].content if m[0].role == 'system' else '' %}[{{ sys }}]
{%- set x = "a" -%}
{%- if x == "a" -%}
    yes
{%- endif -%}
{{ "{{" }} {{ '%}' }} {{ {'a': {'b': 1}} }}
{{ l|tojson|safe }} {{ s|trim|length }} {{ (s|trim)[0] }} {{ s.strip()[:3] }} {{ 'a b c'.split()[1:]|join(' ') }} {{ 'x</think>y'.split('</think>')[-1].lstrip('\n') }}
{{ m | tojson(indent=4, ensure_ascii=False) }} {{ 1.0|tojson }} {{ 1e100|tojson }} {{ {'a': (1,2)}|tojson }}
{{ n if n is defined else 'x' }}{{ loop is defined }}{{ caller is defined }}
{% include 'x' %}
{{ n | nofilter }}
{{ n is notest }}
{% unknown %}
{{ n
{% if n %}
{{ 'abc }}
{{ (1 }}
{{ 1 2 }}
{% for x in l %}{% break %}{% endfor %}{{ 'ok' }}{% for x in l -%} {{ x }} {%- endfor %}
""".strip("\n").split("\n")
LINES = ["a\n{% if true %}\nb\n{% endif %}\nc\n", "  {% if true %}\n  b\n  {% endif %}\nc\n\n", "{{ 1 }}\n", "{{ 1 }}\n\n", "a\r\nb\rc\n", "x {%- if true %} y {% endif -%}\n z",
  "{# c #}\n a\n  {# c #}  b\n{#- d -#}\n e", "{% raw %}\n a {% endraw %}\nb", "\t{% set x = 1 %}\n{{ x }}\t{% set y = 2 +%}\n{{ y }}", "a {{ 1 }} \n  {{- 2 }}\n{{ 3 -}}  \n 4",
  "{%- for i in l %}\n  - {{ i }}\n{%- endfor %}\nend", "{% for i in l %}\n  - {{ i }}\n{% endfor %}\nend\n", "{%- macro f(x) %}\n  [{{ x }}]\n{%- endmacro %}\n{{ f(1) }}\n{{- f(2) }}", "{{ {\n 'a': 1,\n 'b': [1,\n 2]\n} }}",
  "  {%+ if true %}a{% endif %}\n", "{{ '''x''' }}", "{% set x %}\n  a\n  b\n{% endset %}{{ x }}|{{ x|trim }}", "{% if true -%}\n\n\n  a\n\n{%- endif %}", "line\n\n\n{#- c #}\nend", "{% with %}{% set q2 = 1 %}{{ q2 }}{% endwith %}{{ q2 }}"]

FAMILIES = {
"llama3": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one tool call at a time") }}
        {%- endif %}
        {%- set call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable and message.content is not string %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
"mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}
            {%- set content = message.content.content %}
        {%- else %}
            {%- set content = message.content %}
        {%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + content|string + "}[/TOOL_RESULTS]" }}
    {%- else %}
        {{- raise_exception("Only user, assistant and tool roles are known") }}
    {%- endif %}
{%- endfor %}
""",
"gemma": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model\n'}}
{%- endif -%}
""",
"phi": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
"zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
"reasoning": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<|User|>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not none %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<|Assistant|>' + content + eos_token}}{%- endif %}{%- endfor -%}{% if add_generation_prompt %}{{'<|Assistant|><think>\\n'}}{% endif %}",
"hermes_tools": """{%- macro render_type(spec) -%}
    {%- if spec.type == "array" -%}list[{{ render_type(spec['items']) }}]
    {%- elif spec.type == "object" -%}dict[{% for k, v in spec.properties|dictsort %}{{ k }}: {{ render_type(v) }}{{ ", " if not loop.last }}{% endfor %}]
    {%- else -%}{{ spec.type|default("any", true) }}{%- endif -%}
{%- endmacro -%}
{%- set roles = {"user": "<|im_start|>user\n", "assistant": "<|im_start|>assistant\n"} -%}
{%- if tools %}
    {{- "<|im_start|>system\n" }}
    {%- if messages[0].role == "system" %}{{- messages[0].content ~ "\n\n" }}{%- endif %}
    {{- "# Tools\n<tools>" }}
    {%- for tool in tools %}
        {{- "\n" }}{{- tool | tojson }}
        {%- for name, spec in tool.function.parameters.properties.items() %}
            {{- "\n- " ~ name ~ ": " ~ render_type(spec) }}
        {%- endfor %}
    {%- endfor %}
    {{- "\n</tools><|im_end|>\n" }}
{%- elif messages[0].role == "system" %}
    {{- "<|im_start|>system\n" + messages[0].content + "<|im_end|>\n" }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "system" %}{% continue %}{% endif %}
    {%- if message.role == "assistant" %}
        {{- roles.assistant }}{% generation %}
        {%- if message.content %}{{- message.content }}{%- endif %}
        {%- for tool_call in message.tool_calls or [] %}
            {%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- '\n<tool_call>\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments if tool_call.arguments is string else tool_call.arguments | tojson }}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- "<|im_end|>" }}{% endgeneration %}{{ "\n" }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or messages[loop.index0 - 1].role != "tool" %}{{- "<|im_start|>user" }}{%- endif %}
        {{- "\n<tool_response>\n" ~ message.content ~ "\n</tool_response>" }}
        {%- if loop.last or loop.nextitem.role != "tool" %}{{- "<|im_end|>\n" }}{%- endif %}
    {%- else %}
        {{- roles[message.role] ~ message.content ~ "<|im_end|>\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- roles["assistant"] }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- "<think>\n\n</think>\n\n" }}{%- endif %}
{%- endif %}
""",
}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "The weather \"now\" in a city <é>.", "parameters": {"type": "object",
     "properties": {"city": {"type": "string"}, "days": {"type": "array", "items": {"type": "integer"}}, "o": {"type": "object",
     "properties": {"b": {"type": "number"}, "a": {"type": ""}}}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}, "return": "x"}},
]
CALL = [{"id": "abc123456", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich 😀", "days": [1, 2], "ok": True, "x": None, "r": 0.5}}}]
USER, ASSISTANT = {"role": "user", "content": "Hi "}, {"role": "assistant", "content": " <think>\nsum\n</think>\n\nHello\n"}
CONVERSATIONS = [
    [USER],
    [USER, ASSISTANT],
    [{"role": "system", "content": " Be brief.\n"}, USER, ASSISTANT, {"role": "user", "content": "2 + 2 = ?\n\n漢字 😀 <|im_end|> {{ x }}"}],
    [USER, USER],
    [{"role": "user", "content": ""}, {"role": "assistant", "content": ""}, USER],
    [USER, {"role": "assistant", "content": "", "tool_calls": CALL}, {"role": "tool", "content": "{\"t\": 21}"}, {"role": "assistant", "content": "21 degrees"}],
    [USER, {"role": "assistant", "content": "calling", "tool_calls": CALL}, {"role": "tool", "content": "a"}, {"role": "tool", "content": "b"}, USER],
    [{"role": "user", "content": [{"type": "text", "text": " one "}, {"type": "image"}, {"type": "text", "text": "two"}]}],
    [{"role": "critic", "content": "x"}],
]
KWARGS = [{}, {"tools": TOOLS}, {"enable_thinking": False, "date_string": "1 Jan 2025"}]


def attempt(template, **variables):
    try:
        return {"rendered": renderer._compile_jinja_template(template).render(**variables)}
    except Exception as error:
        return {"error": type(error).__name__}


folder = Path(sys.argv[1])
snippets = [{"template": template, **attempt(template, **V)} for template in SNIPPETS + LINES]
with open(folder / "jinja.json", "w", newline="\n") as file:
    json.dump({"variables": V, "cases": snippets}, file, ensure_ascii=False, indent=1)
bos, eos = "<s>", "</s>"
chats = [
    {"template": name, "messages": messages, "add_generation_prompt": add, "kwargs": kwargs,
     **attempt(text, messages=messages, add_generation_prompt=add, bos_token=bos, eos_token=eos, **{"tools": None, "documents": None, **kwargs})}
    for name, text in FAMILIES.items() for messages in CONVERSATIONS for add in (False, True) for kwargs in KWARGS
]
with open(folder / "chat_families.json", "w", newline="\n") as file:
    json.dump({"templates": FAMILIES, "bos_token": bos, "eos_token": eos, "cases": chats}, file, ensure_ascii=False, indent=1)
print(len(snippets), sum("error" in case for case in snippets), len(chats), sum("error" in case for case in chats))
