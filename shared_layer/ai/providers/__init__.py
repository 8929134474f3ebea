"""The providers: the table of them, the tenant's keys for them, and the HTTP client that asks them.

Adding one is adding a row to table.py.
"""
