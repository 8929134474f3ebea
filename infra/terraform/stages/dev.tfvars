redis_tier         = "BASIC"
monthly_budget_usd = 100
