"""moto's server with 20 jobs of AWS Batch: python moto_batch.py PORT FILE.

FILE gets the id of one of them when all are there. moto has no API of the five; this one is alike.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

PORT = int(sys.argv[1])
KEYS = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


def main() -> None:
    """Serve until stopped."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=PORT, verbose=False)
    server.start()
    more = {"region_name": "us-east-1", "endpoint_url": f"http://127.0.0.1:{PORT}", **KEYS}
    role = boto3.client("iam", **more).create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    batch = boto3.client("batch", **more)
    environment = batch.create_compute_environment(
        computeEnvironmentName="environment",
        type="UNMANAGED",
        state="ENABLED",
        serviceRole=role["Role"]["Arn"],
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    batch.create_job_queue(
        jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    container = {"image": "busybox", "vcpus": 1, "memory": 128, "command": ["true"]}
    batch.register_job_definition(
        jobDefinitionName="definition", type="container", containerProperties=container
    )
    jobs = [
        batch.submit_job(jobName=f"job-{number}", jobQueue="queue", jobDefinition="definition")
        for number in range(20)
    ]
    Path(sys.argv[2]).write_text(jobs[0]["jobId"])
    threading.Event().wait()


main()
