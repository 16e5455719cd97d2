"""Runs commands through the unmodified Python SDK, one case after the other, as a test asks for them.

Usage: run-command.py CONNECTION_FILE SCRIPTED_CLUSTER CONTEXT REFUSED_COMMAND

Prints one JSON object: for each case either what the SDK returned or the error that it raised.
"""

import json
import sys
import threading

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.containerservice import ContainerServiceClient

connection_file, scripted, context, refused = sys.argv[1:]
with open(connection_file, encoding="utf-8") as file:
    to = json.load(file)

credential = ClientSecretCredential(
    to["tenantId"], to["clientId"], to["clientSecret"], authority=to["endpoint"], disable_instance_discovery=True
)
client = ContainerServiceClient(credential, to["subscriptionId"], base_url=to["endpoint"])


def fields(result):
    properties = getattr(result, "properties", None) or result
    names = ("provisioning_state", "exit_code", "logs", "reason")
    found = {name: getattr(properties, name, None) for name in names}
    return {"id": result.id, **found, "started": properties.started_at is not None}


def run(command, cluster=to["cluster"], context=""):
    request = {"command": command, "context": context}
    return fields(client.managed_clusters.begin_run_command(to["resourceGroup"], cluster, request).result())


def again(command):
    result = run(command)
    return fields(client.managed_clusters.get_command_result(to["resourceGroup"], to["cluster"], result["id"]))


cases = {
    "nonZero": lambda: run("echo out; echo err >&2; exit 7"),
    "files": lambda: run('cat a.txt "deep/b file.txt"', context=context),
    "long": lambda: run("sleep 40; echo done"),
    "again": lambda: again("printf again"),
    "absent": lambda: run("true", cluster="absent"),
    "refused": lambda: run(refused, cluster=scripted),
}
outcomes = {}


def carry_out(name, case):
    try:
        outcomes[name] = case()
    except HttpResponseError as error:
        outcomes[name] = {"status": error.status_code, "code": error.error.code if error.error else None}


threads = [threading.Thread(target=carry_out, args=item) for item in cases.items()]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(outcomes))
