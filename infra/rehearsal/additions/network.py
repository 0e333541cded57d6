"""What an account finds there: a zone of names in Route 53."""
from moto.core import DEFAULT_ACCOUNT_ID
from moto.route53 import route53_backends


def seed(zone_name):
    route53_backends[DEFAULT_ACCOUNT_ID]["aws"].create_hosted_zone(name=f"{zone_name}.", private_zone=False)
