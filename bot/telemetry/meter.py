"""What the bot counts and measures, for Prometheus: a registry of its own, no global state."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meter:
    """The metrics of one bot; every name starts with `footnote_`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.questions = Counter(
            "footnote_questions",
            "Questions by where they were asked (slash, menu, message, button, web) and how they ended "
            "(answered, declined, busy, late, cooldown, invalid, failed; taken: answered already).",
            ["source", "outcome"],
            registry=self.registry,
        )
        self.stage = Histogram(
            "footnote_stage_seconds",
            "Seconds by stage: acknowledge, wait, compute, send, total.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.batch = Histogram(
            "footnote_batch_questions",
            "Questions computed together.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self.queue = Gauge("footnote_queue", "Questions that wait.", registry=self.registry)
        self.shards = Gauge(
            "footnote_shards", "Shards by state of their gateway.", ["state"], registry=self.registry
        )
        self.latency = Gauge(
            "footnote_gateway_latency_seconds", "Heartbeat latency.", ["shard"], registry=self.registry
        )
        self.errors = Counter("footnote_errors", "Errors by kind.", ["kind"], registry=self.registry)
        self.index = Info("footnote_index", "The index in use.", registry=self.registry)
        self.articles = Gauge("footnote_articles", "Articles in the index in use.", registry=self.registry)
        self.swaps = Counter(
            "footnote_index_swaps", "Indexes that took another's place.", registry=self.registry
        )
