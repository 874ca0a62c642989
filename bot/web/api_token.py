"""The token that programs show to the API, if the owner asks for one; from the environment alone."""

import re
from collections.abc import MutableMapping

from index.errors import ConfigurationError

VARIABLE = "FOOTNOTE_WEB_TOKEN"

# What an Authorization header can hold: RFC 6750, section 2.1
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")


def take_web_token(environment: MutableMapping[str, str]) -> str:
    """Take the token out of an environment, so that no child process inherits it; "" if there is none.

    Raises ConfigurationError, which never shows the value.
    """
    token = environment.pop(VARIABLE, "").strip()
    if token and not _TOKEN.fullmatch(token):
        raise ConfigurationError(f"{VARIABLE}: expected 16 to 512 letters, digits and any of . _ ~ + / -")
    return token
