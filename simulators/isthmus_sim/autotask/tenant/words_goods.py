"""What the MSP sells: services, bundles, products, kinds of configuration items."""

# name, price, cost, counted per ("seat", "device", "server", "site", "mailbox"), share of customers
SERVICES = (
    ("Managed Workstation", 62.0, 14.5, "device", 90),
    ("Managed Server", 185.0, 41.0, "server", 70),
    ("Managed Network", 240.0, 55.0, "site", 60),
    ("Microsoft 365 Business Premium", 26.4, 22.0, "mailbox", 75),
    ("Cloud Backup per Server", 149.99, 61.3333, "server", 50),
    ("Email Security", 4.1, 1.85, "mailbox", 45),
    ("Endpoint Detection & Response", 8.3333, 3.1, "device", 55),
    ("Unlimited Remote Support", 95.0, 0.0, "seat", 30),
    ("vCIO Hours", 400.0, 0.0, "site", 15),
    ("Domain & DNS Hosting", 3.5, 1.2, "site", 40),
    ("Security Awareness Training", 2.25, 0.95, "mailbox", 20),
    ("Hosted VoIP Seat", 24.95, 11.1, "seat", 18),
    ("Mobile Device Management", 5.0, 2.0, "device", 12),
    ("Legacy Antivirus", 3.0, 1.0, "device", 0),
)
BUNDLES = (
    ("Complete Care per User", (0, 3, 5, 6)),
    ("Server Care", (1, 4)),
)

# name, maker, category code suffix, cost, price, recurring
PRODUCTS = (
    ('Latitude 5440 14" i5 16GB/512GB', "Dell Technologies", 1, 912.5, 1149.0),
    ("ThinkPad T14 Gen 5", "Lenovo", 1, 1020.0, 1299.0),
    ("OptiPlex Micro 7020", "Dell Technologies", 1, 640.0, 829.0),
    ('MacBook Pro 14" M3', "Apple", 1, 1720.0, 1999.0),
    ("PowerEdge R550 Server", "Dell Technologies", 2, 4850.0, 6200.0),
    ("PowerEdge T350 Server", "Dell Technologies", 2, 2610.0, 3400.0),
    ("BCDR Appliance 4 TB", "Datto", 2, 1899.0, 2499.0),
    ("MX68 Firewall", "Cisco Meraki", 3, 410.0, 595.0),
    ("FortiGate 60F", "Fortinet", 3, 478.0, 649.0),
    ("Switch 48 PoE", "Ubiquiti", 3, 589.0, 799.0),
    ("U6 Pro Access Point", "Ubiquiti", 3, 129.0, 189.0),
    ("LaserJet Pro M404", "HP Inc.", 4, 219.0, 299.0),
    ("Windows Server CAL, device", "Microsoft", 5, 31.0, 42.0),
    ("SSL Certificate, 1 year", "Namecheap", 5, 12.88, 79.0),
    ("Domain registration, 1 year", "Namecheap", 5, 11.08, 25.0),
    ("Smart-UPS 1500", "APC by Schneider Electric", 6, 395.0, 529.0),
    ("Docking station WD19S", "Dell Technologies", 6, 152.3333, 219.0),
    ('27" monitor P2723D', "Dell Technologies", 6, 199.0, 279.0),
    ("Cat6 patch cable 3 m", "Monoprice", 6, 1.1, 4.5),
    ("Fax modem 56k", "US Robotics", 7, 40.0, 65.0),
)

PROJECT_NAMES = (
    "Microsoft 365 Migration", "Firewall Replacement", "Office Move", "Server Refresh",
    "Windows 11 Rollout", "Wi-Fi Upgrade", "Security Assessment", "Phone System Cutover",
    "Backup Redesign", "Onboarding", "Workstation Refresh", "Cabling North Wing",
)  # fmt: skip
PHASES = ("Discovery", "Design", "Implementation", "Cutover", "Close-out")
TASK_NAMES = (
    "Kick-off meeting", "Site survey", "Order hardware", "Document current state",
    "Build server", "Configure firewall rules", "Migrate mailboxes batch 1",
    "Migrate mailboxes batch 2", "Move file shares", "Test restore", "Train users",
    "Update DNS", "Install access points", "Label cables", "Decommission old server",
    "Write documentation", "Customer acceptance", "Post-cutover support",
)  # fmt: skip
