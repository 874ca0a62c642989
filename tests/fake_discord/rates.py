"""Rate limits: a bucket for each kind of request and place, in headers and kept to."""

import hashlib
import time
from dataclasses import dataclass

from tests.fake_discord.clock import Clock

Rate = tuple[int, float]
"""So many requests in so many seconds."""

DEFAULT_RATE: Rate = (50, 1.0)
RATES: dict[tuple[str, str], Rate] = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("POST", "/channels/{channel_id}/typing"): (5, 5.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"): (1, 0.25),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"): (5, 2.0),
}
UNLIMITED = {"/interactions/{interaction_id}/{interaction_token}/callback"}


@dataclass
class Bucket:
    """What is left until when."""

    left: int
    until: float


class Rates:
    """All buckets. The numbers are not documented; these are of the size that clients meet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.rates = dict(RATES)
        self.exceeded = 0

    def take(self, method: str, template: str, place: str) -> tuple[dict[str, str], float | None]:
        """Count a request; return the headers of its answer, and the seconds to wait where it is too many."""
        if template in UNLIMITED:
            return {}, None
        limit, window = self.rates.get((method, template), DEFAULT_RATE)
        now = self._clock.now()
        bucket = self._buckets.get((method, template, place))
        if bucket is None or bucket.until <= now:
            if len(self._buckets) > 10_000:
                self._buckets = {key: old for key, old in self._buckets.items() if old.until > now}
            bucket = self._buckets[method, template, place] = Bucket(limit, now + window)
        after = bucket.until - now
        wait = after if bucket.left == 0 else None
        bucket.left = max(bucket.left - 1, 0)
        self.exceeded += wait is not None
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(f"{method} {template}".encode(), digest_size=8).hexdigest(),
        }
        return headers, wait
