"""Route 53: signing of zones, aws_route53_key_signing_key and aws_route53_hosted_zone_dnssec."""
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone

from moto.route53 import urls

from .patching import some_id

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
signing_keys, signed = {}, set()


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(name, content):
    return f'<{name}Response xmlns="{NAMESPACE}">{content}</{name}Response>'


def change():
    return f"<ChangeInfo><Id>/change/C{some_id(13)}</Id><Status>INSYNC</Status><SubmittedAt>{now()}</SubmittedAt></ChangeInfo>"


def key_in_xml(key, tag):
    values = {
        "Name": key["name"],
        "KmsArn": key["arn"],
        "Flag": 257,
        "SigningAlgorithmMnemonic": "ECDSAP256SHA256",
        "SigningAlgorithmType": 13,
        "DigestAlgorithmMnemonic": "SHA-256",
        "DigestAlgorithmType": 2,
        "KeyTag": 12345,
        "DigestValue": "00",
        "PublicKey": "AA==",
        "DSRecord": "12345 13 2 00",
        "DNSKEYRecord": "257 3 13 AA==",
        "Status": key["status"],
        "CreatedDate": now(),
        "LastModifiedDate": now(),
    }
    return f"<{tag}>{''.join(f'<{name}>{value}</{name}>' for name, value in values.items())}</{tag}>"


def parts_of(url):
    return url.split("?")[0].rstrip("/").split("/")


def create_key(request, _url, _headers):
    given = {element.tag.split("}")[1]: element.text for element in ElementTree.fromstring(request.data)}
    key = {"name": given["Name"], "arn": given["KeyManagementServiceArn"], "status": given["Status"]}
    signing_keys[(given["HostedZoneId"].split("/")[-1], given["Name"])] = key
    return 201, {"Location": NAMESPACE}, answer("CreateKeySigningKey", change() + key_in_xml(key, "KeySigningKey"))


def change_key(_request, url, _headers):
    parts = parts_of(url)
    if parts[-1] in ("activate", "deactivate"):
        signing_keys[(parts[-3], parts[-2])]["status"] = "ACTIVE" if parts[-1] == "activate" else "INACTIVE"
        return 200, {}, answer(f"{parts[-1].capitalize()}KeySigningKey", change())
    signing_keys.pop((parts[-2], parts[-1]), None)
    return 200, {}, answer("DeleteKeySigningKey", change())


def signing(_request, url, _headers):
    *_, zone, asked = parts_of(url)
    if asked == "dnssec":
        keys = "".join(key_in_xml(key, "member") for (of, _), key in signing_keys.items() if of == zone)
        status = "SIGNING" if zone in signed else "NOT_SIGNING"
        content = f"<Status><ServeSignature>{status}</ServeSignature></Status><KeySigningKeys>{keys}</KeySigningKeys>"
        return 200, {}, answer("GetDNSSEC", content)
    (signed.add if asked == "enable-dnssec" else signed.discard)(zone)
    return 200, {}, answer("EnableHostedZoneDNSSEC" if asked == "enable-dnssec" else "DisableHostedZoneDNSSEC", change())


version = r"{0}/(?P<api_version>[\d_-]+)/"
for path in [path for path in urls.url_paths if "/dnssec" in path]:
    del urls.url_paths[path]
for asked in ("dnssec", "enable-dnssec", "disable-dnssec"):
    urls.url_paths[version + f"hostedzone/(?P<zone>[^/]+)/{asked}/?$"] = signing
urls.url_paths[version + "keysigningkey$"] = create_key
urls.url_paths[version + "keysigningkey/(?P<zone>[^/]+)/(?P<name>[^/]+)$"] = change_key
urls.url_paths[version + "keysigningkey/(?P<zone>[^/]+)/(?P<name>[^/]+)/(?P<state>[^/]+)$"] = change_key
