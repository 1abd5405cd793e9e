"""Under which names it is kept whether a tool asks before a call.

A tool of another server may be another one tomorrow under the same name. What lets it run without
asking counts for the revision that somebody saw; what makes it ask counts for all. What is said of a
whole server counts for those of its tools of which nothing is said, whatever they become.
"""

from collections.abc import Mapping

from backend.domain.action import ApprovalPolicy
from backend.tools.function import REVISION_MARK, FunctionSpec

_EVERY_REVISION = "*"


def policy_of(
    spec: FunctionSpec, declared: ApprovalPolicy, policies: Mapping[str, ApprovalPolicy]
) -> ApprovalPolicy:
    """Returns what holds of a tool. `policies` are those of this server."""
    of_all = policies.get(spec.source) if spec.source is not None else None
    if spec.revision is None:
        return policies.get(spec.permission) or of_all or declared
    # The bare name is what was said while the server was away.
    if "ask" in (policies.get(_every(spec)), policies.get(spec.name)):
        return "ask"
    return policies.get(spec.permission) or of_all or declared


def with_policy(
    spec: FunctionSpec, policy: ApprovalPolicy | None
) -> dict[str, ApprovalPolicy | None]:
    """Returns the policies to set or, where None, to remove. Without one the tool's own holds."""
    if spec.revision is None:
        return {spec.permission: policy}
    asks, runs = (policy, None) if policy == "ask" else (None, policy)
    return {spec.name: None, _every(spec): asks, spec.permission: runs}


def is_of_revision(name: str) -> bool:
    """Returns whether a policy is that of a tool which may change."""
    return REVISION_MARK in name


def _every(spec: FunctionSpec) -> str:
    return spec.name + REVISION_MARK + _EVERY_REVISION
