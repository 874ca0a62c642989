"""What the handlers of the reading room work with, and how often one address may ask."""

import hmac
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from aiohttp import web

from bot.config import BotConfig
from bot.live.cooldowns import ActionCooldowns, Cooldowns
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue
from bot.telemetry.meter import Meter
from bot.web.web_questions import WebQuestions

ARTICLES_ON_A_PAGE = 50
"""Articles on a page of the list."""

_EVERYBODY = 0
"""All addresses together, as the cooldowns count a server."""


class TooFastError(Exception):
    """Somebody asks too often; `retry_after` is a number of seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"try again in {retry_after:.0f} s")
        self.retry_after = retry_after


class TokenError(Exception):
    """A request to the API does not show the token."""


@dataclass(frozen=True, slots=True)
class WebServices:
    """The services of one site; `token` is what the API asks for, "" if nothing.

    A page of the list of articles has `articles_on_a_page`.
    """

    config: BotConfig
    live_library: LiveLibrary
    question_queue: QuestionQueue
    meter: Meter
    questions: WebQuestions
    cooldowns: ActionCooldowns
    token: str = field(default="", repr=False)
    articles_on_a_page: int = ARTICLES_ON_A_PAGE

    @classmethod
    def create(
        cls,
        config: BotConfig,
        live_library: LiveLibrary,
        question_queue: QuestionQueue,
        meter: Meter,
        token: str = "",
    ) -> Self:
        """Create the services of a site as `[web]` configures it."""
        limits = config.web.questions_per_minute, config.web.all_questions_per_minute
        questions = WebQuestions(live_library, question_queue, meter)
        cooldowns = ActionCooldowns.from_limits(*limits)
        return cls(config, live_library, question_queue, meter, questions, cooldowns, token)

    def count_question(self, request: web.Request) -> None:
        """Count a question. Raises TooFastError."""
        try:
            _count(request, self.cooldowns.questions)
        except TooFastError:
            self.meter.questions.labels("web", "cooldown").inc()
            raise

    def count_reading(self, request: web.Request) -> None:
        """Count a page or a list that is read. Raises TooFastError."""
        _count(request, self.cooldowns.clicks)

    def check_token(self, request: web.Request) -> None:
        """Check the token of a request to the API. Raises TokenError."""
        if not self.token:
            return
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(shown.strip().encode("utf-8", "replace"), self.token.encode())
        if scheme.lower() != "bearer" or not right:
            raise TokenError


SERVICES = web.AppKey("services", WebServices)


def asker(request: web.Request) -> int:
    """Return a number for who asks: the address, of IPv6 the network.

    A proxy on this machine names the address that asked it last in X-Forwarded-For.
    """
    peer = _address(request.remote or "")
    if peer is None or peer.is_loopback:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2]
        peer = _address(forwarded) or peer
    if peer is None:
        return 0
    return int(peer) if peer.version == 4 else int(peer) >> 64


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, perhaps with a port: `203.0.113.7:5555`, `[2001:db8::7]:5555`; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # `::ffff:203.0.113.7`: the address of IPv4 on a socket that listens for both
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _count(request: web.Request, cooldowns: Cooldowns) -> None:
    wait = cooldowns.count(asker(request), _EVERYBODY)
    if wait is not None:
        raise TooFastError(wait.seconds)
