"""How the REST API answers, whatever the resource: errors, pages, filters, strict JSON, ETags (spec api.md)."""
