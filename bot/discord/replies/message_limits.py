"""Discord's documented limits on what a message holds, in characters.

Discord counts code points, its clients UTF-16 units. What is sent is measured in UTF-16 units, the larger
count, so that it is inside the limit either way.
"""

CONTENT = 2000
DESCRIPTION = 4096
TITLE = 256
CUSTOM_ID = 100
CHOICE = 100
CHOICES = 25
