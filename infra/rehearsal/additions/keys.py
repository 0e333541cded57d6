"""KMS: ids of keys that are there in several regions have 36 characters, and are taken wherever others are."""
import re
import uuid

from moto.kms import models, utils
from moto.kms.responses import KmsResponse

from .patching import instead_of


def key_id(multi_region=False):
    return f"mrk-{uuid.uuid4().hex}" if multi_region else str(uuid.uuid4())


models.generate_key_id = utils.generate_key_id = key_id


@instead_of(KmsResponse, "_validate_cmk_id")
def _(former, self, asked):
    if re.fullmatch(r"mrk-[0-9a-f]{32}", asked):
        asked = f"arn:aws:kms:{self.region}:{self.current_account}:key/{asked}"
    return former(self, asked)
