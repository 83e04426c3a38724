"""The house's chat template in the form other engines read: Jinja, in a model file's metadata."""

from __future__ import annotations

import json

from teaegg.models.templates import ChatTemplate

_ROLES = ("system", "user", "assistant")


def jinja_of(template: ChatTemplate) -> str:
    """Renders what `template.prompt` renders. The beginning of text is left to the tokeniser here too.

    An engine that is asked to continue without opening an answer gets the turns alone.
    """
    roles = json.dumps(dict(zip(_ROLES, template.roles, strict=True)))
    before = json.dumps(template.before.replace("{role}", "\0")).replace("\\u0000", '" ~ role ~ "')
    opening = json.dumps(template.before.format(role=template.roles[2]))
    return (
        "{%- set roles = " + roles + " -%}"
        "{%- for message in messages -%}"
        "{%- set role = roles[message['role']] -%}"
        "{{- " + before + " ~ message['content'] ~ " + json.dumps(template.after) + " -}}"
        "{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{- " + opening + " -}}{%- endif -%}"
    )
