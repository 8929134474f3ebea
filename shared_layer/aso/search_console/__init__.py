"""Google Search Console: its API, the account that a tenant connects, and a made-up site for who connected none."""
