"""The words an account is made of. All invented."""

FIRST_NAMES = (
    "Ada", "Boris", "Carmen", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Kira", "Luis", "Mona", "Nadia", "Oscar", "Priya", "Quinn", "Rosa", "Stefan", "Tara",
    "Uma", "Victor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brandt", "Castillo", "Dunn", "Ericsson", "Flores", "Grant", "Hale", "Ibarra",
    "Jensen", "Keller", "Lund", "Moreno", "Novak", "Okafor", "Pruitt", "Reyes", "Sato", "Thorne",
    "Ueda", "Vance", "Walsh", "Young", "Zimmer",
)  # fmt: skip
COMPANIES = ("Northgate Managed IT", "Bluewater Tech Services", "Ridgeline Networks")
CLIENTS = ("Corner Coffee Roasters", "Lakeside Dental Group", "Summit Outfitters", "Metro Books")
PROJECTS = ("Store Refresh", "Break/Fix", "Network Rollout", "Point of Sale Upgrade")

PLACES = (
    ("100 Main St", "Minneapolis", "MN", "55401"), ("22 Harbor Way", "Boston", "MA", "02110"),
    ("815 Mission St", "San Francisco", "CA", "94103"),
    ("40 Peachtree St", "Atlanta", "GA", "30303"),
    ("7 Congress Ave", "Austin", "TX", "78701"), ("310 Pine St", "Seattle", "WA", "98101"),
    ("1600 Larimer St", "Denver", "CO", "80202"), ("55 Camelback Rd", "Phoenix", "AZ", "85012"),
)  # fmt: skip

TYPES_OF_WORK: dict[str, tuple[str, ...]] = {
    "General Networking": ("Router", "Switch", "Wireless Access Point", "Firewall"),
    "Desktop and Laptop": ("Imaging", "Hardware Replacement", "Migration"),
    "Point of Sale": ("Installation", "Repair", "Peripheral"),
    "Cabling - Low Voltage": ("Cat6 Run", "Patch Panel", "Toner Tracing"),
    "Printer": ("Maintenance", "Installation"),
    "Server": ("Rack and Stack", "Component Replacement"),
    "Site Survey": ("Wireless Survey", "Photo Audit"),
    "Telephony": ("VoIP Handset", "Cut-over"),
}

CUSTOM_FIELDS: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    # name, role, type, flags, options
    ("Autotask Ticket ID", "buyer", "text", ("unique", "internal_id", "included_in_alerts"), ()),
    ("Store Number", "buyer", "text", ("shown_in_header", "seen_by_provider"), ()),
    ("Priority", "buyer", "predefined", ("seen_by_provider",),
     ("Critical", "High", "Medium", "Low")),
    ("Purchase Order", "buyer", "text", ("seen_by_clients",), ()),
    ("Devices Expected", "buyer", "numeric", ("seen_by_provider",), ()),
    ("Bill By", "buyer", "date", (), ()),
    ("Serial Number Installed", "assigned_provider", "text", ("required",), ()),
    ("Serial Number Removed", "assigned_provider", "text", (), ()),
    ("Site Contact Phone", "assigned_provider", "phone", (), ()),
    ("Resolution", "assigned_provider", "predefined", ("required_during_checkin",),
     ("Fixed", "Replaced", "No fault found", "Needs revisit")),
    ("Isthmus ID", "buyer", "text", ("unique",), ()),
    ("Autotask Link", "buyer", "text", (), ()),
)  # fmt: skip

TAGS = (
    ("Urgent", "#d32f2f"), ("Parts on order", "#f57c00"), ("Needs review", "#1976d2"),
    ("Repeat visit", "#7b1fa2"), ("Client waiting", "#388e3c"),
)  # fmt: skip
EXPENSES = (
    ("Travel", True, "system"), ("Materials", False, "system"), ("Parking", True, "custom"),
    ("Shipping", False, "custom"), ("Other", False, "system"),
)  # fmt: skip
BONUSES = (("On Time Arrival", "Fixed", 15.0), ("Early Completion", "Percent", 5.0))
PENALTIES = (("Late Arrival", "Fixed", 20.0), ("Missing Deliverables", "Percent", 10.0))
INCOMPLETE_REASONS = ("Missing photos", "Missing signature", "Work not finished", "Wrong time log")
REVISIT_REASONS = {
    "revisit": ("Parts needed", "More time needed", "Site not ready"),
    "job_status": ("Provider did not finish", "Client cancelled on site"),
}
NETWORKS = (
    ("Marketplace", "marketplace"), ("Own staff", "employee"), ("Trusted partners", "contractor"),
)  # fmt: skip
POOLS = ("Preferred technicians", "Cabling crew")
