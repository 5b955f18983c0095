"""
The tenant's picklists, as data.

One line per field: entries split by `|`, each `flags code [<parent] label`. Flags: `!` system,
`~` inactive, `*` default, `.` none of them. Source: system values are those of live metadata (see
the catalogue's values); all others are this tenant's own, with 8-digit ids where the vendor
gives those. Ids of labels-only lists follow the order of the labels (assumed).
"""

_DEVICE = ".1 Other|*2 Laptop|.3 Desktop|.4 Server|.5 Printer|.6 Network|~7 Thin Client"
_PERIOD = "*1 Monthly|.2 Quarterly|.3 Semi-Annually|.4 Yearly"
_SLA = ".1 Standard SLA|*2 Managed Gold|.3 Managed Platinum|~4 Legacy 8x5|.5 Best Effort"
_PERSON = "!1 Resource|!2 Contact"
_RATING = "!1 Happy|!2 Neutral|!3 Unhappy"
_API_VENDOR = "!1 RMM|!2 BCDR|!3 Networking|~4 Retired Connector"
_MAIL = (
    "!PRIMARY Primary e-mail address|!SECONDARY Secondary e-mail address|!MOBILE Mobile email "
    "service|!PAGER Pager e-mail address|!SMS SMS text messaging address"
)
_COLOURS = ".1 Blue|.2 Green|.3 Orange|.4 Red|.5 Grey"
_STATUS = (
    "!1 New|.8 In Progress|.10 Dispatched|.14 Dispatch to Field|!7 Waiting Customer"
    "|.9 Waiting Materials|.11 Escalated|.12 Waiting Vendor|.13 Waiting Approval|.15 Scheduled"
    "|.19 Customer Note Added|.21 Waiting Customer|~20 On Hold|~24 Closed (migrated)|!5 Complete"
)
_PUBLISH = "*1 All Autotask Users|.2 Internal Project Team"

QUEUES = (29682833, 29682969, 8, 6, 29683354, 29683378)
LEGACY_QUEUE = 29683100
PORTAL_QUEUE = 5

PICKLISTS: dict[str, str] = {
    "Tickets.status": _STATUS,
    "Tickets.priority": "!4 Critical|!1 High|*2 Medium|!3 Low|~6 Project (old)",
    "Tickets.queueID": (
        "!5 Client Portal|!6 Post Sale|!8 Monitoring Alert|*29682833 Level I Support"
        "|.29682969 Level II Support|.29683354 Field Services|.29683378 Change Management"
        "|.29683350 Administration|.29683379 Recurring Tickets|~29683100 Legacy Help Desk"
    ),
    "Tickets.source": (
        "!-2 Insourced|!-1 Client Portal|!1 Other|!2 Phone|!4 Email|!5 Web Portal"
        "|!6 In Person/Onsite|!8 Monitoring Alert|~11 Fax|.12 Chat"
    ),
    "Tickets.ticketType": ("!1 Service Request|!2 Incident|!3 Problem|!4 Change Request|!5 Alert"),
    "Tickets.ticketCategory": (
        "!1 Standard (non-editable)|!2 RMM Alert|*3 Standard|!4 Datto Alert|!5 RMA"
        "|!6 Datto Networking Alert|!100 Onboarding|~101 Covid Home Office"
    ),
    "Tickets.issueType": (
        ".10 Account|.11 Email|.12 Printing|.13 Computer|.14 Network|.15 Monitoring|.16 Application"
        "|.17 Onboarding|.18 General|.20 On-Site Required|~19 Blackberry"
    ),
    "Tickets.subIssueType": (
        ".101<10 Password|.102<10 Multi-Factor|.111<11 Outlook|.112<11 Delivery|.113<11 Mailbox"
        "|.114<11 Phishing|.121<12 Printer|.122<12 Scanner|.131<13 Performance|.132<13 Crash"
        "|.133<13 New Device|.134<13 Peripheral|.135<13 Move|.141<14 Internet|.142<14 VPN"
        "|.143<14 Wi-Fi|.144<14 Firewall|.151<15 Disk|.152<15 Backup|.153<15 Offline"
        "|.154<15 Patching|.155<15 Threat|.161<16 Error|.162<16 Installation|.163<16 Database"
        "|.171<17 New Employee|.172<17 Termination|.181<18 Quote|.182<18 Problem|.183<18 Change"
        "|~191<19 Server Sync|~192<19 Performance"
    ),
    "Tickets.serviceLevelAgreementID": _SLA,
    "Tickets.changeApprovalBoard": ".1 Change Advisory Board|.2 Emergency Board",
    "Tickets.changeApprovalStatus": (
        "!1 Not Assigned|!2 Assigned|!3 Requested|!4 Partially Approved|!5 Approved|!6 Rejected"
    ),
    "Tickets.changeApprovalType": "!1 All approvers must approve|!2 One approver must approve",
    "Tickets.creatorType": _PERSON,
    "Tickets.lastActivityPersonType": _PERSON,
    "Tickets.currentServiceThermometerRating": _RATING,
    "Tickets.previousServiceThermometerRating": _RATING,
    "Tickets.monitorTypeID": (
        "!23 AntivirusMonitor|!13 BackupMonitor|!4 ComponentMonitor|!2 CPUMonitor"
        "|!10 DiskUsageMonitor|!7 EventLogMonitor|!11 FileFolderSizeMonitor|!19 HardwareMonitor"
        "|!3 MemoryMonitor|!16 NetworkMonitor|!17 NetworkOfflineMonitor|!1 OnlineStatusMonitor"
        "|!20 PatchMonitor|!14 PrinterStatusMonitor|!5 ProcessMonitor|!24 RansomwareMonitor"
        "|!9 SecurityCenterMonitor|!12 SecurityManagementMonitor|!6 ServiceMonitor|!15 SnmpMonitor"
        "|!8 SoftwareMonitor|!18 TemperatureSensorMonitor|!25 ThreatDetection"
        "|!21 WindowsPerformanceMonitor|!22 WmiMonitor"
    ),
    "Tickets.rmaStatus": (
        "!1 Requested|!2 Authorized|!3 Denied|!4 Open|!5 On Hold|!6 Withdrawn"
        "|!7 Waiting for Customer|!8 In Progress|!9 Finished|!10 Finished (Not Returned)"
    ),
    "Tickets.rmaType": "!1 Return|!2 Repair|!3 Replace",
    "Tickets.apiVendorID": _API_VENDOR,
    "Companies.companyType": (
        "!1 Customer|!2 Lead|!3 Prospect|!4 Dead|!6 Cancellation|!7 Vendor|!8 Partner"
    ),
    "Companies.apiVendorID": _API_VENDOR,
    "Companies.billToAddressToUse": "!0 NONE|!1 ACCOUNT|!2 ACCOUNTBILLING|!3 PARENT"
    "|!4 PARENTBILLING",
    "Companies.classification": ".15 Platinum Managed|.16 Gold Managed|.17 Break/Fix|.18 Prospect"
    "|~20 Bronze",
    "Companies.competitorID": ".29682801 In-house IT|.29682802 Freelancer|.29682803 National MSP",
    "Companies.invoiceMethod": "!0 None|!1 Print|*2 Email|!3 PrintAndEmail",
    "Companies.marketSegmentID": (
        ".29682841 Healthcare|.29682842 Legal|.29682843 Finance|.29682844 Manufacturing"
        "|.29682845 Construction|.29682846 Hospitality|.29682847 Transport|.29682848 Education"
        "|.29682849 Non-Profit|.29682850 Real Estate|.29682851 Media|.29682852 Retail"
        "|~29682853 Other"
    ),
    "Companies.purchaseOrderTemplateID": ".1 Standard PO",
    "Companies.territoryID": (
        ".29682860 Capital District|.29682861 New England|.29682862 Mid-Atlantic|.29682863 Canada"
        "|~29682864 Remote"
    ),
    "Contacts.apiVendorID": _API_VENDOR,
    "Contacts.namePrefix": "!1 Mr.|!2 Mrs.|!3 Ms.",
    "Contacts.nameSuffix": ".1 Jr.|.2 Sr.|.3 MD|.4 Esq.|.5 PhD",
    "Resources.dateFormat": (
        "!MM/dd/yyyy MM/dd/yyyy|!MM-dd-yyyy MM-dd-yyyy|!MM.dd.yyyy MM.dd.yyyy"
        "|!dd/MM/yyyy dd/MM/yyyy|!dd-MM-yyyy dd-MM-yyyy|!dd.MM.yyyy dd.MM.yyyy"
        "|!yyyy/MM/dd yyyy/MM/dd|!yyyy-MM-dd yyyy-MM-dd|!yyyy.MM.dd yyyy.MM.dd"
    ),
    "Resources.timeFormat": "!hh:mm_tt hh:mm tt|!h:mm_tt h:mm tt|!HH:mm HH:mm",
    "Resources.numberFormat": "!X,XXX.XX X,XXX.XX|!X.XXX,XX X.XXX,XX",
    "Resources.emailTypeCode": _MAIL,
    "Resources.emailTypeCode2": _MAIL,
    "Resources.emailTypeCode3": _MAIL,
    "Resources.gender": "!F Female|!M Male|!N Non-binary|!P Prefer not to say",
    "Resources.greeting": "!1 Mr.|!2 Mrs.|!3 Ms.",
    "Resources.licenseType": (
        "!1 Administrator|!2 Executive|!3 Professional|!4 Team Member|!5 Time & Attendance Only"
        "|!6 Dashboard User|!7 API User|!8 Contractor|!9 Co-managed Help Desk"
    ),
    "Resources.locationID": "*29682777 Headquarters|.29682778 Boston Office"
    "|~29682779 Old Warehouse",
    "Resources.payrollType": "!1 Salary|!2 Hourly|!3 Contractor|!4 Salary Non Exempt",
    "Resources.resourceType": "!Employee Employee|!Contractor Contractor",
    "Resources.suffix": ".1 Jr.|.2 Sr.",
    "Resources.travelAvailabilityPct": (
        "!0% 0%|!up_to_25% up to 25%|!up_to_50% up to 50%|!up_to_75% up to 75%"
        "|!up_to_100% up to 100%"
    ),
    "Resources.userType": ".1 System Administrator|.10 Service Desk User|.12 Manager|.17 API User",
    "Contracts.billingPreference": (
        "!1 Immediately without review|!2 Manually|!3 On timesheet approval"
    ),
    "Contracts.contractCategory": ".12 Managed Services|.13 Projects|.14 Hardware|~15 Break/Fix",
    "Contracts.contractPeriodType": _PERIOD,
    "Contracts.contractType": (
        "!1 Time & Materials|!3 Fixed Price|!4 Block Hours|!6 Retainer|!7 Recurring Service"
        "|!8 Per Ticket"
    ),
    "Contracts.serviceLevelAgreementID": _SLA,
    "Contracts.status": "!0 Inactive|*1 Active",
    "Contracts.timeReportingRequiresStartAndStopTimes": "!0 False|!1 True",
    "ContractMilestones.status": "*0 In Progress|.1 Ready to Bill|.2 Billed",
    "Services.periodType": _PERIOD,
    "Services.serviceLevelAgreementID": _SLA,
    "ServiceBundles.periodType": _PERIOD,
    "ServiceBundles.serviceLevelAgreementID": _SLA,
    "Products.billingType": ".1 Flat Rate|.2 Tiered",
    "Products.periodType": "*1 One-Time|.2 Monthly|.3 Quarterly|.4 Yearly",
    "Products.priceCostMethod": ".1 Single|.2 Tiered",
    "Products.productCategory": (
        ".29682891 Workstations|.29682892 Servers|.29682893 Network|.29682894 Printers"
        "|.29682895 Licences|.29682896 Accessories|~29682897 Fax Machines"
    ),
    "Invoices.paymentTerm": ".1 Due on receipt|*2 Net 15|.3 Net 30|~4 Net 45",
    "Invoices.taxGroup": ".1 New York Sales Tax|.2 Exempt",
    "Invoices.invoiceStatus": ".1 Open|.2 Paid|.3 Voided|.4 Sent",
    "ServiceCalls.status": (
        "!1 New|!2 Complete|.101 Canceled|.102 Missed|.103 In Progress|.104 Dispatch to Field"
    ),
    "Projects.department": "*29682801 Service Desk|.29682802 Projects|.29682803 Sales"
    "|~29682804 Web Design",
    "Projects.lastActivityPersonType": _PERSON,
    "Projects.projectType": "!2 Proposal|!3 Template|!4 Internal|*5 Client|!8 Baseline",
    "Projects.status": (
        ".0 Inactive|*1 New|.2 In Progress|.3 On Hold|.4 Change Order|.6 Waiting Parts"
        "|.7 Waiting Customer|.5 Complete"
    ),
    "Tasks.completedByType": _PERSON,
    "Tasks.creatorType": _PERSON,
    "Tasks.departmentID": "*29682801 Service Desk|.29682802 Projects|.29682803 Sales"
    "|~29682804 Web Design",
    "Tasks.lastActivityPersonType": _PERSON,
    "Tasks.priorityLabel": "!1 High|*2 Medium|!3 Low|!4 Critical",
    "Tasks.status": _STATUS,
    "Tasks.taskCategoryID": "*2 Standard|.100 Migration|~101 Web Design",
    "Tasks.taskType": "*1 FixedWork|.2 FixedDuration",
    "TimeEntries.timeEntryType": (
        "!1 TroubleTicket|!2 ITServiceRequest|!3 SalesLead|!4 ProjectRequest|!5 Activity"
        "|!6 ProjectTask|!7 UnassignedTask|!8 ProjectMilestone|!9 ProjectActionItem|!10 CompanyTask"
        "|!11 TravelTime|!12 ProjectPhase|!13 ClientTask|!14 PersonalTime|!15 VacationTime"
        "|!16 SickTime|!17 PaidTimeOff"
    ),
    "TicketNotes.noteType": (
        "*1 Task Summary|!2 Task Detail|!3 Task Notes|!13 Workflow Rule Note - Task"
        "|!15 Duplicate Ticket Note|!16 Outsource Workflow Note|!17 Surveys|!18 Client Portal Note"
        "|!19 Taskfire Note|!91 Workflow Rule Action Note|!92 Forward/Modify Note"
        "|!93 Merged Into Ticket|!94 Absorbed Another Ticket|!95 Copied to Project|!99 RMM Note"
        "|!100 BDR Note|.201 Handover|~202 Fax Log"
    ),
    "TicketNotes.publish": _PUBLISH + "|.4 Internal & Co-Managed",
    "TaskNotes.noteType": "*1 Task Summary|!2 Task Detail|!3 Task Notes",
    "TaskNotes.publish": _PUBLISH,
    "ConfigurationItems.apiVendorID": _API_VENDOR,
    "ConfigurationItems.configurationItemType": ".29682901 Workstation|.29682902 Server"
    "|.29682903 Backup Appliance|.29682904 Firewall|.29682905 Domain|.29682906 SSL Certificate"
    "|.29682907 Printer|~29682908 Pager",
    "ConfigurationItems.dattoKernelVersionID": ".1 5.15.0-91|.2 6.1.0-18|~3 4.4.0-210",
    "ConfigurationItems.dattoOSVersionID": ".1 Ubuntu 20.04|.2 Ubuntu 22.04|~3 Ubuntu 16.04",
    "ConfigurationItems.dattoZFSVersionID": ".1 0.8.6|.2 2.1.5",
    "ConfigurationItems.lastActivityPersonType": _PERSON,
    "ConfigurationItems.rmmDeviceAuditAntivirusStatusID": (
        ".1 Running & Up-To-Date|.2 Running & Not Up-To-Date|.3 Not Running|.4 Not Detected"
    ),
    "ConfigurationItems.rmmDeviceAuditArchitectureID": ".1 32-bit|.2 64-bit|.3 ARM64",
    "ConfigurationItems.rmmDeviceAuditBackupStatusID": ".1 Protected|.2 Warning|.3 Unprotected",
    "ConfigurationItems.rmmDeviceAuditDeviceTypeID": _DEVICE,
    "ConfigurationItems.rmmDeviceAuditDisplayAdaptorID": ".1 Intel UHD|.2 NVIDIA T400"
    "|.3 AMD Radeon",
    "ConfigurationItems.rmmDeviceAuditDomainID": ".1 WORKGROUP|.2 CORP|.3 AzureAD",
    "ConfigurationItems.rmmDeviceAuditManufacturerID": ".1 Dell Inc.|.2 LENOVO|.3 HP|.4 Apple",
    "ConfigurationItems.rmmDeviceAuditFirmwareID": ".1 1.18.0|.2 2.4.1|~3 A12",
    "ConfigurationItems.rmmDeviceAuditMobileNetworkOperatorID": ".1 Verizon|.2 AT&T",
    "ConfigurationItems.rmmDeviceAuditModelID": ".1 Latitude 5440|.2 ThinkPad T14|.3 PowerEdge R550"
    "|.4 MacBook Pro",
    "ConfigurationItems.rmmDeviceAuditMotherboardID": ".1 0F8JYV|.2 21HDCTO1WW|.3 8B92",
    "ConfigurationItems.rmmDeviceAuditPatchStatusID": (
        ".1 Fully Patched|.2 Approved Pending|.3 Reboot Required|.4 No Policy"
    ),
    "ConfigurationItems.rmmDeviceAuditProcessorID": ".1 Core i5-1345U|.2 Xeon Silver 4310|.3 M3",
    "ConfigurationItems.rmmDeviceAuditServicePackID": ".1 None|~2 Service Pack 1",
    "ConfigurationItems.rmmDeviceAuditSoftwareStatusID": ".1 Compliant|.2 Not Compliant",
    "ConfigurationItems.serviceLevelAgreementID": _SLA,
    "ConfigurationItems.sourceChargeType": ".1 Ticket Charge|.2 Project Charge|.3 Contract Charge",
    "Opportunities.leadSource": ".1 Referral|.2 Web|.3 Event|~4 Cold Call",
    "Opportunities.lossReason": ".1 Price|.2 Timing|.3 Competitor",
    "Opportunities.opportunityCategoryID": "*1 Standard|.2 Renewal",
    "Opportunities.primaryCompetitor": ".29682801 In-house IT|.29682803 National MSP",
    "Opportunities.rating": ".1 Hot|.2 Warm|.3 Cold",
    "Opportunities.revenueSpreadUnit": ".Months Months|.Years Years",
    "Opportunities.stage": ".1 Qualified|.2 Quote|.3 Negotiation|.4 Won|.5 Lost",
    "Opportunities.status": ".0 Not Ready To Buy|*1 Active|.2 Lost|.3 Closed|.4 Implemented",
    "Opportunities.winReason": ".1 Relationship|.2 Price",
    "BillingItems.billingItemType": (
        "!1 Labor|!2 Project Cost|!3 Ticket Cost|!4 Expense|!5 Subscription|!6 Setup Fee"
        "|!7 Recurring Services|!8 Recurring Services Adjustment|!9 Recurring Service Bundle"
        "|!10 Recurring Service Bundle Adjustment|!11 Milestone|!12 Contract Block"
        "|!13 Contract Retainer|!14 Contract Cost|!15 Contract Incident"
    ),
    "BillingItems.subType": (
        "!1 Labor|!2 Milestone Labor|!3 Project Cost Deductions|!4 Project Cost"
        "|!5 Ticket Cost Deductions|!6 Ticket Cost|!7 Expense|!8 Expense Deductions|!9 Subscription"
        "|!10 Subscription Cost|!11 Setup Fee|!12 Recurring Services"
        "|!13 Recurring Services Adjustment|!14 Recurring Service Bundle"
        "|!15 Recurring Service Bundle Adjustment|!16 Milestones|!17 Block Purchase"
        "|!18 Retainer Purchase"
    ),
    "BillingCodes.billingCodeType": "!0 Normal|!1 System|!2 Non-Billable",
    "BillingCodes.generalLedgerAccount": ".1 4000 Services|.2 4100 Hardware|.3 6000 Internal",
    "BillingCodes.useType": (
        "!1 General Allocation Code|!2 Expense Code|!3 Internal Allocation Code"
        "|!4 Material Cost Code|!5 Recurring Contract Service Code|!6 Milestone Code"
        "|!7 Product Code"
    ),
    "ContractBlocks.isPaid": "!0 False|!1 True",
    "ContractBlocks.paymentType": ".1 Check|.2 Credit Card|.3 Wire",
    "ContractBlocks.status": "!0 Inactive|!1 Active",
    "ContractRetainers.isPaid": "!0 False|!1 True",
    "ContractRetainers.paymentID": ".1 Check|.2 Credit Card|.3 Wire",
    "ContractRetainers.status": "!0 Inactive|!1 Active",
    "ContractTicketPurchases.isPaid": "!0 False|!1 True",
    "ContractTicketPurchases.paymentType": ".1 Check|.2 Credit Card|.3 Wire",
    "ContractTicketPurchases.status": "!0 Inactive|!1 Active",
    "TicketCategories.displayColorRGB": _COLOURS,
    "ConfigurationItemCategories.displayColorRGB": _COLOURS,
    "Countries.addressFormatID": "!1 City, State Zip|!2 Zip City",
    "Countries.purchaseOrderTemplateID": ".1 Standard PO",
    "Currencies.displaySymbol": "!1 $|!2 €|!3 £",
    "InternalLocations.holidaySetId": ".1 United States",
    "ContractCharges.chargeType": "!1 Operational|!2 Capitalized",
    "ContractCharges.status": (
        ".1 Pending|.2 Waiting Approval|.3 Need to Order/Fulfill|.4 On Order"
        "|.5 Ready to Deliver/Ship|.6 Delivered/Shipped Full|.7 Canceled"
    ),
    "InternalLocationWithBusinessHours.dateFormat": "!MM/dd/yyyy MM/dd/yyyy|!yyyy-MM-dd yyyy-MM-dd",
    "InternalLocationWithBusinessHours.timeFormat": "!hh:mm_tt hh:mm tt|!HH:mm HH:mm",
    "InternalLocationWithBusinessHours.numberFormat": "!X,XXX.XX X,XXX.XX|!X.XXX,XX X.XXX,XX",
    "InternalLocationWithBusinessHours.firstDayOfWeek": "!0 Sunday|!1 Monday",
    "InternalLocationWithBusinessHours.timeZoneID": "!12 (GMT-05:00) Eastern Time (US & Canada)",
    "InvoiceTemplates.dateFormat": "!1 MM/dd/yyyy|!2 yyyy-MM-dd",
    "InvoiceTemplates.timeFormat": "!1 hh:mm tt|!2 HH:mm",
    "InvoiceTemplates.numberFormat": "!1 X,XXX.XX|!2 X.XXX,XX",
    "InvoiceTemplates.groupBy": "!1 No Grouping|!2 Contract",
    "InvoiceTemplates.itemizeItemsInEachGroup": "!1 Itemize|!2 Summarize",
    "InvoiceTemplates.pageLayout": "!1 Letter Portrait|!2 A4 Portrait",
    "InvoiceTemplates.pageNumberFormat": "!1 Page 1|!2 1 of 3",
    "InvoiceTemplates.sortBy": "!1 Date|!2 Item",
    "TicketCharges.chargeType": "!1 Operational|!2 Capitalized",
    "TicketCharges.status": (
        ".1 Pending|.2 Waiting Approval|.3 Need to Order/Fulfill|.4 On Order"
        "|.5 Ready to Deliver/Ship|.6 Delivered/Shipped Full|.7 Canceled"
    ),
    "DeletedTicketActivityLogs.typeID": "!1 Note|!2 Time Entry|!3 Attachment",
    "DeletedTaskActivityLogs.typeID": "!1 Note|!2 Time Entry|!3 Attachment",
    "ResourceRoles.queueID": ".29682833 Level I Support|.29682969 Level II Support",
    "ResourceRoleQueues.queueID": ".29682833 Level I Support|.29682969 Level II Support",
    "UserDefinedFieldDefinitions.dataType": "!1 String|!2 Date|!3 List|!4 Numeric",
    "UserDefinedFieldDefinitions.displayFormat": ".1 Single Line|.2 Multi-Line|.3 Drop-down"
    "|.4 Multi-Select",
    "UserDefinedFieldDefinitions.udfType": (
        "!1 Account|!2 Contact|!3 Installed_Product|!4 Opportunity|!5 Product|!6 Project"
        "|!7 SalesOrder|!8 Site_Config|!9 Task|!10 Ticket|!11 Contract|!12 Service"
        "|!13 ServiceBundle|!14 Subscription"
    ),
}
