"""API Gateway."""
from moto.apigatewayv2 import models

from .patching import instead_of


# aws_apigatewayv2_domain_name: the provider waits until the name can be used.
@instead_of(models.DomainName, "to_json")
def _(former, self):
    answer = former(self)
    answer["domainNameConfigurations"] = [
        {
            **configuration,
            "apiGatewayDomainName": "d-rehearsal.execute-api.eu-central-1.amazonaws.com",
            "domainNameStatus": "AVAILABLE",
            "hostedZoneId": "Z1U9ULNL0V5AJ3",
        }
        for configuration in answer["domainNameConfigurations"]
    ]
    return answer
