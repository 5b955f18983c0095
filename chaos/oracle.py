"""
What the warehouse must hold, worked out from the simulator's raw rows and nothing of the product.

It shares no code with Isthmus on purpose: the rules of the contract are written here a second
time, row by row in plain Python, so that a mistake in one place shows as a difference.
"""

import json
import re
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

DATASETS = (
    "Companies",
    "Contacts",
    "ConfigurationItems",
    "Resources",
    "Tickets",
    "ServiceCalls",
    "TimeEntries",
    "ServiceCallTasks",
    "ServiceCallTaskResources",
    "ServiceCallTickets",
    "ServiceCallTicketResources",
    "Projects",
    "Tasks",
    "Contracts",
    "ContractMilestones",
    "Services",
    "Products",
    "Invoices",
    "ContractRates",
    "ContractServiceBundles",
    "ContractServices",
    "ContractServiceUnits",
)

UNDECLARED = {
    ("Products", "createdByResourceID"): "Resource",
    ("TimeEntries", "creatorUserID"): "Resource",
    ("TimeEntries", "lastModifiedUserID"): "Resource",
    ("ServiceCalls", "creatorResourceID"): "Resource",
    ("ServiceCalls", "canceledByResourceID"): "Resource",
}
"""References that the vendor's metadata does not declare although they are ones."""

TAKEN_OVER: dict[str, dict[str, tuple[str, str, str]]] = {
    "ContractServices": {
        "serviceName": ("serviceID", "Services", "name"),
        "servicePeriodType": ("serviceID", "Services", "periodType"),
    },
    "ContractServiceUnits": {
        "unitPrice": ("contractServiceID", "ContractServices", "unitPrice"),
        "serviceName": ("serviceID", "Services", "name"),
        "servicePeriodType": ("serviceID", "Services", "periodType"),
    },
    "ServiceCallTasks": {
        name: ("taskID", "Tasks", name)
        for name in (
            "assignedResourceID",
            "taskNumber",
            "title",
            "assignedResourceUserName",
            "assignedResourceFullName",
        )
    },
    "ServiceCallTickets": {
        name: ("ticketID", "Tickets", name)
        for name in (
            "assignedResourceID",
            "ticketNumber",
            "title",
            "assignedResourceUserName",
            "assignedResourceFullName",
        )
    },
    "ServiceCallTaskResources": {
        "serviceCallID": ("serviceCallTaskID", "ServiceCallTasks", "serviceCallID"),
        "taskID": ("serviceCallTaskID", "ServiceCallTasks", "taskID"),
    },
    "ServiceCallTicketResources": {
        "serviceCallID": ("serviceCallTicketID", "ServiceCallTickets", "serviceCallID"),
        "ticketID": ("serviceCallTicketID", "ServiceCallTickets", "ticketID"),
    },
}
"""dataset -> column -> (own reference, other dataset, its column)."""


@dataclass
class Source:
    """The simulator as a stranger sees it: two HTTP doors."""

    url: str
    admin_url: str
    headers: Mapping[str, str]

    def admin(self, method: str, path: str, body: object | None = None) -> Any:
        """Call the simulator's own door."""
        return self._call(method, self.admin_url.rstrip("/") + "/" + path, body, {})

    def metadata(self, collection: str, what: str) -> list[Row]:
        """Ask for the fields of a collection as any client would."""
        path = f"{self.url.rstrip('/')}/V1.0/{collection}/entityInformation/{what}"
        answer = self._call("GET", path, None, self.headers)
        fields: list[Row] = answer["fields"]
        return fields

    def _call(self, method: str, url: str, body: object | None, headers: Mapping[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            url, data, {"Content-Type": "application/json", **headers}, method=method
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text, parse_float=Decimal) if text else None


@dataclass
class Tables:
    """The expected tables: dataset -> id -> column (lower case) -> value."""

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)


def expected_tables(source: Source, datasets: Iterable[str] = DATASETS) -> Tables:
    """Work out every row and column of the datasets, from raw rows and metadata."""
    tables = Tables()
    metadata: dict[str, list[Row]] = {}
    for dataset in datasets:
        fields = source.metadata(dataset, "fields")
        udfs = source.metadata(dataset, "userDefinedFields")
        metadata[dataset] = fields
        records = source.admin("GET", f"state/{dataset}")
        names = _udf_columns(udfs)
        tables.rows[dataset] = {
            record["id"]: _plain_row(record, fields, udfs, names) for record in records
        }
    for dataset in datasets:
        _add_names(dataset, metadata[dataset], tables)
    for dataset in datasets:
        _take_over(dataset, tables)
    for dataset, rows in tables.rows.items():
        first: Row = next(iter(rows.values()), {})
        tables.columns[dataset] = sorted(first)
    return tables


def _plain_row(record: Row, fields: list[Row], udfs: list[Row], names: Mapping[str, str]) -> Row:
    row: Row = {}
    held = {name.lower(): value for name, value in record.items()}
    for described in fields:
        name = described["name"].lower()
        raw = held.get(name)
        value = _typed(raw, described["dataType"])
        if described["isPickList"]:
            row[name] = _label(raw, described["picklistValues"])
            row[name + "_code"] = value
        else:
            row[name] = value
    values = {u["name"]: u["value"] for u in record.get("userDefinedFields") or []}
    for udf in udfs:
        column = names[udf["name"]]
        raw = values.get(udf["name"])
        if udf["isPickList"]:
            row[column] = _udf_label(raw, udf)
            row[column + "_code"] = _text(raw)
        else:
            row[column] = _typed(raw, _UDF_TYPES.get(str(udf["type"]).lower(), "string"))
    return row


_UDF_TYPES = {
    "integer": "decimal",
    "numeric": "decimal",
    "number": "decimal",
    "decimal": "decimal",
    "double": "decimal",
    "datetime": "datetime",
    "date": "datetime",
}


def _typed(raw: Any, data_type: str) -> Any:
    if raw is None:
        return None
    word = data_type.lower()
    if word == "datetime":
        return _moment(raw)
    if word in {"decimal", "double"}:
        return Decimal(str(raw).strip()) if str(raw).strip() else None
    if word == "string":
        return _text(raw)
    return raw


def _moment(raw: str) -> datetime | None:
    """Read 0 to 7 fraction digits, with or without a Z; no zone means UTC."""
    if not raw.strip():
        return None
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z?)?", raw.strip())
    if found is None:
        return raw  # type: ignore[return-value]
    day, clock, fraction = found.groups()
    moment = datetime.strptime(f"{day} {clock or '00:00:00'}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    micro = int(((fraction or "") + "000000")[:6])
    return moment.replace(tzinfo=UTC) + timedelta(microseconds=micro)


def _text(raw: Any) -> str | None:
    if raw is None:
        return None
    return re.sub("[\ud800-\udfff]", "\ufffd", str(raw).replace("\x00", ""))


def _label(raw: Any, values: list[Row] | None) -> str | None:
    if raw is None:
        return None
    for entry in values or []:
        if entry["value"] == str(raw):
            return _text(entry["label"])
    return _text(raw)


def _udf_label(raw: Any, udf: Row) -> str | None:
    """Label a value that is known as a whole; else each of the parts between its commas."""
    values = udf["picklistValues"]
    if raw is None or any(entry["value"] == str(raw) for entry in values or []):
        return _label(raw, values)
    return ", ".join(str(_label(part.strip(), values)) for part in str(raw).split(","))


def _udf_columns(udfs: list[Row]) -> dict[str, str]:
    """Name the columns: what is no ASCII letter, digit or underscore becomes an underscore."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for udf in udfs:
        stem = ("udf_" + re.sub(r"[^A-Za-z0-9]+", "_", udf["name"]).strip("_")).lower()[:63]
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem[: 63 - len(f'_{number}')]}_{number}", number + 1
        taken.add(name)
        if udf["isPickList"]:
            taken.add(name + "_code")
        names[udf["name"]] = name
    return names


def _add_names(dataset: str, fields: list[Row], tables: Tables) -> None:
    """Put a name beside every reference to a company or a resource."""
    for described in fields:
        legacy = UNDECLARED.get((dataset, described["name"])) or described["referenceEntityType"]
        if legacy not in {"Account", "Company", "Resource"} or described["isPickList"]:
            continue
        key = described["name"].lower()
        stem = re.sub("id$", "", key)
        for row in tables.rows[dataset].values():
            if legacy == "Resource":
                _add_person(row, key, re.sub("user$", "", stem), tables.rows["Resources"])
            else:
                company = tables.rows["Companies"].get(row[key], {})
                row[stem + "name"] = company.get("companyname")


def _add_person(row: Row, key: str, stem: str, resources: dict[int, Row]) -> None:
    person = resources.get(row[key], {})
    parts = [person.get("firstname"), person.get("lastname")]
    row[stem + "username"] = person.get("username")
    row[stem + "fullname"] = " ".join(part for part in parts if part is not None) or None


def _take_over(dataset: str, tables: Tables) -> None:
    for column, (key, other, source) in TAKEN_OVER.get(dataset, {}).items():
        for row in tables.rows[dataset].values():
            referred = tables.rows[other].get(row[key.lower()], {})
            row[column.lower()] = referred.get(source.lower())


def differences(
    expected: Tables, dataset: str, columns: list[str], rows: Iterable[tuple[Any, ...]]
) -> list[str]:
    """
    Compare one table of the warehouse with what it must hold.

    Args: columns, rows: `select *` of the table, in any order.
    Returns: a sentence per difference, at most twenty; none when all is equal.
    """
    names = [name.lower() for name in columns]
    wanted = dict(expected.rows[dataset])
    found: list[str] = []
    missing = set(expected.columns[dataset]) - set(names)
    if missing:
        found.append(f"{dataset}: no column {sorted(missing)}")
    for values in rows:
        row = dict(zip(names, values, strict=True))
        due = wanted.pop(row["id"], None)
        if due is None:
            found.append(f"{dataset} {row['id']}: should not be there")
            continue
        found += _row_differences(dataset, due, row)
        if len(found) >= 20:
            return found[:20]
    return [*found, *(f"{dataset} {known}: is missing" for known in list(wanted)[:20])][:20]


def _row_differences(dataset: str, due: Row, row: Row) -> Iterable[str]:
    for name, value in row.items():
        if name.startswith("_"):
            continue
        if not _same(due.get(name), value):
            yield f"{dataset} {due['id']}.{name}: expected {due.get(name)!r:.90}, is {value!r:.90}"


def _same(due: Any, value: Any) -> bool:
    if isinstance(due, Decimal) and isinstance(value, str):
        return due == Decimal(value)
    if isinstance(due, datetime) and isinstance(value, str):
        return due == _moment(value)
    if isinstance(due, str) and isinstance(value, datetime | Decimal | int):
        return str(value) == due
    return bool(due == value) and isinstance(due, bool) == isinstance(value, bool)
