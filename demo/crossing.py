"""One ticket on its way to the field and back, and the doors by which people act on it."""

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from demo.stage import Stage, call


@dataclass
class Crossing:
    """
    What is known of the one ticket.

    `labels` are the codes of a ticket's coded fields, by label. `by_people` are the calls to Field
    Nation that people made, not Isthmus. `gap_s`: for how long after the kill the order was not
    out.
    """

    stage: Stage
    autotask: dict[str, Any]
    fieldnation: dict[str, Any]
    labels: dict[str, dict[str, int]] = field(default_factory=dict)
    ticket: dict[str, Any] = field(default_factory=dict)
    order: int = 0
    technician: dict[str, Any] = field(default_factory=dict)
    manager: dict[str, Any] = field(default_factory=dict)
    by_people: int = 0
    killed: int = 0
    successor: int = 0
    gap_s: float = 0.0
    _token: str = ""

    # The two vendors, by the simulators' own doors

    def psa(self, path: str, body: object = None, method: str = "") -> Any:
        """Act at the simulated Autotask, as its people would on its pages."""
        return call(self.autotask["admin_url"] + path, body, method)

    def market(self, path: str, body: object = None, method: str = "") -> Any:
        """Act at the simulated Field Nation, as technicians would on its pages."""
        return call(self.fieldnation["admin_url"] + path, body, method)

    def as_manager(self, path: str, body: object) -> None:
        """Act on the order as a manager of the buyer."""
        self._token = self._token or self._log_manager_in()
        url = f"{self.fieldnation['rest_url']}workorders/{self.order}/{path}"
        call(f"{url}?access_token={self._token}", body)
        self.by_people += 1

    def _log_manager_in(self) -> str:
        """Get a token that is a manager's: what the API user does counts as Isthmus's own doing."""
        names = ("client_id", "client_secret", "username", "password")
        asked = {"grant_type": "password", **{name: self.fieldnation[name] for name in names}}
        token = str(call(self.fieldnation["token_url"], asked)["access_token"])
        longer = {"user_id": self.manager["id"], "ends": "2099-01-01T00:00:00.000Z"}
        self.market(f"state/token/{token}", longer, "PATCH")
        self.by_people += 1
        return token

    # What there is

    def ticket_now(self) -> dict[str, Any]:
        """Return the ticket as it is."""
        found: dict[str, Any] = self.psa(f"state/Tickets?id={self.ticket['id']}")[0]
        return found

    def status(self) -> str:
        """Return the status of the ticket, as its people read it."""
        code = self.ticket_now()["status"]
        return next(label for label, one in self.labels["status"].items() if one == code)

    def of_ticket(self, collection: str) -> list[dict[str, Any]]:
        """Return what hangs on the ticket: notes, time entries, charges."""
        rows = self.psa(f"state/{collection}")
        return [row for row in rows if row["ticketID"] == self.ticket["id"]]

    def orders(self) -> list[dict[str, Any]]:
        """Return all work orders there are, as stored."""
        found: list[dict[str, Any]] = self.market("state/work_order")
        return found

    def order_now(self) -> dict[str, Any]:
        """Return the work order, as stored."""
        found: dict[str, Any] = self.market(f"state/work_order/{self.order}")
        return found

    # Who and what

    def look_round(self) -> None:
        """Learn who is there, and what the codes of a ticket mean."""
        users = self.market("state/user")
        self.manager = next(one for one in users if one["role"] == "manager")
        self.technician = next(one for one in users if one["role"] == "provider")
        names = {
            "UserName": "username",
            "Secret": "secret",
            "ApiIntegrationCode": "integration_code",
        }
        headers = {header: self.autotask[name] for header, name in names.items()}
        url = f"{self.autotask['url']}V1.0/Tickets/entityInformation/fields"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            fields = json.load(answer)["fields"]
        self.labels = {
            one["name"]: {value["label"]: int(value["value"]) for value in one["picklistValues"]}
            for one in fields
            if one["name"] in {"status", "queueID", "issueType"}
        }


def name_of(user: dict[str, Any]) -> str:
    """Return the whole name of somebody at Field Nation."""
    return f"{user['first_name']} {user['last_name']}"
