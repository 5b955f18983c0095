"""
What a tenant says of its entities: parsed, kept for a while, and held against a query.

`parsing` reads it, `known` keeps it, `checks` uses it, `names` knows the vendor's legacy names.
"""
