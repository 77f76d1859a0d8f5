"""The stages of a Flowmap run as an Airflow DAG, one task each.

Every stage may be started again at any time: finished work is skipped, and a training continues from its last checkpoint. So a failure
(exit code 1, or a killed process) is retried; a user's mistake (exit code 2) fails the task at once.
"""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

HOME = os.environ.get("FLOWMAP_HOME", "/opt/flowmap")
MASTER = os.environ.get("FLOWMAP_MASTER", "local[*]")
RUNS = os.environ.get("FLOWMAP_RUNS", "s3a://flowmap/runs")
# Spark profile of each stage: a directory in deploy/profiles.
STAGES = {
    "ingest": "cpu",
    "pretrain": "cpu",
    "distill": "cpu",
    "generate": "cpu",
    "evaluate": "cpu",
    "report": "cpu",
}
USER_ERROR = 2


def command(stage: str, day: str) -> list[str]:
    """The command line for a stage of the day's run."""
    return [
        f"{HOME}/bin/flowmap",
        stage,
        "--master",
        MASTER,
        "--config",
        f"{HOME}/conf/demo.conf",
        f"run.dir={RUNS}/{day}",
    ]


def run(stage: str, day: str) -> None:
    """Runs a stage; its output goes to the task's log."""
    environment = dict(os.environ, SPARK_CONF_DIR=f"{HOME}/profiles/{STAGES[stage]}")
    code = subprocess.run(command(stage, day), env=environment, check=False).returncode
    if code == USER_ERROR:
        raise AirflowFailException(f"flowmap {stage}: a mistake in settings or data, see the log above")
    if code != 0:
        raise AirflowException(f"flowmap {stage}: exit code {code}")


@dag(
    dag_id="flowmap_pipeline",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2), "retry_exponential_backoff": True},
)
def flowmap_pipeline():
    earlier = None
    for stage in STAGES:
        later = task(task_id=stage)(run)(stage, "{{ ds }}")
        if earlier is not None:
            earlier >> later
        earlier = later


flowmap_pipeline()
