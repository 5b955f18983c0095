"""Where what we know comes from, and the shape of a line of the table."""

SWAGGER = "vendor's Swagger document, June 2026"
CLIENTS = "published clients rely on it"
INTEGRATORS = "integrators' notes from live tenants"
ISSUES = "error text quoted in public issues"
VENDOR = "vendor's developer help"
RECORDED = "recorded answers in public test suites"
OURS = "our choice"

Line = tuple[str, str, str, str]  # behaviour, status, source, test
