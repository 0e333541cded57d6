"""CloudFront: aws_cloudfront_response_headers_policy."""
import re
import uuid

from moto.cloudfront import urls

from .patching import last_part, some_id

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
KIND = "ResponseHeadersPolicy"
kept = {}


def policies(request, url, _headers):
    id_ = last_part(url)
    if request.method == "DELETE":
        kept.pop(id_, None)
        return 204, {}, ""
    if request.method == "POST":
        id_ = str(uuid.uuid4())
    if request.method in ("POST", "PUT"):
        kept[id_] = re.sub(r"<\?xml.*?\?>", "", request.data.decode())
    if id_ not in kept:
        error = f"<Error><Type>Sender</Type><Code>NoSuch{KIND}</Code><Message>not found</Message></Error>"
        return 404, {}, f'<ErrorResponse xmlns="{NAMESPACE}">{error}</ErrorResponse>'
    content = f"<Id>{id_}</Id><LastModifiedTime>2025-01-01T00:00:00Z</LastModifiedTime>{kept[id_]}"
    return 201 if request.method == "POST" else 200, {"ETag": f"E{some_id(6)}"}, f'<{KIND} xmlns="{NAMESPACE}">{content}</{KIND}>'


urls.url_paths["{0}/2020-05-31/response-headers-policy$"] = policies
urls.url_paths["{0}/2020-05-31/response-headers-policy/(?P<policy_id>[^/]+)$"] = policies
