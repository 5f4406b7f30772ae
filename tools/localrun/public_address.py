"""Tells the functions that write links where those open here: the address the template forms is the one in AWS."""

from localrun.stack import LocalStack


def address_links(stack: LocalStack) -> None:
    """Let links to reports and to approvals lead to the HTTP API of this machine."""
    writers = {
        stack.outputs.catalog_scan_function_name: "HERALD_REPORT_BASE_URL",
        stack.outputs.notification_dispatch_function_name: "HERALD_APPROVAL_BASE_URL",
    }
    functions = stack.client("lambda")
    for name, variable in writers.items():
        told = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": told | {variable: stack.api_url}}
        )
