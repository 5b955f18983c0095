"""
The peer: dlt's own REST source reading the same tickets into DuckDB. Runs in `.venv-bench`.

Usage: dlt_source.py READY_FILE FOLDER. Prints one JSON object: rows.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api import rest_api_source


class NextPage(BasePaginator):
    """Autotask's paging: POST the same body to the URL the answer names."""

    def update_state(self, response: Any, data: Any = None) -> None:
        """Read the next URL."""
        self._next = response.json()["pageDetails"]["nextPageUrl"]
        self._has_next_page = bool(self._next)

    def update_request(self, request: Any) -> None:
        """Ask there."""
        request.url = self._next


def main() -> None:
    """Load the tickets and print how many came."""
    ready = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2])
    headers = {
        "UserName": ready["username"],
        "Secret": ready["secret"],
        "ApiIntegrationCode": ready["integration_code"],
    }
    source = rest_api_source(
        {
            "client": {
                "base_url": ready["url"] + "V1.0/",
                "headers": headers,
                "paginator": NextPage(),
            },
            "resources": [
                {
                    "name": "tickets",
                    "primary_key": "id",
                    "write_disposition": "replace",
                    "endpoint": {
                        "path": "Tickets/query",
                        "method": "POST",
                        "json": {"filter": [{"op": "gte", "field": "id", "value": 0}]},
                        "data_selector": "items",
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="peer",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(folder / "peer.duckdb")),
        dataset_name="autotask",
    )
    pipeline.run(source)
    with pipeline.sql_client() as client:
        rows = client.execute_sql("select count(*) from tickets")
    print(json.dumps({"rows": rows[0][0] if rows else 0}))


if __name__ == "__main__":
    main()
