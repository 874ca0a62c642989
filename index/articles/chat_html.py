"""Chats exported from Discord as pages by DiscordChatExporter: one block a message."""

from index.articles.document import DocumentBuilder
from index.articles.html_inline import LONGEST_LEAD, runs_in
from index.articles.html_tree import Element, pattern_of_names, text_of
from index.records import BlockKind

# The same in all versions: "chatlog__author", "chatlog__author-name"
_AUTHOR = pattern_of_names("chatlog_(?:system_notification_)?author(?:_name)?")
_TIME = pattern_of_names("chatlog_(?:short_|system_notification_)?timestamp")
_MESSAGE = pattern_of_names("chatlog_(?:content|embed|system_notification_content)")
_UNREAD = pattern_of_names("chatlog_(?:reply|reference|reactions?|edited_timestamp|bot_label|bot_tag)")
_HEAD = pattern_of_names("preamble_entry(?:_small)? info_(?:guild_name|channel_name|channel_topic)")
_CHAT = pattern_of_names("chatlog")


def is_chat(root: Element) -> bool:
    """Tell whether a page is an exported chat."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if _CHAT.search(element.names):
            return True
        waiting += element.elements()
    return False


def add_messages(builder: DocumentBuilder, root: Element) -> None:
    """Append the messages of a chat, each with who wrote it and when as its lead."""
    author = time = ""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        names = element.names
        if _UNREAD.search(names):
            continue
        if _AUTHOR.search(names):
            author = text_of(element, LONGEST_LEAD)
        elif _TIME.search(names):
            time = text_of(element, LONGEST_LEAD)
        elif _HEAD.search(names):
            builder.add(BlockKind.PARAGRAPH, runs_in(element, ""))
        elif _MESSAGE.search(names):
            element.children = [child for child in element.children if not _is_unread(child)]
            lead = ", ".join(filter(None, (author, time)))
            builder.add(BlockKind.MESSAGE, runs_in(element, "", line_breaks=True), lead=lead)
        else:
            waiting += reversed(list(element.elements()))


def _is_unread(node: Element | str) -> bool:
    return isinstance(node, Element) and _UNREAD.search(node.names) is not None
