"""Contacts, their timeline, tasks and deals: one person, one record.

What other domains may use: `people.find` (who is behind an address or a number), `policy` (who may become a contact
by mail or message), `identity` (addresses and numbers in their one spelling), and on a caller's behalf `todo` (tasks),
`note` and `segments`.
"""
