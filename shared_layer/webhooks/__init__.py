"""Webhooks: signed calls from other systems, and to them.

What other domains may use: `deliverable` (which events there are to hear of), `endpoints.own_endpoint` and
`fan_out.stage_event_delivery` (an event for one endpoint).
"""
