"""The types of events by which a scan tells what it found."""

from collections.abc import Mapping

DIGEST = "catalog.digest"
CRITICAL = "catalog.issue.critical"
PUBLISHED = "catalog.experiences.published"
READY = "catalog.launch.ready"
LATE = "catalog.localization.late"
TYPES: Mapping[str, str] = {
    DIGEST: "what a scan found for one data steward, the worst first",
    CRITICAL: "a scan found a critical fault",
    PUBLISHED: "items were published, changed or withdrawn: one release wave for one group",
    READY: "items have all they need to be sold in a region",
    LATE: "items should have been translated into a language by now",
}
"""Types of what a scan tells. No connector may send them."""
