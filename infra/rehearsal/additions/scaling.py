"""Application Auto Scaling: tags of aws_appautoscaling_target."""
import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Response

from .patching import added_to, instead_of

tags_of = {}


@instead_of(Response, "register_scalable_target")
def _(former, self):
    answer = former(self)
    tags = self._get_param("Tags")
    if tags:
        tags_of[json.loads(answer)["ScalableTargetARN"]] = tags
    return answer


@added_to(Response)
def list_tags_for_resource(self):
    return json.dumps({"Tags": tags_of.get(self._get_param("ResourceARN"), {})})


@added_to(Response)
def tag_resource(self):
    tags_of.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags"))
    return "{}"


@added_to(Response)
def untag_resource(self):
    return "{}"
