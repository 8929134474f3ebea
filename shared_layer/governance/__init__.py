"""What is recorded, who may do what, and what becomes of personal data."""

from shared_layer.governance.authorization import Checks, Decisions, PolicyOutcome, check_all, try_policy
from shared_layer.governance.chain import append
from shared_layer.governance.checkpoint_store import write_object as append_to_bucket
from shared_layer.governance.checkpointing import checkpoint_all
from shared_layer.governance.erasing import count_everything, erase_everything
from shared_layer.governance.group_commit import GroupCommit, until_unopposed
from shared_layer.governance.legal_hold import LegalHold, NewLegalHold, list_holds, place_hold, release_hold
from shared_layer.governance.policy import (
    Policy,
    PolicyMode,
    PolicyText,
    get_policy,
    list_policies,
    put_policy,
)
from shared_layer.governance.privacy_request import (
    NewPrivacyRequest,
    PrivacyRequest,
    create_request,
    get_request,
    list_requests,
)
from shared_layer.governance.privacy_work import fulfil, read_result
from shared_layer.governance.record import AuditRecord
from shared_layer.governance.signing import certificate_signer
from shared_layer.governance.trail import AuditFilter, export_lines, list_audit, tell_of_reading, verify_trail
from shared_layer.governance.verification import Verdict

__all__ = [
    "AuditFilter",
    "AuditRecord",
    "Checks",
    "Decisions",
    "GroupCommit",
    "LegalHold",
    "NewLegalHold",
    "NewPrivacyRequest",
    "Policy",
    "PolicyMode",
    "PolicyOutcome",
    "PolicyText",
    "PrivacyRequest",
    "Verdict",
    "append",
    "append_to_bucket",
    "certificate_signer",
    "check_all",
    "checkpoint_all",
    "count_everything",
    "create_request",
    "erase_everything",
    "export_lines",
    "fulfil",
    "get_policy",
    "get_request",
    "list_audit",
    "list_holds",
    "list_policies",
    "list_requests",
    "place_hold",
    "put_policy",
    "read_result",
    "release_hold",
    "tell_of_reading",
    "try_policy",
    "until_unopposed",
    "verify_trail",
]
