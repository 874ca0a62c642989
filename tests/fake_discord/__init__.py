"""A Discord on this machine: HTTP v10 and gateway v10, strict about what it is sent; see README.md.

`server.py` is the way in. What Discord documents is enforced; where its documentation is silent, the stricter
reading is taken, and a comment says so.
"""

from tests.fake_discord.interactions import Interaction
from tests.fake_discord.messages import Message
from tests.fake_discord.server import FakeDiscord
from tests.fake_discord.world import Channel, Guild, User, World

__all__ = ["Channel", "FakeDiscord", "Guild", "Interaction", "Message", "User", "World"]
