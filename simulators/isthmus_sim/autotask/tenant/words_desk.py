"""What people write on tickets, notes and time entries: a vocabulary."""

from typing import NamedTuple


class Kind(NamedTuple):
    """
    One kind of ticket.

    `weight`: share. `queue`: index into QUEUES of picklists. `issue`, `sub`: picklist codes.
    `type`: ticketType. `sources`: picklist codes by turns. `title`: may hold {thing}.
    """

    weight: int
    queue: int
    issue: int
    sub: int
    type: int
    sources: tuple[int, ...]
    priority: int
    minutes: int
    title: str
    body: str


HUMAN = (2, 2, 4, 4, 4, -1, 5, 6)
MAIL = (4, 4, 4, -1, 2)
ALERT = (8,)

KINDS = (
    Kind(90, 0, 10, 101, 1, HUMAN, 2, 15, "Password reset for {person}",
         "User is locked out after too many attempts and cannot sign in."),
    Kind(60, 0, 10, 102, 1, HUMAN, 2, 20, "MFA prompt not arriving on {person}'s phone",
         "New phone, authenticator was not moved over. Please re-register."),
    Kind(80, 0, 11, 111, 2, HUMAN, 2, 30, "Outlook keeps asking for password ({host})",
         "Outlook asks for the password every few minutes. Webmail works."),
    Kind(45, 0, 11, 112, 2, MAIL, 2, 40, "Emails to {domain} bouncing",
         "We get a 550 5.7.1 back whenever we write to this customer."),
    Kind(40, 0, 11, 113, 1, MAIL, 3, 20, "Shared mailbox access for {person}",
         "Please give full access and send-as on the shared mailbox. Manager approved."),
    Kind(30, 1, 11, 114, 2, MAIL, 1, 45, "Suspicious email reported by {person}",
         "Somebody clicked the link before reporting it. Please check."),
    Kind(70, 0, 12, 121, 2, HUMAN, 3, 30, "Printer {printer} offline",
         "Nobody on the second floor can print. The display says it is ready."),
    Kind(25, 0, 12, 122, 2, HUMAN, 3, 35, "Scan to email stopped working on {printer}",
         "Scans fail with an authentication error since this morning."),
    Kind(55, 0, 13, 131, 2, HUMAN, 2, 40, "{host} very slow after login",
         "Takes ten minutes until anything opens. Restarted twice already."),
    Kind(40, 0, 13, 132, 2, HUMAN, 2, 60, "Blue screen on {host}",
         "Stops with a blue screen about twice a day, mostly in meetings."),
    Kind(35, 4, 13, 133, 1, MAIL, 3, 90, "New laptop setup for {person}",
         "Starting next Monday. Standard build plus the accounting package."),
    Kind(25, 0, 13, 134, 1, MAIL, 3, 30, "Second monitor not detected on {host}",
         "The docking station charges, but the screen stays black."),
    Kind(45, 1, 14, 141, 2, HUMAN, 1, 60, "No internet at {site}",
         "The whole office is down, phones too. Started ten minutes ago."),
    Kind(35, 0, 14, 142, 2, HUMAN, 2, 35, "VPN disconnects for {person}",
         "Drops every 20 minutes when working from home."),
    Kind(25, 1, 14, 143, 2, HUMAN, 2, 45, "Wi-Fi weak in {site} conference room",
         "Video calls freeze. Fine with a cable."),
    Kind(15, 1, 14, 144, 4, MAIL, 3, 60, "Open firewall port for {app}",
         "Vendor asks for TCP 8443 from their two addresses. Change window Thursday evening."),
    Kind(40, 1, 15, 151, 5, ALERT, 2, 25, "Disk space below 10% on {server}",
         "Drive C: has 8.4 GB of 120 GB left. Threshold 10 %."),
    Kind(45, 2, 15, 152, 5, ALERT, 2, 20, "Backup failed: {server}",
         "The nightly image failed with error 0x80042306. Last good one is two days old."),
    Kind(35, 2, 15, 153, 5, ALERT, 1, 20, "{server} offline",
         "The device has not checked in for 15 minutes."),
    Kind(25, 2, 15, 154, 5, ALERT, 3, 15, "Missing patches on {host}",
         "12 approved patches missing for more than 14 days."),
    Kind(12, 2, 15, 155, 5, ALERT, 1, 60, "Threat detected on {host}",
         "The agent quarantined a file in the downloads folder. Please confirm."),
    Kind(45, 0, 16, 161, 2, HUMAN, 2, 35, "{app} will not open for {person}",
         "Shows the logo and closes again. Colleagues are fine."),
    Kind(30, 0, 16, 162, 1, MAIL, 3, 30, "Install {app} for {person}",
         "License is already paid, see attached order."),
    Kind(20, 1, 16, 163, 2, HUMAN, 2, 60, "{app} database connection error",
         "Error 40 - could not open a connection. Started after the weekend."),
    Kind(35, 0, 17, 171, 1, MAIL, 2, 60, "New employee: {person}",
         "Please create accounts and mailbox, start date is in the subject line of the form."),
    Kind(30, 0, 17, 172, 1, MAIL, 1, 40, "Termination: {person}",
         "Disable at 5 pm today and forward mail to the manager."),
    Kind(20, 3, 18, 181, 1, MAIL, 3, 20, "Quote request: {thing}",
         "Could you send us a price for this? Budget is for this quarter."),
    Kind(10, 1, 18, 182, 3, HUMAN, 2, 90, "Recurring sync errors in {app}",
         "Fourth time this month; incidents are linked. We need the cause."),
    Kind(14, 5, 18, 183, 4, MAIL, 3, 60, "Change: firmware update at {site}",
         "Firewall and switches. Expected outage 15 minutes after hours."),
    Kind(18, 4, 13, 135, 1, HUMAN, 3, 75, "On-site visit {site}: move workstations",
         "Three desks move to the other room, cabling is there."),
)  # fmt: skip

APPS = [
    "QuickBooks",
    "Adobe Acrobat",
    "AutoCAD",
    "Sage 50",
    "Dentrix",
    "Clio",
    "Teams",
    "OneDrive",
    "SharePoint",
    "Chrome",
    "Zoom",
    "Salesforce",
    "SolidWorks",
    "Bluebeam",
    "eClinicalWorks",
    "Power BI",
    "LastPass",
    "Slack",
]
THINGS = [
    "5 laptops",
    "a replacement firewall",
    "a 48-port switch",
    "Microsoft 365 Business Premium",
    "two 27-inch monitors",
    "an access point for the warehouse",
    "a label printer",
    "a UPS",
    "cabling for the new office",
    "a conference camera",
]
SITES = [
    "main office",
    "warehouse",
    "branch office",
    "second floor",
    "north campus",
    "clinic",
    "shop floor",
]
GREETINGS = ("Hi team,\n\n", "Hello,\n\n", "Good morning,\n\n", "", "", "Hi,\r\n\r\n")
ENDINGS = (
    "\n\nThanks,\n", "\n\nThank you!\n", "\n\nRegards,\n", "\n\nBest,\n", "\n\n- ",
    "\r\n\r\nSent from my phone\r\n",
)  # fmt: skip

# issue type -> which of RESOLUTIONS fit
FIXES = {
    10: (0, 0, 9), 11: (1, 1, 8, 9), 12: (2, 2, 9), 13: (3, 6, 9, 10), 14: (5, 11, 6),
    15: (3, 4, 4, 12), 16: (10, 13, 9), 17: (7,), 18: (14, 11),
}  # fmt: skip
RESOLUTIONS = (
    "Reset the password and confirmed sign-in with the user.",
    "Cleared cached credentials and rebuilt the mail profile. Working since.",
    "Restarted the print spooler, updated the driver, printed a test page.",
    "Freed 34 GB by clearing update caches; moved logs to D:.",
    "Re-ran the backup by hand, succeeded. Will watch tonight's run.",
    "Carrier had an outage in the area; service back, no change on our side.",
    "Replaced the docking station, old one goes back under warranty.",
    "Account created, licences assigned, welcome mail sent to the manager.",
    "Blocked the sender, purged the message from all mailboxes, forced a sign-out.",
    "Could not reproduce. Closing after three attempts to reach the user.",
    "Rolled back the update from Tuesday; vendor case 00482213 is open.",
    "Applied the firmware, checked the failover, outage was six minutes.",
    "Alert cleared by itself; threshold tuned.",
    "Repaired the installation, licence re-activated, user tested.",
    "Sent the quote, customer will decide this week.",
)
WORK_NOTES = (
    "Called the user, connected remotely, found stale credentials and cleared them.",
    "Checked event logs, nothing after 09:40. Restarted the service and tested.",
    "Worked with the vendor's support; they escalated to their second level.",
    "On site: replaced the cable and the patch panel port, tested 1 Gbit/s.",
    "Set up the account per the onboarding sheet; waiting for the manager's OK.",
    "Ran the clean-up script, monitored for 20 minutes, no recurrence.",
    "Updated documentation and labelled the port.",
    "Left a voice mail and sent an e-mail.",
    "Reviewed the alert, confirmed a false positive, tuned the threshold.",
    "Installed, activated and handed over to the user.",
)
NOTE_TITLES = (
    "Called user", "Waiting on customer", "Update", "Vendor case opened", "Scheduled",
    "Customer reply", "Escalated to level II", "Reminder sent", "Parts ordered", "Follow up",
)  # fmt: skip
NOTE_BODIES = (
    "Left a message, asked for a good time to connect.",
    "The customer says it happens again since this morning.",
    "Ticket reassigned; remote session planned for tomorrow 10:00.",
    "The part is on order, ETA three days.",
    "I am out today, please call my colleague instead.\n\nThanks!",
    "Vendor confirms a known problem; fix expected with the next release.",
    "User confirmed that everything works. Will close.",
    "Second reminder. The ticket closes by itself in three days without an answer.",
)
MONITOR_TYPES = (10, 13, 17, 20, 24)
