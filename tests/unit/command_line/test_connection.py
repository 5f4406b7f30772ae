"""How a command finds its stack."""

import json
from pathlib import Path

import boto3
import pytest
from tests.unit.command_line.a_stack import REGION

from herald.domain.errors import ConfigurationError
from herald_cli import connection
from herald_cli.connection import connect

TEMPLATE = {
    "Parameters": {"OpenTextPerSecond": {"Type": "Number", "Default": 10}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"ApiUrl": {"Value": "https://api.example.com/"}},
}


def test_a_deployed_stack_tells_its_outputs_and_parameters(emulated_aws: None) -> None:
    client = boto3.Session(region_name=REGION).client("cloudformation")
    client.create_stack(StackName="herald-test", TemplateBody=json.dumps(TEMPLATE))
    found = connect("herald-test", REGION, local=False)
    assert found.api_url == "https://api.example.com"
    assert found.parameters["OpenTextPerSecond"] == "10"
    with pytest.raises(ConfigurationError, match="no output StateTableName"):
        found.output("StateTableName")


def test_a_stack_that_is_not_there_names_what_to_check(emulated_aws: None) -> None:
    with pytest.raises(ConfigurationError, match="Check --stack"):
        connect("nobody", REGION, local=False)


def test_a_local_run_is_found_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = tmp_path / "running.json"
    told = {"stack": "s", "region": REGION, "endpoint_url": "http://127.0.0.1:1", "outputs": {"ApiUrl": "https://a"}}
    running.write_text(json.dumps({**told, "api_url": "http://127.0.0.1:1/"}), encoding="utf-8")
    monkeypatch.setattr(connection, "LOCAL_RUN", running)
    found = connect(None, None, local=True)
    assert (found.api_url, found.parameters) == ("http://127.0.0.1:1", {})


def test_one_client_of_a_service_serves_the_whole_command(emulated_aws: None) -> None:
    found = connection.Connection("s", REGION, None, {}, {})
    assert found.sqs() is found.sqs()
    assert found.dynamodb() is found.dynamodb()
