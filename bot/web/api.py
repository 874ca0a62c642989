"""The API of the reading room: the JSON of the command line over HTTP."""

import json
from typing import Any

from aiohttp import web

from bot.json_output import answer_object, article_object, dump, explanation_object, info_object
from bot.web.addresses import article_name
from bot.web.openapi import MOST_CITATIONS, MOST_LISTED, description
from bot.web.pages import whole_number
from bot.web.services import SERVICES, WebServices
from bot.web.web_questions import checked
from index.library import Library
from index.storage.catalog import ArticleRow

_LISTED = 100  # articles in a list, unless more are asked for


class BadRequestError(Exception):
    """A request to the API is not as its description says; the message says why."""


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a value as the command line prints it."""
    return web.Response(
        text=dump(value) + "\n",
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def ask(request: web.Request) -> web.Response:
    """Answer a question, of the query or of the JSON in the body."""
    services = request.app[SERVICES]
    services.check_token(request)
    asked = await _body(request) if request.method == "POST" else dict(request.query)
    if "question" not in asked and "q" in asked:
        asked["question"] = asked.pop("q")
    question = checked(_text(asked, "question", required=True))
    article = _text(asked, "article") or None
    top_k = _citations(asked.get("top_k"), services.config.answer.citations)
    explain = asked.get("explain") in (True, "1", "true")
    services.count_question(request)
    given = await services.questions.ask(question, article, top_k)
    value = answer_object(given.answer)
    if explain:
        least = services.config.answer.threshold
        maybe_from = services.config.answer.maybe_from(least)
        why = await services.question_queue.run(given.library.explain, question, article=article, top_k=top_k)
        value["explanation"] = explanation_object(why, given.answer, least, maybe_from)
    return json_response(value)


async def articles(request: web.Request) -> web.Response:
    """List articles in the order of their titles, or those whose titles are like `q`, best first."""
    services = _reading(request)
    titles = services.live_library.library.titles
    limit = min(max(1, whole_number(request.query.get("limit", ""), _LISTED)), MOST_LISTED)
    offset = whole_number(request.query.get("offset", ""), 0)
    typed = request.query.get("q", "").strip()
    rows: list[ArticleRow]
    if typed:
        rows = await services.question_queue.run(titles.search, typed, limit)
    else:
        rows = await services.question_queue.run(titles.page, offset, limit)
    return json_response([info_object(row) for row in rows], headers={"X-Total-Count": str(len(titles))})


async def article(request: web.Request) -> web.Response:
    """Return one article with its text, as `footnote show --json` does."""
    services = _reading(request)
    name = article_name(request.rel_url.raw_path, "/api/articles/")
    library = services.live_library.library
    return json_response(await services.question_queue.run(_article_object, library, name))


def _article_object(library: Library, name: str) -> dict[str, Any]:
    found = library.article(name)
    return article_object(found, library.sentences(found.id))


async def openapi(request: web.Request) -> web.Response:
    """Describe the API."""
    return json_response(description(request.app[SERVICES].config.web.public_url))


async def healthz(request: web.Request) -> web.Response:
    """Say that the site answers, and from which index."""
    library = request.app[SERVICES].live_library.library
    return json_response(
        {
            "status": "ready",
            "generation": library.generation,
            "fingerprint": library.fingerprint,
            "articles": len(library.titles),
        }
    )


def _reading(request: web.Request) -> WebServices:
    services = request.app[SERVICES]
    services.check_token(request)
    services.count_reading(request)
    return services


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        value = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise BadRequestError("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadRequestError("The body is not a JSON object.")
    if unknown := value.keys() - {"question", "article", "top_k", "explain"}:
        raise BadRequestError(f"Unknown key: {sorted(unknown)[0][:100]!r}.")
    return value


def _text(asked: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = asked.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise BadRequestError(f"{key}: expected text.")
    return value


def _citations(value: Any, default: int) -> int:
    if value is None:
        return default
    number = whole_number(value, 0) if isinstance(value, str) else value
    if type(number) is not int or not 1 <= number <= MOST_CITATIONS:
        raise BadRequestError(f"top_k: expected a number from 1 to {MOST_CITATIONS}.")
    return number
