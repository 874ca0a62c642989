"""The site: its addresses, and what every request and every response goes through."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.listening import listening
from bot.web import api, pages
from bot.web.addresses import allowed_hosts, is_allowed
from bot.web.api import BadRequestError, json_response
from bot.web.problems import Problem, WrongHostError, problem_of
from bot.web.rendering import page
from bot.web.services import SERVICES, WebServices

LARGEST_BODY = 16 * 1024
"""Bytes of a request's body."""
GRACE = 10.0
"""Seconds for the requests in flight when the site is closed."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "footnote",
}
"""Headers of every response."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def reading_room(services: WebServices, listen: str, key: str = "web.listen") -> AsyncIterator[str]:
    """Serve the reading room at `listen` ("host:port") until the block ends; yields the address.

    Raises ConfigurationError, which names `key`, if nothing can listen there.
    """
    async with listening(create_site(services, listen), listen, key, grace=GRACE) as address:
        yield address


def create_site(services: WebServices, listen: str) -> web.Application:
    """Return the site; it answers to the host of `listen`, to this machine's, and to `[web] public_url`."""
    hosts = allowed_hosts(listen, services.config.web.public_url)

    @web.middleware
    async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_allowed(request.headers.get("Host", ""), hosts):
            raise WrongHostError
        return await handler(request)

    site = web.Application(middlewares=[_with_problems, check_host], client_max_size=LARGEST_BODY)
    site[SERVICES] = services
    site.on_response_prepare.append(_add_headers)
    site.add_routes(
        [
            web.get("/", pages.ask_page),
            web.get("/articles", pages.articles_page),
            web.get("/a/{article:.+}", pages.article_page),
            web.get("/style.css", pages.style),
            web.get("/icon.svg", pages.icon),
            web.get("/api/ask", api.ask),
            web.post("/api/ask", api.ask),
            web.get("/api/articles", api.articles),
            web.get("/api/articles/{article:.+}", api.article),
            web.get("/api/openapi.json", api.openapi),
            web.get("/healthz", api.healthz),
        ]
    )
    return site


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


@web.middleware
async def _with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever goes wrong with a page, or with JSON in the API."""
    try:
        return await handler(request)
    except web.HTTPFound as redirect:
        return web.Response(status=redirect.status, headers={"Location": redirect.headers["Location"]})
    except BadRequestError as error:
        problem = Problem(400, "Not understood", str(error))
    except Exception as error:
        problem = problem_of(error)
    if request.path.startswith("/api/") or request.path == "/healthz":
        response = json_response({"error": problem.message}, problem.status)
    else:
        response = page(request, "problem.html", problem.status, problem=problem)
    response.headers.update(problem.headers)
    return response
