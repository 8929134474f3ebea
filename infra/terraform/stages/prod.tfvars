firestore_location = "nam5"
min_instances      = 0
monthly_budget_usd = 2000
