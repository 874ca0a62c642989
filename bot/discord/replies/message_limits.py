"""Discord's documented limits on a message, in characters, and on the choices of autocompletion.

Discord counts code points, its clients UTF-16 units. The bot measures in UTF-16 units, the larger count, and
so keeps both limits.
"""

CONTENT = 2000
EMBED_DESCRIPTION = 4096
EMBED_TITLE = 256
CUSTOM_ID = 100
CHOICE = 100
CHOICES = 25
