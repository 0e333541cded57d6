"""EC2: aws_instance with monitoring."""
from moto.core.responses import ActionResult
from moto.ec2.responses.monitoring import Monitoring

from .patching import added_to


def monitored(self, state):
    instances = [self.ec2_backend.get_instance(id_) for id_ in self._get_param("InstanceIds", [])]
    for instance in instances:
        instance.monitoring_state = state
    monitorings = [{"InstanceId": instance.id, "Monitoring": instance.monitoring} for instance in instances]
    return ActionResult({"InstanceMonitorings": monitorings})


@added_to(Monitoring)
def monitor_instances(self):
    return monitored(self, "enabled")


@added_to(Monitoring)
def unmonitor_instances(self):
    return monitored(self, "disabled")
