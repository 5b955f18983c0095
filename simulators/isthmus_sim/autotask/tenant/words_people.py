"""Names people and places bear: a vocabulary."""

FIRST_NAMES = (
    "Maria James Aisha Chen Priya Lukas Sofia Daniel Olivia Noah Emma Liam Ava Mateo Yuki Fatima "
    "Omar Ingrid Pavel Chloe Marcus Hannah Diego Nadia Ravi Elena Tomas Grace Kwame Leila Victor "
    "Anna Samuel Julia Henrik Amara Isaac Zoe Felix Camila Arjun Freya Malik Renata Owen Mei Jonas "
    "Carla Dmitri Naomi Patrick Selma Bruno Ruth Kenji Alma Theo Irene Hassan Linnea Rosa Walter "
    "Bridget Said Gwen Anton Vera Luis Monica Eli Petra Simon Tara Hugo Ines Caleb Dora Nils Maya"
).split()

LAST_NAMES = (
    "Okafor Nguyen Schmidt Garcia Patel Johansson Kowalski Rossi Tanaka Silva Haddad Murphy Weber "
    "Novak Fernandez Kim Larsen Dubois Ivanov Mensah Costa Bauer Lindqvist Cohen Moreau Yilmaz "
    "Anderson Brooks Carter Diaz Ellis Foster Gupta Hughes Iqbal Jensen Keller Lopez Mason Nash "
    "Ortiz Price Quinn Reyes Stone Turner Underwood Vargas Walsh Xu Young Zimmer Bell Cruz Dalton "
    "Emery Frost Grant Hale Irwin Joyce Knox Lane Marsh Noble Osei Park Ramos Sato Tran Ueda Vance "
    "Whitaker O'Brien Müller Núñez D'Angelo Björk Çelik Łukasik Vandenberg"
).split()

# city, state, postal code, telephone area, country id
CITIES = (
    ("Albany", "NY", "12207", "518", 237),
    ("Syracuse", "NY", "13202", "315", 237),
    ("Buffalo", "NY", "14202", "716", 237),
    ("Boston", "MA", "02110", "617", 237),
    ("Worcester", "MA", "01608", "508", 237),
    ("Hartford", "CT", "06103", "860", 237),
    ("Providence", "RI", "02903", "401", 237),
    ("Burlington", "VT", "05401", "802", 237),
    ("Manchester", "NH", "03101", "603", 237),
    ("Portland", "ME", "04101", "207", 237),
    ("Newark", "NJ", "07102", "973", 237),
    ("Philadelphia", "PA", "19103", "215", 237),
    ("Pittsburgh", "PA", "15222", "412", 237),
    ("Montréal", "QC", "H3B 1A7", "514", 40),
    ("Toronto", "ON", "M5H 2N2", "416", 40),
)

STREETS = (
    "Main Street;Washington Avenue;State Street;Broadway;Elm Street;Congress Street;Harbor Road;"
    "Mill Lane;Industrial Parkway;Commerce Drive;Maple Avenue;Church Street;Canal Street;"
    "Corporate Woods Boulevard;River Road;Market Square"
).split(";")

COMPANY_STEMS = (
    "Hudson Valley;Cedar Ridge;Northgate;Blue Heron;Ironwood;Lakeshore;Granite State;Old Mill;"
    "Summit;Harborview;Beacon;Stonebridge;Pine Hollow;Silver Birch;Evergreen;Liberty;Keystone;"
    "Riverside;Maplewood;Highland;Copper Kettle;Green Mountain;Windham;Fairhaven;Crestwood;"
    "Whitfield;Ashford;Bayside;Clearwater;Eastbrook;Foxglove;Glenwood;Hawthorne;Juniper;Kingsley;"
    "Langford;Meridian;Newbury;Orchard;Pemberton;Quarry Hill;Redstone;Saratoga;Thornton;Upland;"
    "Vanguard;Westfield;Yarrow;Zephyr;Amberly"
).split(";")

COMPANY_TRADES = (
    ("Dental Group", 1), ("Family Medicine", 1), ("Orthopedics", 1), ("Veterinary Clinic", 1),
    ("Law Offices", 2), ("& Sons Attorneys", 2), ("Accounting", 3), ("Wealth Advisors", 3),
    ("Credit Union", 3), ("Insurance Agency", 3), ("Manufacturing", 4), ("Precision Machining", 4),
    ("Plastics", 4), ("Construction", 5), ("Architects", 5), ("Engineering", 5), ("Brewing Co.", 6),
    ("Hospitality", 6), ("Foods", 6), ("Logistics", 7), ("Freight", 7), ("Charter School", 8),
    ("Academy", 8), ("Community Foundation", 9), ("Public Library", 9), ("Realty", 10),
    ("Property Management", 10), ("Design Studio", 11), ("Marketing", 11), ("Auto Group", 12),
)  # fmt: skip

COMPANY_ENDINGS = ("", "", ", Inc.", " LLC", " LLC", ", Inc.", " PC", " Ltd", " GmbH", " Corp.")

VENDORS = (
    "Dell Technologies;Microsoft;Lenovo;HP Inc.;Cisco Meraki;Fortinet;Datto;SentinelOne;Ingram "
    "Micro;TD SYNNEX;Pax8;Ubiquiti;Veeam;Proofpoint;Comcast Business;Verizon Business;APC by "
    "Schneider Electric;Apple;Synology;KnowBe4"
).split(";")

JOB_TITLES = (
    "Office Manager;Owner;Controller;Receptionist;Operations Manager;Accountant;Paralegal;Partner;"
    "HR Manager;Sales Representative;Warehouse Lead;Nurse;Teacher;Engineer;Project Manager;CFO;"
    "IT Coordinator;Marketing Manager;Administrative Assistant;Plant Manager"
).split(";")

# title, department id index, role index, queue index the person works in
STAFF_JOBS = (
    ("Help Desk Technician", 0, 0),
    ("Help Desk Technician", 0, 0),
    ("Systems Engineer", 0, 1),
    ("Help Desk Technician II", 0, 0),
    ("Senior Systems Engineer", 0, 2),
    ("Project Engineer", 1, 3),
    ("Network Engineer", 0, 1),
    ("Field Technician", 0, 4),
)
