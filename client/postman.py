"""Makes a collection of all requests from the OpenAPI document, in the form that Postman, Bruno, Insomnia and Hoppscotch read (Postman 2.1).

`{{url}}` and `{{key}}` are its two variables. Each request has the document's example, executed by the tests, as its body and its query.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("get", "post", "put", "patch", "delete")


def collection_text(document: Mapping[str, Any]) -> str:
    """Return the collection: a folder for each tag, in it the operations by their paths."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                folders.setdefault(operation["tags"][0], []).append(_request(path, method, operation, document))
    made = {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "schema": _SCHEMA,
        },
        "auth": {
            "type": "apikey",
            "apikey": [
                {"key": "key", "value": "Authorization", "type": "string"},
                {"key": "value", "value": "Api-Key {{key}}", "type": "string"},
                {"key": "in", "value": "header", "type": "string"},
            ],
        },
        "variable": [{"key": "url", "value": "http://127.0.0.1:8000"}, {"key": "key", "value": ""}],
        "item": [{"name": tag, "item": folders[tag]} for tag in sorted(folders)],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _request(path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    parameters = operation.get("parameters", ())
    query = [_query(one) for one in parameters if one["in"] == "query"]
    asked = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    made: dict[str, Any] = {
        "method": method.upper(),
        "description": operation.get("description", ""),
        "header": list(_headers(operation)),
        "url": {
            "raw": "{{url}}" + re.sub(r"{(\w+)}", r":\1", path) + (f"?{asked}" if asked else ""),
            "host": ["{{url}}"],
            "path": re.sub(r"{(\w+)}", r":\1", path).removeprefix("/").split("/"),
            "query": query,
            "variable": [
                {"key": one["name"], "value": "", "description": one.get("description", "")}
                for one in parameters
                if one["in"] == "path"
            ],
        },
    }
    body = _body(operation, document)
    if body:
        made["body"] = body
    if not operation.get("security"):
        made["auth"] = {"type": "noauth"}
    return {"name": operation["summary"], "request": made}


def _query(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter of the query: sent where it must be or the example sends it, else there to be switched on."""
    shown = "example" in parameter
    return {
        "key": parameter["name"],
        "value": str(parameter["example"]) if shown else "",
        "description": parameter.get("description", ""),
        "disabled": not (shown or parameter.get("required", False)),
    }


def _headers(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"key": "Accept-Language", "value": "en", "disabled": True}
    for one in operation.get("parameters", ()):
        if one["in"] == "header":
            own = one["name"] == "Idempotency-Key"
            yield {
                "key": one["name"],
                "value": "{{$guid}}" if own else "",
                "description": one.get("description", ""),
                "disabled": not own,
            }


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        examples = content["application/json"].get("examples", {})
        value = next(iter(examples.values()))["value"] if examples else {}
        raw = json.dumps(value, ensure_ascii=False, indent=2)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    if "multipart/form-data" in content:
        form = document["components"]["schemas"][content["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]]
        return {"mode": "formdata", "formdata": [_field(name, one, form) for name, one in form["properties"].items()]}
    return None


def _field(name: str, schema: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    is_file = schema.get("format") == "binary"
    return {
        "key": name,
        "type": "file" if is_file else "text",
        **({"src": []} if is_file else {"value": ""}),
        "description": schema.get("description", ""),
        "disabled": name not in form.get("required", ()),
    }
