"""Payloads as a web page that looks like Discord's dark theme: to look at, and for pictures."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from .markdown import Node, parse

_TAGS = {"strong": "strong", "em": "em", "underline": "u", "strike": "s", "code": "code", "codeblock": "pre"}
_BLOCKS = {"quote": "blockquote", "small": "small", "header": "h2", "list": "li"}
_STYLE = """
* { box-sizing: border-box; margin: 0; }
body { background: #313338; color: #dbdee1; overflow-wrap: anywhere;
  font: 16px/1.375 "gg sans", "Noto Sans", Helvetica, Arial, sans-serif; padding: 18px 16px 20px;  }
.message { display: grid; grid-template-columns: 40px minmax(0, 1fr); column-gap: 16px; }
.message + .message { margin-top: 18px; }
.avatar { width: 40px; height: 40px; border-radius: 50%; background: #2f9e6e; color: #fff; display: grid;
  place-items: center; font: 700 22px/1 "Noto Serif", Georgia, serif; }
.name { font-weight: 500; color: #f2f3f5; }
.app { background: #5865f2; color: #fff; border-radius: 4px; font-size: 10px; font-weight: 600;
  line-height: 15px; padding: 0 5px; margin-left: 5px; vertical-align: 1px; letter-spacing: .2px; }
.time { color: #949ba4; font-size: 12px; margin-left: 7px; }
.text { white-space: pre-wrap; }
blockquote { border-left: 4px solid #4e5058; border-radius: 2px; padding: 0 8px 0 12px; }
small { display: block; font-size: 13px; line-height: 18px; color: #949ba4; margin: 2px 0; }
a { color: #00a8fc; text-decoration: none; }
strong { font-weight: 700; color: #f2f3f5; }
code { background: #1e1f22; border-radius: 4px; padding: 0 4px; font-size: 85%; }
.mention { background: #5865f24d; color: #c9cdfb; border-radius: 3px; padding: 0 2px; }
.embed { background: #2b2d31; border-left: 4px solid; border-radius: 4px; margin-top: 6px; max-width: 516px;
  padding: 12px 16px 14px 12px; font-size: 14px; line-height: 18px; }
.embed small { font-size: 12px; line-height: 16px; }
.title { font-size: 16px; line-height: 22px; font-weight: 600; margin-bottom: 8px; color: #f2f3f5; }
.description { white-space: pre-wrap; }
.fields { display: flex; flex-wrap: wrap; gap: 8px 24px; margin-top: 10px; }
.fields div { flex: 0 1 auto; } .fields .wide { flex-basis: 100%; }
.fields b { display: block; color: #f2f3f5; font-weight: 600; }
.footer { color: #b5bac1; font-size: 12px; line-height: 16px; margin-top: 10px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.button { background: #4e5058; color: #fff; border-radius: 4px; font-size: 14px; font-weight: 500;
  line-height: 18px; padding: 7px 14px; }
.button span { margin-right: 6px; font-family: "Noto Color Emoji", sans-serif; }
"""


def page(messages: Sequence[Mapping[str, Any]], *, width: int) -> str:
    """Return a page that shows payloads one below the other, `width` CSS pixels wide."""
    drawn = "".join(_message(message) for message in messages)
    head = f'<meta charset="utf-8"><title>Footnote in Discord</title><style>{_STYLE}</style>'
    body = f'<body style="width: {width}px">{drawn}</body>'
    return f'<!doctype html><html lang="en"><head>{head}</head>{body}</html>'


def _message(message: Mapping[str, Any]) -> str:
    name = '<span class="name">Footnote</span><span class="app">APP</span>'
    parts = [f'<div>{name}<span class="time">Today at 12:00</span></div>']
    if content := message.get("content"):
        parts.append(f'<div class="text">{_drawn(parse(content))}</div>')
    parts += map(_embed, message.get("embeds", ()))
    parts += map(_row, message.get("components", ()))
    return f'<div class="message"><div class="avatar">F</div><div>{"".join(parts)}</div></div>'


def _embed(embed: Mapping[str, Any]) -> str:
    parts = []
    if title := embed.get("title"):
        shown = _drawn(parse(title, quoted=True, begins=False))
        if url := embed.get("url"):
            shown = f'<a href="{html.escape(url)}">{shown}</a>'
        parts.append(f'<div class="title">{shown}</div>')
    if description := embed.get("description"):
        parts.append(f'<div class="description">{_drawn(parse(description))}</div>')
    if fields := embed.get("fields"):
        parts.append(f'<div class="fields">{"".join(map(_field, fields))}</div>')
    if footer := embed.get("footer"):
        parts.append(f'<div class="footer">{html.escape(footer["text"])}</div>')
    return f'<div class="embed" style="border-color: #{embed.get("color", 0):06x}">{"".join(parts)}</div>'


def _field(field: Mapping[str, Any]) -> str:
    kind = "" if field.get("inline") else ' class="wide"'
    return f"<div{kind}><b>{html.escape(field['name'])}</b>{_drawn(parse(field['value']))}</div>"


def _row(row: Mapping[str, Any]) -> str:
    return f'<div class="row">{"".join(map(_button, row["components"]))}</div>'


def _button(button: Mapping[str, Any]) -> str:
    emoji = f"<span>{html.escape(button['emoji']['name'])}</span>" if "emoji" in button else ""
    return f'<div class="button">{emoji}{html.escape(button["label"])}</div>'


def _drawn(nodes: Sequence[Node]) -> str:
    return "".join(map(_node, nodes))


def _node(node: Node) -> str:
    inside = html.escape(node.text) + "".join(map(_node, node.children))
    if node.kind == "text":
        return inside
    if node.kind in ("link", "url", "autolink"):
        return f'<a href="{html.escape(node.target or node.text)}">{inside}</a>'
    tag = _TAGS.get(node.kind) or _BLOCKS.get(node.kind)
    return f"<{tag}>{inside}</{tag}>" if tag else f'<span class="mention">{inside}</span>'
