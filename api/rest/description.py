"""The description of `/api/v1`: OpenAPI for programs, a plain page of it for people."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.asking import Who
from api.render import render

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request, visitor: Who) -> Response:
    """Send the OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
def docs(request: Request, visitor: Who) -> Response:
    """Show every operation with an example."""
    return render(request, "docs.html", operations=operations(request.app.openapi()))


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what there is to call, as the page lists it."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                    "example": _pretty(_example(document, body.get("schema", {}))),
                    "answers": [
                        (status, _pretty(_answer(document, answer)) or answer.get("description", ""))
                        for status, answer in operation.get("responses", {}).items()
                        if status != "422"
                    ],
                }
            )
    return found


def _answer(document: dict[str, Any], answer: dict[str, Any]) -> object:
    for content in answer.get("content", {}).values():
        return _example(document, content.get("schema", {}))
    return None


def _example(document: dict[str, Any], schema: dict[str, Any]) -> object:
    if schema.get("type") == "array":
        inner = _example(document, schema.get("items", {}))
        return None if inner is None else [inner]
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return document.get("components", {}).get("schemas", {}).get(name, {}).get("example")


def _pretty(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
