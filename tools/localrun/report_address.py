"""Tells the scans where reports are opened here: the address the template forms is the one in AWS."""

from localrun.stack import LocalStack

VARIABLE = "HERALD_REPORT_BASE_URL"


def address_reports(stack: LocalStack) -> None:
    """Let links to reports lead to the HTTP API of this machine."""
    functions = stack.client("lambda")
    name = stack.outputs.catalog_scan_function_name
    told = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": told | {VARIABLE: stack.api_url}}
    )
