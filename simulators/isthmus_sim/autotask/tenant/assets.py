"""Products of the price list and the configuration items customers run."""

from datetime import timedelta
from typing import Any

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, OWN_COMPANY, SCALE, Build, money
from isthmus_sim.autotask.tenant.companies import CANCELLED, CUSTOMER, VENDOR, Firm
from isthmus_sim.autotask.tenant.reference import FIRST_PRODUCT_CODE
from isthmus_sim.autotask.tenant.shapes import UdfDefinition
from isthmus_sim.autotask.tenant.staff import Staff
from isthmus_sim.autotask.tenant.udfs import values
from isthmus_sim.autotask.tenant.words_goods import PRODUCTS
from isthmus_sim.autotask.tenant.worktime import date_text

TYPE = 29_682_900
WORKSTATION, SERVER, APPLIANCE, FIREWALL, DOMAIN, CERTIFICATE, PRINTER = range(1, 8)
PRODUCT_OF = {
    WORKSTATION: (0, 1, 2, 3), SERVER: (4, 5), APPLIANCE: (6,), FIREWALL: (7, 8), DOMAIN: (14,),
    CERTIFICATE: (13,), PRINTER: (11,),
}  # fmt: skip
NAMES = ("?", "WS", "SRV", "BDR", "FW", "DOM", "SSL", "PRN")
RMM_KINDS = {WORKSTATION, SERVER}


def add_products(build: Build, firms: list[Firm], udfs: list[UdfDefinition]) -> list[int]:
    """Add the products; returns their ids. Products carry no change date at all."""
    rng = build.fork("products")
    vendors = [firm.id for firm in firms if firm.kind == VENDOR]
    found = []
    for number, (name, maker, category, cost, price) in enumerate(PRODUCTS):
        vendor = rng.choice(vendors) if vendors else None
        product = build.add(
            "Products", name=name, manufacturerName=maker, manufacturerProductName=name[:50],
            productCategory=29_682_890 + category, unitCost=round(cost * SCALE),
            unitPrice=money(price), msrp=money(price * 1.1), isActive=int(category < 7),
            isSerialized=int(category < 4), isEligibleForRma=int(category < 5), periodType=1,
            billingType=1, priceCostMethod=1, productBillingCodeID=FIRST_PRODUCT_CODE,
            chargeBillingCodeID=FIRST_PRODUCT_CODE, createdByResourceID=ADMINISTRATOR,
            createdTime=build.time.text(1000 + number * 2000), defaultVendorID=vendor,
            description=f"{maker} {name}\nPrice list of this year.", sku=f"P{number:04d}",
            vendorProductNumber=f"{maker[:3].upper()}-{rng.randrange(10**6)}", link=None,
            doesNotRequireProcurement=int(category == 5), internalProductID=f"INT-{number}",
            externalProductID=f"00{number}" if number % 3 == 0 else None,
            defaultInstalledProductCategoryID=2, markupRate=round((price / cost - 1) * 100 * SCALE),
            **values(rng, udfs),
        )  # fmt: skip
        found.append(product)
        if vendor is not None:
            build.add("ProductVendors", productID=product, vendorID=vendor, isActive=1, isDefault=1,
                      vendorCost=round(cost * SCALE), vendorPartNumber=f"V-{number}")  # fmt: skip
    return found


class Items:
    """Adds configuration items: devices with audit data, appliances, domains, certificates."""

    def __init__(self, build: Build, products: list[int], crew: list[Staff],
                 udfs: list[UdfDefinition]) -> None:  # fmt: skip
        self.build = build
        self.rng = build.fork("items")
        self.products = products
        self.crew = crew
        self.udfs = udfs
        self.service = build.ids("Services")[0]
        self.vendor: int | None = None

    def add_all(self, firms: list[Firm]) -> None:
        """Equip every customer by its size."""
        self.vendor = next((firm.id for firm in firms if firm.kind == VENDOR), None)
        for firm in firms:
            if firm.kind not in {CUSTOMER, CANCELLED}:
                continue
            kinds = [WORKSTATION] * max(1, firm.size * 4 // 5) + [PRINTER] * (1 + firm.size // 20)
            kinds += [SERVER] * (firm.size // 12) + [FIREWALL] * len(firm.places) + [DOMAIN]
            kinds += [APPLIANCE] * int(firm.size > 20) + [CERTIFICATE] * int(firm.size > 10)
            if firm.id == OWN_COMPANY:
                kinds += [APPLIANCE, CERTIFICATE, SERVER]
            host: int | None = None
            for number, kind in enumerate(kinds):
                host = self._item(firm, kind, number, host)

    def _item(self, firm: Firm, kind: int, number: int, parent: int | None) -> int:
        build, rng, time = self.build, self.rng, self.build.time
        stem = "".join(c for c in firm.name.upper() if c.isascii() and c.isalpha())[:4]
        name = f"{stem}-{NAMES[kind]}{number:02d}"
        made = time.snap(rng.randrange(900, time.now - 3000), rng.getrandbits(7))
        changed = rng.randrange(made, time.now)
        installed = time.dates[made // 1440]
        contact = rng.choice(firm.people)
        month = time.months[made // 1440]
        contract, service, bundle, level = firm.cover[month] if firm.cover else (None,) * 4
        row: dict[str, Any] = {
            "companyID": firm.id, "companyLocationID": rng.choice(firm.places), "isActive":
            int(rng.random() < 0.9), "configurationItemCategoryID": 2 if kind < DOMAIN else 4,
            "configurationItemType": TYPE + kind, "productID": self.products[rng.choice(
                PRODUCT_OF[kind])], "referenceTitle": name, "referenceNumber": f"{number:05d}",
            "contactID": contact[0] if kind == WORKSTATION else None, "contractID": contract,
            "contractServiceID": service if kind in RMM_KINDS else None,
            "contractServiceBundleID": bundle if kind == SERVER else None,
            "serviceLevelAgreementID": level, "createDate": time.text(made, "07.290Z"),
            "createdByPersonID": ADMINISTRATOR if kind in RMM_KINDS else rng.choice(self.crew).id,
            "lastModifiedTime": time.text(changed, "52.640Z"), "lastActivityPersonType": 1,
            "lastActivityPersonID": rng.choice(self.crew).id, "installDate": date_text(installed),
            "installedByID": rng.choice(self.crew).id, "warrantyExpirationDate": date_text(
                installed + timedelta(days=1095)), "serialNumber": f"{rng.getrandbits(40):010X}",
            "location": rng.choice(("Server room", "Front desk", "Room 204", None)),
            "notes": None if rng.random() < 0.8 else "Replaced under warranty.\nOld unit returned.",
            "parentConfigurationItemID": parent if kind == PRINTER else None,
            "dailyCost": 0, "hourlyCost": 0, "monthlyCost": money(rng.randrange(0, 90)),
            "perUseCost": 0, "setupFee": 0, "numberOfUsers": SCALE,
            "installedByContactID": contact[0] if rng.random() < 0.02 else None,
            "sourceChargeID": 1 + number if kind == FIREWALL else None,
            "sourceChargeType": 1 if kind == FIREWALL else None,
            **values(rng, self.udfs),
        }  # fmt: skip
        extra = {DOMAIN: self._domain, CERTIFICATE: self._certificate, APPLIANCE: self._appliance}
        if kind in RMM_KINDS:
            row |= self._audit(kind, name, contact[2])
        elif kind in extra:
            row |= extra[kind](firm)
        item = build.add("ConfigurationItems", **row)
        if kind in RMM_KINDS:
            firm.items.append((item, name))
        return item

    def _audit(self, kind: int, name: str, user: str) -> dict[str, Any]:
        rng = self.rng
        address = f"10.{rng.randrange(9)}.{rng.randrange(255)}.{rng.randrange(2, 250)}"
        uid = f"{rng.getrandbits(128):032x}"
        found: dict[str, Any] = {
            f"rmmDeviceAudit{field}ID": 1 + rng.randrange(choices)
            for field, choices in (
                ("AntivirusStatus", 4), ("Architecture", 3), ("BackupStatus", 3),
                ("DisplayAdaptor", 3), ("Domain", 3), ("Manufacturer", 4), ("Firmware", 3),
                ("Model", 4), ("Motherboard", 3), ("PatchStatus", 4), ("Processor", 3),
                ("ServicePack", 2), ("SoftwareStatus", 2), ("MobileNetworkOperator", 2),
            )
        }  # fmt: skip
        return found | {
            "rmmDeviceAuditDeviceTypeID": 2 if kind == WORKSTATION else 4, "apiVendorID": 1,
            "rmmDeviceAuditDescription": name.lower(), "rmmDeviceAuditHostname": name,
            "rmmDeviceAuditIPAddress": address, "rmmDeviceAuditExternalIPAddress": "203.0.113.9",
            "rmmDeviceAuditLastUser": user[:50],
            "rmmDeviceAuditMacAddress": ":".join(f"{rng.randrange(256):02X}" for _ in range(6)),
            "rmmDeviceAuditMemoryBytes": rng.choice((8, 16, 32, 64)) * 2**30,
            "rmmDeviceAuditStorageBytes": rng.choice((256, 512, 2000)) * 10**9,
            "rmmDeviceAuditMissingPatchCount": rng.randrange(12), "rmmOpenAlertCount":
            rng.randrange(3), "rmmDeviceAuditOperatingSystem": "Microsoft Windows 11 Pro 10.0.22631"
            if kind == WORKSTATION else "Microsoft Windows Server 2022",
            "rmmDeviceAuditSNMPContact": None if kind == WORKSTATION else "noc@example",
            "rmmDeviceAuditSNMPLocation": None if kind == WORKSTATION else "rack 1",
            "rmmDeviceAuditSNMPName": None if kind == WORKSTATION else name,
            "rmmDeviceAuditMobileNumber": "+15185550100" if rng.random() < 0.05 else None,
            "rmmDeviceID": rng.getrandbits(44), "rmmIsInMaintenanceMode": int(rng.random() < 0.02),
            "rmmDeviceUID": f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}",
            "rmmIsMobileDeviceManagementEnrolled": int(rng.random() < 0.2),
            "rmmDeviceUrl": f"https://rmm.example/device/{uid[:12]}",
            "rmmVsaxDeviceID": uid[:16] if rng.random() < 0.1 else None,
            "deviceNetworkingID": f"net-{uid[:6]}" if rng.random() < 0.1 else None,
            "impersonatorCreatorResourceID": ADMINISTRATOR if rng.random() < 0.02 else None,
        }  # fmt: skip

    def _appliance(self, firm: Firm) -> dict[str, Any]:
        rng, time = self.rng, self.build.time
        used = rng.randrange(10**8, 3 * 10**9)
        return {
            "apiVendorID": 2, "dattoAvailableKilobytes": 4 * 10**9 - used, "dattoUsedKilobytes":
            used, "dattoProtectedKilobytes": used // 2, "dattoDeviceMemoryMegabytes": 32_768,
            "dattoDrivesErrors": int(rng.random() < 0.1), "dattoHostname": f"bdr.{firm.domain}",
            "dattoInternalIP": "10.0.0.9", "dattoRemoteIP": "198.51.100.7", "dattoKernelVersionID":
            1 + rng.randrange(3), "dattoOSVersionID": 1 + rng.randrange(3), "dattoZFSVersionID": 1,
            "dattoLastCheckInDateTime": time.text(time.now - rng.randrange(2000), "03.000Z"),
            "dattoNICSpeedKilobitsPerSecond": 1_000_000, "dattoNumberOfAgents": rng.randrange(9),
            "dattoNumberOfDrives": 4, "dattoNumberOfVolumes": rng.randrange(12),
            "dattoOffsiteUsedBytes": used * 700, "dattoPercentageUsed": used * 25 // 10_000,
            "dattoSerialNumber": f"{rng.getrandbits(48):012x}", "dattoUptimeSeconds":
            rng.randrange(10**7), "serviceID": self.service,
            "vendorID": self.vendor,
        }  # fmt: skip

    def _domain(self, firm: Firm) -> dict[str, Any]:
        year = self.rng.randrange(2005, 2022)
        return {
            "domain": firm.domain, "domainRegistrarID": 1, "domainRegistrationDateTime":
            f"{year}-04-11T09:00:00.000Z", "domainLastUpdatedDateTime": "2025-04-02T09:00:00.000Z",
            "domainExpirationDateTime": "2027-04-11T09:00:00.000Z",
        }  # fmt: skip

    def _certificate(self, firm: Firm) -> dict[str, Any]:
        return {
            "sslSource": "Discovered", "sslCommonName": f"*.{firm.domain}", "sslValidFromDateTime":
            "2025-09-01T00:00:00.000Z", "sslValidUntilDateTime": "2026-09-30T23:59:59.000Z",
            "sslIssuedBy": "Sectigo RSA Domain Validation", "sslOrganization": firm.name,
            "sslOrganizationUnit": "IT", "sslLocation": "US", "sslSerialNumber":
            f"{self.rng.getrandbits(120):030X}", "sslSignatureAlgorithm": "sha256RSA",
        }  # fmt: skip
