"""Google Search Console: its API, the account that a tenant connects, and the made-up site of who has connected none."""
