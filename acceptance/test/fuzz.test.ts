// Malformed requests, driven by the OpenAPI document: none makes the server fail.
