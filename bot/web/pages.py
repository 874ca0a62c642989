"""The pages of the reading room: asking, the list of articles, and each article."""

from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from bot.explanation_words import ExplanationWords, explanation_in_words
from bot.live.question_queue import LibraryAnswer, RetryLaterError
from bot.shown_citations import shown_citations
from bot.small_talk import SmallTalk, recognise
from bot.web.addresses import article_name, article_path, site_root
from bot.web.answer_view import answer_view, article_link
from bot.web.article_view import ArticleView, article_view
from bot.web.rendering import asset, environment, html_response, page
from bot.web.services import SERVICES, TooFastError, WebServices
from bot.web.web_questions import checked
from bot.wording import count_with_noun, safe_link
from index.errors import EmptyQuestionError, FootnoteError
from index.library import Library
from index.records import Answer
from index.storage.catalog import ArticleRow

MOST_FOUND = 50
"""Articles that a search lists."""

TALK = {
    SmallTalk.GREETING: "Hello. Ask a question, and I look for the sentences that answer it.",
    SmallTalk.THANKS: "You're welcome.",
    SmallTalk.GOODBYE: "Goodbye.",
    SmallTalk.HELP: (
        "Ask a question in your own words. The answer comes with the sentences that say so; each opens its "
        "article at that sentence. If the articles do not say, you are told so."
    ),
}
"""What is said to small talk."""
NOTHING_ASKED = "Type a question first."

_LARGEST_NUMBER = 10**9


async def ask_page(request: web.Request) -> web.Response:
    """Show the box to ask in, and the answer if something was asked."""
    services = request.app[SERVICES]
    library = services.live_library.library
    blank = partial(page, request, "ask.html", articles=len(library.titles), view=None)
    if "q" not in request.query:
        return blank(question="", note="", article="")
    named = request.query.get("article", "")
    try:
        question = checked(request.query["q"])
    except EmptyQuestionError:
        return blank(question="", note=NOTHING_ASKED, article=named)
    if talk := recognise(question):
        return blank(question=question, note=TALK[talk], article=named)
    services.count_question(request)
    article = await services.question_queue.run(library.article, named) if named else None
    id_ = article.id if article else None
    given = await services.questions.ask(question, id_)
    wanted = services.question_queue.is_idle or "why" in request.query
    why = await _why(services, given, question, id_) if wanted else None
    view = answer_view(
        given.answer,
        limit=services.config.answer.citations,
        contact=services.config.answer.contact,
        asked_title=article.title if article else "",
        asked_article=id_ or "",
        why=why,
    )
    again = urlencode({"q": question} | ({"article": id_} if id_ else {}))
    return page(
        request,
        "ask.html",
        articles=len(given.library.titles),
        question=question,
        note="",
        article=id_ or "",
        view=view,
        why_query=f"{again}&why=1",
        everywhere_query=urlencode({"q": question}),
    )


async def _why(
    services: WebServices, given: LibraryAnswer, question: str, article: str | None
) -> ExplanationWords | None:
    """Explain an answer; None if that has to wait, as the answer need not."""
    run = services.question_queue.run
    try:
        return await run(_explain, services, given.library, question, article, given.answer)
    except (RetryLaterError, FootnoteError):
        return None


def _explain(
    services: WebServices, library: Library, question: str, article: str | None, answer: Answer
) -> ExplanationWords:
    limits = services.config.answer
    why = library.explain(question, article=article)
    shown = replace(answer, citations=shown_citations(answer))
    return explanation_in_words(why, shown, limits.threshold, limits.maybe_from(limits.threshold))


async def articles_page(request: web.Request) -> web.Response:
    """List the articles, or those whose titles are like what was typed."""
    services = request.app[SERVICES]
    services.count_reading(request)
    titles = services.live_library.library.titles
    typed = request.query.get("q", "").strip()
    number = max(1, whole_number(request.query.get("page", ""), 1))
    total, on_a_page = len(titles), services.articles_on_a_page
    if typed:
        rows = await services.question_queue.run(titles.search, typed, MOST_FOUND)
    else:
        rows = await services.question_queue.run(titles.page, (number - 1) * on_a_page, on_a_page)
    has_more = not typed and number * on_a_page < total
    return page(
        request,
        "articles.html",
        typed=typed,
        total=total,
        articles=[article_link(row.id, row.title, _about(row)) for row in rows],
        number=number,
        before=number - 1 if number > 1 and not typed else 0,
        after=number + 1 if has_more else 0,
    )


def _about(row: ArticleRow) -> str:
    facts = (row.author, row.published, count_with_noun(row.sentences, "sentence"))
    return " · ".join(filter(None, facts))


async def article_page(request: web.Request) -> web.Response:
    """Show an article as it is structured, with what answers the question that it was opened for."""
    services = request.app[SERVICES]
    services.count_reading(request)
    library, queue = services.live_library.library, services.question_queue
    name = article_name(request.rel_url.raw_path)
    article = await queue.run(library.article, name)
    if article.id != name:
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        raise web.HTTPFound(f"{site_root(request.rel_url.raw_path)}{article_path(article.id)}{query}")
    question, answer = await _answer_for(request, services)
    shown = whole_number(request.query.get("s", ""), 1)
    text = await queue.run(
        _article_text, library, request.rel_url.raw_path, article.id, question, answer, shown
    )
    return html_response(text)


def _article_text(
    library: Library, raw_path: str, article_id: str, question: str, answer: Answer | None, shown: int
) -> str:
    article = library.article(article_id)
    view: ArticleView = article_view(article, library.sentences(article_id), answer, shown)
    words = answer.answer if answer is not None and answer.answer else ""
    template = environment().get_template("article.html")
    return template.render(
        root=site_root(raw_path),
        view=view,
        url=safe_link(article.url),
        question=question,
        back_query=urlencode({"q": question}),
        answer=words,
    )


async def _answer_for(request: web.Request, services: WebServices) -> tuple[str, Answer | None]:
    """Return the question that an article was opened for, and its answer; without one if that has to wait."""
    try:
        question = checked(request.query.get("q", ""))
        if recognise(question):
            return "", None
        answer = services.questions.remembered(question)
        if answer is None:
            services.count_question(request)
            answer = (await services.questions.ask(question)).answer
    except EmptyQuestionError:
        return "", None
    except (TooFastError, RetryLaterError, FootnoteError):
        return "", None
    return question, answer


async def style(request: web.Request) -> web.Response:
    """Send the style of the pages, which browsers keep: a new one has a new address."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=asset("style.css"), content_type="text/css", charset="utf-8", headers=headers)


async def icon(request: web.Request) -> web.Response:
    """Send the icon of the site."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return web.Response(body=asset("icon.svg"), content_type="image/svg+xml", headers=headers)


def whole_number(text: str, default: int) -> int:
    """Read a number from a query; `default` if it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST_NUMBER))):
        return default
    return min(int(text), _LARGEST_NUMBER)
