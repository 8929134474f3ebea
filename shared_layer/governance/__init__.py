"""What is recorded, who may do what, and what becomes of personal data."""

from shared_layer.governance.group_commit import GroupCommit, until_unopposed

__all__ = ["GroupCommit", "until_unopposed"]
