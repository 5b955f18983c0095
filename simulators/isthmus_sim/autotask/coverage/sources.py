"""Where what we know comes from."""

SWAGGER = "vendor's Swagger document, June 2026"
CLIENTS = "published clients rely on it"
INTEGRATORS = "integrators' notes from live tenants"
ISSUES = "error text quoted in public issues"
VENDOR = "vendor's developer help"
RECORDED = "recorded answers in public test suites"
OURS = "our choice"
