"""Makes an account from a seed: company, people, projects, templates, fields, places."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account import words
from isthmus_sim.fieldnation.account.ground import Account
from isthmus_sim.fieldnation.account.templates import add_templates
from isthmus_sim.fieldnation.account.zones import STATES
from isthmus_sim.fieldnation.base.ids import FIRST_IDS
from isthmus_sim.fieldnation.base.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus_sim.fieldnation.store.store import Store

MANAGERS = 3
PROVIDERS = 20


def build(store: Store, seed: int, environment: str) -> Account:
    """
    Fill an empty store.

    The same seed and environment give the same account; another environment has the same
    names under other ids.
    """
    with store.transaction():
        for kind, first in FIRST_IDS[environment].items():
            store.start_ids(kind, first)
        maker = _Maker(store, seed)
        maker.people()
        maker.lists()
        maker.fields()
        maker.places()
        add_templates(store)
    return _account(store, seed, environment)


def account_of(store: Store) -> Account:
    """Give the account a store was filled with."""
    return Account(**store.meta_get("account"))


class _Maker:
    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(f"field nation {seed}")  # noqa: S311 - a seed is the point
        self.made = utc_text(store.now())

    def add(self, kind: str, doc: dict[str, Any], ids: str = "") -> int:
        number = self.store.next_id(ids or kind)
        self.store.put(kind, number, {"id": number, **doc})
        return number

    def people(self) -> None:
        company = self.chance.choice(words.COMPANIES)
        self.add("company", {"name": company, "features": []})
        names = [(f, last) for f in words.FIRST_NAMES for last in words.LAST_NAMES]
        drawn = self.chance.sample(names, MANAGERS + PROVIDERS)
        domain = company.lower().replace(" ", "") + ".example"
        self.add("user", self._person(("API", "Integration"), domain, "api"), "manager")
        for name in drawn[:MANAGERS]:
            self.add("user", self._person(name, domain, "manager"), "manager")
        for name in drawn[MANAGERS:]:
            self.add("user", self._person(name, "technician.example", "provider"), "provider")

    def _person(self, name: tuple[str, str], domain: str, role: str) -> dict[str, Any]:
        address, city, state, code = self.chance.choice(words.PLACES)
        number = f"{self.chance.randint(200, 989)}-555-{self.chance.randint(100, 9999):04d}"
        return {
            "first_name": name[0],
            "last_name": name[1],
            "email": f"{name[0]}.{name[1]}@{domain}".lower(),
            "phone": number,
            "role": role,
            "address": address,
            "city": city,
            "state": state,
            "zip": code,
            "country": "US",
        }

    def lists(self) -> None:
        for name in words.CLIENTS:
            self.add("client", self._client(name))
        managers = [u["id"] for u in self.store.each("user") if u["role"] == "manager"]
        clients = [c["id"] for c in self.store.each("client")]
        for name in words.PROJECTS:
            self.add(
                "project",
                {
                    "name": name,
                    "status": "active",
                    "client_id": self.chance.choice(clients),
                    "manager_id": self.chance.choice(managers),
                },
            )
        for name, services in words.TYPES_OF_WORK.items():
            kind = self.add("type_of_work", {"name": name, "industry_id": 1, "industry": "IT"})
            for service in services:
                self.add("service_type", {"name": service, "type_of_work_id": kind})
        for label, color in words.TAGS:
            self.add("tag", {"label": label, "hex_color": color, "types": ["custom_company"]})
        for label, travel, kind_of in words.EXPENSES:
            self.add("expense", {"label": label, "is_travel": travel, "type": kind_of})
        self._money()
        self._circles()

    def _client(self, name: str) -> dict[str, Any]:
        address, city, state, code = self.chance.choice(words.PLACES)
        return {
            "name": name,
            "address_1": address,
            "city": city,
            "state": state,
            "zip": code,
            "country": "US",
            "created": self.made,
        }

    def _money(self) -> None:
        for kind, rows in (("bonus", words.BONUSES), ("penalty", words.PENALTIES)):
            for name, how, modifier in rows:
                self.add(kind, {"name": name, "type": how, "modifier": modifier})
        for label in words.INCOMPLETE_REASONS:
            self.add("incomplete_reason", {"label": label}, "reason")
        for action, labels in words.REVISIT_REASONS.items():
            for label in labels:
                self.add("revisit_reason", {"name": label, "action_type": action}, "reason")

    def _circles(self) -> None:
        providers = [u["id"] for u in self.store.each("user") if u["role"] == "provider"]
        for name, kind in words.NETWORKS:
            self.add("network", {"name": name, "type": kind})
        for name in words.POOLS:
            members = sorted(self.chance.sample(providers, 6))
            self.add("pool", {"name": name, "users": members})

    def fields(self) -> None:
        groups = {
            role: self.add("custom_field_group", {"name": name, "role": role})
            for role, name in (("buyer", "Buyer"), ("assigned_provider", "Assigned provider"))
        }
        for order, (name, role, kind, flags, options) in enumerate(words.CUSTOM_FIELDS, 1):
            self.add(
                "custom_field",
                {
                    "name": name,
                    "role": role,
                    "type": kind,
                    "flags": list(flags),
                    "options": list(options),
                    "group_id": groups[role],
                    "order": order,
                },
            )

    def places(self) -> None:
        group = self.add("location_group", {"name": "Stores"})
        clients = [c["id"] for c in self.store.each("client")]
        for number, place in enumerate(words.PLACES, 101):
            self.add("location", _place(place, f"Store {number}", group, clients[number % 4]))


def _place(place: Sequence[str], name: str, group: int, client: int) -> dict[str, Any]:
    address, city, state, code = place
    zone, latitude, longitude = STATES[state]
    return {
        "name": name,
        "display_name": f"{name} {city}",
        "address1": address,
        "address2": "",
        "city": city,
        "state": state,
        "zip": code,
        "country": "US",
        "type_id": 1,
        "group_id": group,
        "client_id": client,
        "contact": {"name": "Shift Manager", "phone": "612-555-0100"},
        "zone": zone,
        "latitude": latitude,
        "longitude": longitude,
    }


def _account(store: Store, seed: int, environment: str) -> Account:
    company = store.each("company")[0]
    user = next(u for u in store.each("user") if u["role"] == "api")
    account = {
        "company_id": company["id"],
        "company_name": company["name"],
        "user_id": user["id"],
        "username": user["email"],
        "password": f"password-{seed}-{environment}",
        "client_id": f"client-{seed}-{environment}",
        "client_secret": f"client-secret-{seed}-{environment}",
    }
    store.meta_set("account", account)
    return Account(**account)
