"""Which channels bring revenue: touches, conversions and spend, kept as journeys of persons and read as aggregates.

    POST events ──► attribution_events ──► fold ──► attribution_journeys (one document a person)
    payment, deal ──────────────────────────┘            │ what its rows were before and are now: the difference
                                                          ▼
                               attribution_days (8 documents a day: path ──► count, revenue; spend)
                                                          ▼
                                     channels · models:compare · paths, by eight models

The rows of a journey are a function of the journey alone (`rows`). Whatever comes late, twice, or is taken back changes
the journey, and the aggregates by the difference; a recount finds the same.
"""
