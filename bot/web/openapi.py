"""The description of the API, as OpenAPI 3.1; a test compares what the API sends with it."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bot.web.web_questions import QUESTION_LIMIT
from index.records import BlockKind
from index.retrieval.retriever import CANDIDATES

MOST_CITATIONS = CANDIDATES
"""Citations that can be asked for."""
MOST_LISTED = 1000
"""Articles in one list."""

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_SPAN: Schema = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}


def _object(properties: dict[str, Schema], *optional: str) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_ABOUT: dict[str, Schema] = {
    "id": _TEXT | {"description": "path below the corpus, without the extension"},
    "title": _TEXT,
    "url": _TEXT_OR_NULL,
    "file": _TEXT,
    "characters": _NUMBER,
}
_SCHEMAS: dict[str, Schema] = {
    "Source": _object({"id": _TEXT, "title": _TEXT, "url": _TEXT_OR_NULL}),
    "Citation": _object(
        {
            "number": {"type": "integer", "minimum": 1},
            "article": _named("Source"),
            "sentence": _TEXT | {"description": "verbatim: text[start:end] of the article"},
            "start": _NUMBER,
            "end": _NUMBER,
            "highlight": {"oneOf": [_SPAN, {"type": "null"}], "description": "where the answer stands"},
            "section": _list_of(_TEXT),
            "page": {"type": ["integer", "null"]},
            "block": {"enum": [kind.value for kind in BlockKind]},
            "link": _TEXT_OR_NULL,
            "links": _list_of(_TEXT),
            "also": _list_of(_named("Source")),
            "also_count": _NUMBER,
            "score": _PROBABILITY,
        }
    ),
    "Answer": _object(
        {
            "question": _TEXT,
            "answerable": {"type": "boolean", "description": "false: the articles do not say"},
            "maybe": {"type": "boolean"},
            "confidence": _PROBABILITY,
            "answer": _TEXT_OR_NULL,
            "citations": _list_of(_named("Citation")),
            "elapsed_ms": {"type": "number", "minimum": 0},
            "read_as": _TEXT | {"description": "the question with its misspelt words corrected"},
            "explanation": {"type": "object"},
        },
        "read_as",
        "explanation",
    ),
    "Question": {
        **_object(
            {
                "question": _TEXT | {"maxLength": QUESTION_LIMIT},
                "article": _TEXT | {"description": "an id, a file, a title, or a unique beginning of one"},
                "top_k": {"type": "integer", "minimum": 1, "maximum": MOST_CITATIONS},
                "explain": {"type": "boolean"},
            },
            "article",
            "top_k",
            "explain",
        ),
        "additionalProperties": False,
    },
    "ArticleInfo": _object(_ABOUT | {"sentences": _NUMBER}),
    "Article": _object(_ABOUT | {"sentences": _list_of(_SPAN), "text": _TEXT}),
    "Health": _object({"status": _TEXT, "generation": _TEXT, "fingerprint": _TEXT, "articles": _NUMBER}),
    "Error": _object({"error": _TEXT}),
}
_ERRORS = {
    400: "the request is not as described here",
    401: "the token is missing or wrong",
    404: "no article has that name; the nearest ids are named",
    413: "the body is too large",
    415: "the body is not JSON",
    429: "too many requests; Retry-After says when to come back",
    503: "busy, or the index cannot be read; Retry-After says when to come back",
}


def description(public_url: str = "") -> Schema:
    """Return the description; `public_url` is where people reach the site, "" for wherever it is served."""
    question = _parameter("q", "the question", _TEXT | {"maxLength": QUESTION_LIMIT}, required=True)
    top_k = _parameter("top_k", "citations", {"type": "integer", "minimum": 1, "maximum": MOST_CITATIONS})
    limit = _parameter("limit", "articles", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED})
    body = {"required": True, "content": {"application/json": {"schema": _named("Question")}}}
    article = _parameter("article", "ask this article only", _TEXT)
    explain = _parameter("explain", "1: say why", {"enum": ["1", "true"]})
    id_ = {"name": "id", "in": "path", "required": True, "description": "may hold /", "schema": _TEXT}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Footnote",
            "version": _version(),
            "description": "Answers questions over a library of articles and cites the exact sentences.",
        },
        "servers": [{"url": public_url or "/"}],
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
        "paths": {
            "/api/ask": {
                "get": _operation(
                    "ask", "Answer a question", "Answer", [question, article, top_k, explain], 400, 404, 503
                ),
                "post": _operation("askInBody", "Answer a question", "Answer", [], 400, 404, 413, 415, 503)
                | {"requestBody": body},
            },
            "/api/articles": {
                "get": _operation(
                    "listArticles",
                    "List articles by title, or search in the titles",
                    _list_of(_named("ArticleInfo")),
                    [
                        _parameter("q", "words of a title", _TEXT),
                        limit,
                        _parameter("offset", "articles to leave out", _NUMBER),
                    ],
                    503,
                ),
            },
            "/api/articles/{id}": {
                "get": _operation("readArticle", "One article with its text", "Article", [id_], 404, 503),
            },
            "/healthz": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether the site answers, and from which index",
                    "security": [],
                    "responses": {"200": _response("it answers", _named("Health"))},
                }
            },
        },
    }


def _operation(
    name: str, summary: str, schema: str | Schema, parameters: list[Schema], *errors: int
) -> Schema:
    found = _response(summary, _named(schema) if isinstance(schema, str) else schema)
    failed = {str(status): _response(_ERRORS[status], _named("Error")) for status in (*errors, 401, 429)}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": found, **dict(sorted(failed.items()))},
    }


def _parameter(name: str, about: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "description": about, "schema": schema}


def _response(about: str, schema: Schema) -> Schema:
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def _version() -> str:
    try:
        return version("footnote-bot")
    except PackageNotFoundError:  # run from a folder that is not installed
        return "0"
