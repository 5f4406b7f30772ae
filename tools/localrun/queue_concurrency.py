"""Gives queues their concurrency as a number: the emulator keeps a template's parameter as text, which is no use."""

from localrun.emulator import Emulator


def number_concurrency(emulator: Emulator) -> None:
    """Set every event source mapping's greatest concurrency to the number that its text spells."""
    functions = emulator.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if most is not None:
            functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(most)})
