"""Requests and answers against Discord's own OpenAPI description, where $DISCORD_OPENAPI names the file.

Where the description and the documentation differ, the documentation holds:

- `SnowflakeType` is a string there; Discord takes numbers too ("can be serialized as either", API reference,
  Snowflakes), and discord.py sends numbers in `message_reference` and as `id`s. Both are let through.
- `MessageCreateRequest.content` may have 4,000 characters there (some people's); a bot has 2,000 (limits.py).
- A label of 80 characters, an embed's 6,000 in all, unique custom_ids, 5 rows of 5: the sums are not in it or
  looser, and limits.py holds to the documentation.
- `tts` of an edit and `nsfw` of a command are not in it; they are documented or sent by discord.py, and a
  schema without `additionalProperties` lets them pass.
- Booleans in a query are `true` there; Discord takes `1` as well, and discord.py sends that.
"""

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

VARIABLE = "DISCORD_OPENAPI"
_ROOT = "urn:discord"


class OpenAPI:
    """Discord's description; a validator is made when something first needs it."""

    def __init__(self, document: dict[str, Any]) -> None:
        snowflake = document["components"]["schemas"]["SnowflakeType"]
        document["components"]["schemas"]["SnowflakeType"] = {
            "anyOf": [snowflake, {"type": "integer", "minimum": 0}]
        }
        self._document = document
        self._validators: dict[str, Draft202012Validator] = {}
        self.checked = 0
        """Requests that were checked."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the description."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_environment(cls) -> Self | None:
        """Read the description that the environment names, or return None where it names none."""
        named = os.environ.get(VARIABLE)
        return cls.load(Path(named)) if named else None

    @cached_property
    def _registry(self) -> Registry:
        return Registry([(_ROOT, self._document)], draft=Draft202012)

    def knows(self, method: str, template: str) -> bool:
        """Return whether there is such a request."""
        return method.lower() in self._document["paths"].get(template, {})

    def _complaint(self, pointer: str, value: Any) -> str | None:
        if pointer not in self._validators:
            schema = {"$ref": f"{_ROOT}#{pointer}"}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        error = next(self._validators[pointer].iter_errors(value), None)
        if error is None:
            return None
        return f"{'.'.join(map(str, error.instance_path)) or 'body'}: {error.message[:300]}"

    def check_request(
        self, method: str, template: str, ids: dict[str, str], query: dict[str, str], body: Any
    ) -> list[str]:
        """Return what is wrong with a request, in words; nothing if nothing is."""
        self.checked += 1
        if not self.knows(method, template):
            return [f"{method} {template} is not in Discord's description"]
        path = self._document["paths"][template]
        operation = path[method.lower()]
        base = f"/paths/{_escaped(template)}"
        complaints = []
        for where, parameters in ((base, path), (f"{base}/{method.lower()}", operation)):
            for number, parameter in enumerate(parameters.get("parameters", ())):
                given = (ids if parameter["in"] == "path" else query).get(parameter["name"])
                if given is None:
                    if parameter.get("required"):
                        complaints.append(f"{parameter['name']} is missing")
                    continue
                schema = parameter["schema"]
                complaint = self._complaint(f"{where}/parameters/{number}/schema", _typed(given, schema))
                if complaint:
                    complaints.append(f"{parameter['in']} {parameter['name']}: {complaint}")
        expected = operation.get("requestBody")
        if expected is None:
            if body is not None:
                complaints.append("a body where none is expected")
        elif body is None:
            if expected.get("required"):
                complaints.append("no body where one is expected")
        else:
            pointer = f"{base}/{method.lower()}/requestBody/content/application~1json/schema"
            if complaint := self._complaint(pointer, body):
                complaints.append(complaint)
        return complaints

    def check_answer(self, method: str, template: str, status: int, body: Any) -> str | None:
        """Return what is wrong with an answer of the fake Discord itself, in words, or None."""
        operation = self._document["paths"][template][method.lower()]
        expected = operation["responses"].get(str(status))
        if expected is None:
            return f"{method} {template} never answers {status}"
        if "content" not in expected:
            return None if body is None else f"{method} {template}: {status} has no body"
        base = f"/paths/{_escaped(template)}/{method.lower()}"
        pointer = f"{base}/responses/{status}/content/application~1json/schema"
        complaint = self._complaint(pointer, body)
        return complaint and f"{method} {template}: {complaint}"


def _escaped(template: str) -> str:
    return template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _typed(text: str, schema: dict[str, Any]) -> Any:
    """Return a text of a path or query as the type that it stands for."""
    kinds = schema.get("type", "string")
    if "boolean" in kinds and text.lower() in ("1", "0", "true", "false"):
        return text.lower() in ("1", "true")
    return int(text) if "integer" in kinds and text.lstrip("-").isdigit() else text
