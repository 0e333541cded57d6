"""Cloud Map: the zone of aws_service_discovery_private_dns_namespace goes with it."""
from moto.route53 import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend

from .patching import instead_of


@instead_of(ServiceDiscoveryBackend, "delete_namespace")
def _(former, self, namespace_id):
    namespace = self.get_namespace(namespace_id)
    operation = former(self, namespace_id)
    zone = (namespace.dns_properties or {}).get("HostedZoneId")
    if zone is not None:
        route53_backends[self.account_id][self.partition].delete_hosted_zone(zone)
    return operation
