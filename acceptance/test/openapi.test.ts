// The OpenAPI document: whole, true, and the one that was reviewed.
