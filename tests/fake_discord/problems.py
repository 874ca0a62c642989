"""How Discord refuses: a status, a code, a sentence, and for a bad body a tree of what is wrong where."""

from dataclasses import dataclass
from typing import Any

MESSAGES = {
    0: "401: Unauthorized",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10008: "Unknown Message",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
    50035: "Invalid Form Body",
    50109: "The request body contains invalid JSON.",
    160002: "Cannot reply without permission to read message history",
    160004: "A thread has already been created for this message",
}
STATUSES = {
    10003: 404,
    10004: 404,
    10008: 404,
    10013: 404,
    10014: 400,
    10015: 404,
    10062: 404,
    10063: 404,
    40060: 400,
    50001: 403,
    50005: 403,
    50006: 400,
    50007: 403,
    50013: 403,
    50027: 401,
    50035: 400,
    50109: 400,
    160002: 403,
    160004: 400,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a body: where (`embeds.0.title`), Discord's name for it, and the sentence."""

    path: str
    code: str
    message: str


class DiscordError(Exception):
    """A refusal, as Discord words it."""

    def __init__(self, code: int, *, status: int | None = None, problems: tuple[Problem, ...] = ()) -> None:
        self.code = code
        self.status = STATUSES[code] if status is None else status
        self.problems = problems
        detail = "; ".join(f"{problem.path}: {problem.message}" for problem in problems)
        super().__init__(f"{self.status} {code} {MESSAGES[code]}{': ' if detail else ''}{detail}")

    @property
    def body(self) -> dict[str, Any]:
        """The error as JSON; what is wrong with the body as the tree that Discord makes of it."""
        answer: dict[str, Any] = {"message": MESSAGES[self.code], "code": self.code}
        if self.problems:
            answer["errors"] = {}
            for problem in self.problems:
                place = answer["errors"]
                for key in problem.path.split(".") if problem.path else ():
                    place = place.setdefault(key, {})
                place.setdefault("_errors", []).append({"code": problem.code, "message": problem.message})
        return answer


def unauthorized() -> DiscordError:
    """Return the refusal of a token."""
    return DiscordError(0, status=401)
