# A pull request's own project, for as long as it is open.
redis_tier         = "BASIC"
monthly_budget_usd = 20
